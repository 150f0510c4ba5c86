import type { Feature } from '../../feature.ts';
import { registerLabelingRoutes } from './routes.ts';
import { Labeling } from './service.ts';

/** Labels, and what people and models say about images. */
export const feature: Feature = {
  name: 'labeling',
  register(app) {
    const service = new Labeling(app.db);
    app.access.registerOwner('/labels/{labelId}', id => {
      const owner = service.findOwner(id);
      return owner && { projectId: owner.projectId };
    });
    registerLabelingRoutes(app, service);
  }
};
