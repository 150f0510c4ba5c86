import { readScalars } from '@topsdl/formats';
import type { App } from '../../app.ts';
import type { Feature } from '../../feature.ts';
import { datasetMounts } from '../../library/mounting.ts';
import { workloadsOf } from '../../reconcile/service.ts';
import { algorithmSets, modelSets } from '../../sets/service.ts';
import { computeSpecDirectory } from '../admin/directory.ts';
import { Definitions } from './definitions.ts';
import { runDirectory } from './directory.ts';
import { RunLogs } from './logs.ts';
import { Metrics } from './metrics.ts';
import { TrainingOwner } from './owner.ts';
import { Presenter } from './present.ts';
import { References } from './references.ts';
import { registerRoutes } from './routes.ts';
import { nameOf, Runs } from './runs.ts';
import { Samples } from './samples.ts';
import { Sealer } from './seal.ts';

/** Training definitions and their runs. */
export const feature: Feature = {
  name: 'training',
  register(app) {
    const { db, services, access, life } = app;
    const { reconciler, holders } = workloadsOf(app);
    const models = () => services.get(modelSets);
    const algorithms = () => services.get(algorithmSets);
    const datasets = () => services.get(datasetMounts);
    const specs = () => services.get(computeSpecDirectory);
    const onError = (error: unknown) =>
      app.log.warn({ err: error }, 'a run could not be looked at');

    const definitions = new Definitions(db);
    const runs = new Runs({
      db,
      directory: app.files.path('runs'),
      engine: app.compute,
      reconciler,
      definitions,
      sets: kind => (kind === 'algorithm' ? algorithms() : models())
    });
    const references = new References({ datasets, algorithms, models, access });
    const metrics = new Metrics(db, runs, readScalars, onError);
    const samples = new Samples(db, app.compute, onError);
    const sealer = new Sealer(db, runs, models);
    const present = new Presenter({
      orm: db.orm,
      access,
      definitions,
      references,
      runs,
      specs,
      reconciler,
      holders
    });
    const logs = new RunLogs(db.orm, app.compute, reconciler);

    reconciler.register(new TrainingOwner({ runs, sealer, metrics, datasets }));
    registerOwners(app, definitions, runs);
    registerUses(app, definitions);
    runs.beforeDelete(async runId => metrics.forget(runId));
    services.provide(runDirectory, {
      find: runId => {
        const run = runs.find(runId);
        return (
          run && {
            id: run.id,
            projectId: run.projectId,
            name: nameOf(run),
            directory: runs.directory(run.id),
            persistentModel: runs.persistentModel(run.id)
          }
        );
      },
      beforeDelete: end => runs.beforeDelete(end)
    });
    registerRoutes({
      app,
      definitions,
      references,
      runs,
      sealer,
      logs,
      samples,
      metrics,
      present,
      specs
    });
    life.onStart(async () => {
      await runs.sweep();
      samples.start();
    });
    life.onStop('training', () => {
      samples.stop();
      metrics.close();
    });
  }
};

function registerOwners({ access }: App, definitions: Definitions, runs: Runs): void {
  access.registerOwner('/training/{trainingId}', id => definitions.find(id));
  access.registerOwner('/training-runs/{runId}', id => runs.find(id));
}

function registerUses({ uses }: App, definitions: Definitions): void {
  uses.register('dataset-version', id => definitions.usesOfVersion('dataset', id));
  uses.register('algorithm-version', id => definitions.usesOfVersion('algorithm', id));
  uses.register('model-version', id => definitions.usesOfVersion('model', id));
  uses.register('model', id => definitions.usesBy('saveModelSetId', id));
  uses.register('compute-spec', id => definitions.usesBy('specId', id));
  uses.register('project', id => definitions.usesBy('projectId', id));
}
