import type { Feature } from '../../feature.ts';
import { registerRoutes } from './routes.ts';
import { computeSpecDirectory } from './directory.ts';
import { ensureFirstProject } from './first-start.ts';
import { SpecService } from './service.ts';

/** Administration: users, compute specs, everyone's use. */
export const feature: Feature = {
  name: 'admin',
  register(app) {
    const specs = new SpecService(app);
    app.services.provide(computeSpecDirectory, specs);
    app.life.onStart(() => {
      specs.ensureInstalled();
      ensureFirstProject(app);
    });
    registerRoutes(app, specs);
  }
};
