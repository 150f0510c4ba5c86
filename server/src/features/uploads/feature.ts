import type { Feature } from '../../feature.ts';
import { projectDirectory } from '../projects/directory.ts';
import { attempt, every } from '../../housekeeping.ts';
import { uploadClaims } from './index.ts';
import { registerUploadRoutes } from './routes.ts';
import { Uploads } from './service.ts';

/** Time between two looks for uploads that have expired, in milliseconds. */
const SWEEP_EVERY = 10 * 60 * 1000;

/** Resumable uploads, which imports consume. */
export const feature: Feature = {
  name: 'uploads',
  register(app) {
    const service = new Uploads(app.db, app.files.path('uploads'), (...asked) =>
      app.services.get(projectDirectory).requireStorage(...asked)
    );
    app.usage.registerStorage(projectId => service.bytes(projectId));
    app.services.provide(uploadClaims, service);
    app.access.registerOwner('/uploads/{uploadId}', id => {
      const row = service.find(id);
      return row && { projectId: row.projectId };
    });
    registerUploadRoutes(app.api, service);
    const sweep = () => service.sweep();
    let stopSweeping = () => {};
    app.life.onStart(() => {
      attempt(app.log, sweep);
      stopSweeping = every(SWEEP_EVERY, app.log, sweep);
    });
    app.life.onStop('uploads', () => stopSweeping());
  }
};
