import type { Feature } from '../../feature.ts';
import { workloadsOf } from '../../reconcile/service.ts';
import { runDirectory } from '../training/directory.ts';
import { tensorboardMount } from './proxy.ts';
import { registerRoutes } from './routes.ts';
import { TensorBoards } from './service.ts';

/** How long one runs that nobody looks at. */
const IDLE_MS = 30 * 60_000;

/** TensorBoard over the results of training runs, as a panel. */
export const feature: Feature = {
  name: 'tensorboard',
  register(app) {
    const { reconciler } = workloadsOf(app);
    const boards = new TensorBoards({
      db: app.db,
      engine: app.compute,
      reconciler,
      runs: () => app.services.get(runDirectory),
      idleMs: IDLE_MS,
      onError: error => app.log.warn({ err: error }, 'the log of a TensorBoard could not be read')
    });
    reconciler.register(boards);
    app.access.registerOwner('/tensorboards/{tensorboardId}', id => boards.find(id)?.row);
    app.http.mount('tensorboards', tensorboardMount(boards, app.access, app.authenticator));
    registerRoutes(app, boards);
    app.life.onStart(() =>
      app.services.get(runDirectory).beforeDelete((runId, signal) => boards.removeOf(runId, signal))
    );
    app.life.onStop('tensorboard', () => boards.close());
  }
};
