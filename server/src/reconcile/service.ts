import type { App } from '../app.ts';
import type { EngineCheck } from '../compute/engine.ts';
import { projectDirectory } from '../features/projects/directory.ts';
import { Holders } from './holders.ts';
import { ProjectTeller } from './projects.ts';
import { Reconciler } from './reconciler.ts';
import { store } from './store.ts';

/** What runs on the compute engine, for the features whose objects do. */
export interface Workloads {
  readonly reconciler: Reconciler;
  readonly holders: Holders;
}

const known = new WeakMap<App, Workloads>();

/**
 * The one reconciler of a companion. The first feature that asks makes it; it starts when everything
 * is registered.
 */
export function workloadsOf(app: App): Workloads {
  const there = known.get(app);
  if (there) {
    return there;
  }
  let check: EngineCheck | undefined;
  const { overcommit } = app.config.compute;
  const log = app.log.child({ part: 'reconciler' });
  const projects = new ProjectTeller(
    app.compute,
    () => app.services.get(projectDirectory).forEngine(),
    log
  );
  const reconciler = new Reconciler({
    database: app.db,
    engine: app.compute,
    usage: app.usage,
    log,
    limits: {
      quotas: projectId => Object.fromEntries(app.services.get(projectDirectory).limits(projectId)),
      machine: () => {
        if (!check) {
          return {};
        }
        const { cpu, memoryBytes, cards, elastic } = check.capacity;
        if (elastic) {
          return undefined;
        }
        return {
          cpu: cpu * overcommit,
          memory: memoryBytes * overcommit,
          ...Object.fromEntries(
            Object.entries(cards).map(([resource, count]) => [`requests.${resource}`, count])
          )
        };
      }
    }
  });
  const workloads = { reconciler, holders: new Holders(app.db, app.access, reconciler) };
  known.set(app, workloads);
  app.usage.register(workloads.holders);
  app.life.registerAlive(() => ({
    kind: 'workload',
    count: store.unsettled(app.db.orm).length
  }));
  app.life.registerEnder(() => reconciler.stopAll());
  app.life.onStart(async () => {
    check = await app.compute.check();
    projects.tell();
    app.events.on('project', () => projects.tell());
    await reconciler.start();
  });
  app.life.onStop('reconciler', () => {
    projects.close();
    return reconciler.close();
  });
  return workloads;
}
