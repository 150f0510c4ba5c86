import type { Feature } from '../../feature.ts';
import { registerRoutes } from './routes.ts';
import { ProjectService } from './service.ts';
import { UsageHistory } from './usage-history.ts';
import { projectDirectory } from './directory.ts';

/** Projects, their members and quotas, and what they use. */
export const feature: Feature = {
  name: 'projects',
  register(app) {
    const service = new ProjectService(app);
    app.access.provideMemberships(service);
    app.access.registerOwner('/projects/{projectId}', id =>
      service.exists(id) ? { projectId: id } : undefined
    );
    app.services.provide(projectDirectory, service);
    const history = new UsageHistory(app, service);
    app.life.onStart(() => history.start());
    app.life.onStop('usage', () => history.stop());
    registerRoutes(app, service, history);
  }
};
