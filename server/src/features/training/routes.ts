import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { training, type TrainingBody } from '@topsdl/contract';
import type { z } from 'zod';
import type { Caller } from '../../access/caller.ts';
import type { App } from '../../app.ts';
import { disposition } from '../../http/download.ts';
import { ProblemError } from '../../http/problem.ts';
import { streamEvents } from '../../events/sse.ts';
import { givenBy } from '../../reconcile/given.ts';
import { presentReason } from '../../reconcile/reasons.ts';
import { presentEntry, presentVersion } from '../../sets/present.ts';
import { sendFile } from '../../sets/routes.ts';
import type { ComputeSpecDirectory } from '../admin/directory.ts';
import type { DefinitionInput, Definitions } from './definitions.ts';
import { eventsOf } from './journal.ts';
import type { RunLogs } from './logs.ts';
import type { Metrics } from './metrics.ts';
import type { Presenter } from './present.ts';
import type { References } from './references.ts';
import { nameOf, type Runs } from './runs.ts';
import type { Samples } from './samples.ts';
import type { Sealer } from './seal.ts';
import type { RunConfiguration } from './table.ts';
import { mapPage } from '../../db/rows.ts';

/** Seconds between the polite signal and the end, where a definition says nothing. */
const DEFAULT_GRACE = 30;

/** What the operations work with. */
export interface TrainingParts {
  readonly app: App;
  readonly definitions: Definitions;
  readonly references: References;
  readonly runs: Runs;
  readonly sealer: Sealer;
  readonly logs: RunLogs;
  readonly samples: Samples;
  readonly metrics: Metrics;
  readonly present: Presenter;
  readonly specs: () => ComputeSpecDirectory;
}

/** Implements the operations of the feature. */
export function registerRoutes(parts: TrainingParts): void {
  implementDefinitions(parts);
  implementRuns(parts);
  implementInsights(parts);
}

type Body = Partial<z.output<typeof TrainingBody>>;

function implementDefinitions({
  app,
  definitions,
  references,
  runs,
  present,
  specs
}: TrainingParts): void {
  const { api } = app;
  const checks = new Checks(references, specs);

  api.implement(training.list, ({ params, query, caller, language }) => {
    const { mine, ...rest } = query;
    const page = definitions.list(params.projectId, {
      ...rest,
      ...(mine ? { createdBy: caller.userId } : {})
    });
    return mapPage(page, row => present.training(row, language));
  });

  api.implement(training.create, async ({ params, body, caller, language }) => {
    const input = merge(body, undefined);
    await runs.requireFits(params.projectId, checks.configuration(params.projectId, input, caller));
    const row = definitions.create(params.projectId, input, caller.userId);
    return present.training(row, language);
  });

  api.implement(training.get, ({ params, language }) =>
    present.training(definitions.get(params.trainingId), language)
  );

  api.implement(training.update, async ({ params, body, caller, language }) => {
    const before = definitions.get(params.trainingId);
    const input = merge(body, definitions.inputOf(before));
    await runs.requireFits(before.projectId, checks.configuration(before.projectId, input, caller));
    const row = definitions.update(before.id, input, caller.userId);
    return present.training(row, language);
  });

  api.implement(training.delete, ({ params, caller }) => {
    definitions.delete(params.trainingId, caller.userId);
  });

  api.implement(training.copy, ({ params, body, caller, language }) => {
    const row = definitions.get(params.trainingId);
    const input = { ...definitions.inputOf(row), name: body.name };
    return present.training(definitions.create(row.projectId, input, caller.userId), language);
  });

  api.implement(training.startRun, ({ params, caller, language, commit }) => {
    const row = definitions.get(params.trainingId);
    return runs.start(
      row,
      checks.configuration(row.projectId, definitions.inputOf(row), null),
      caller.userId,
      commit,
      state => present.run(state, language)
    );
  });
}

function implementRuns({ app, runs, sealer, references, present }: TrainingParts): void {
  const { api } = app;

  api.implement(training.listRuns, ({ params, query, language }) => {
    const page = runs.list(params.trainingId, query);
    return mapPage(page, state => present.run(state, language));
  });

  api.implement(training.getRun, ({ params, language }) =>
    present.run(runs.get(params.runId), language)
  );

  api.implement(training.runConfiguration, ({ params }) =>
    present.configuration(runs.get(params.runId))
  );

  api.implement(training.stopRun, ({ params, caller, language }) =>
    present.run(
      app.db.write(tx => runs.stop(tx, params.runId, caller.name)),
      language
    )
  );

  api.implement(training.resumeRun, async ({ params, caller, language, signal }) =>
    present.run(await runs.resume(params.runId, caller.userId, signal), language)
  );

  api.implement(training.deleteRun, ({ params, caller, signal }) =>
    runs.delete(params.runId, caller.userId, signal)
  );

  api.implement(training.saveModel, async ({ params, body, caller }) => {
    const { run } = runs.get(params.runId);
    references.requireModelSet(run.projectId, body.modelSetId, 'body.modelSetId');
    const row = await sealer.save(run.id, body.modelSetId, caller.userId);
    return presentVersion(row, id => app.access.userRef(id));
  });
}

function implementInsights({ app, runs, logs, samples, metrics }: TrainingParts): void {
  const { api, topics, db } = app;

  api.implement(training.logs, ({ params, query }) => logs.read(params.runId, query));

  api.implement(training.logContent, async ({ params, query, res, signal }) => {
    const name = nameOf(runs.get(params.runId).run);
    res.setHeader('Content-Type', 'text/plain; charset=utf-8');
    res.setHeader('Content-Disposition', disposition(`${name}.log`));
    await pipeline(Readable.from(logs.content(params.runId, query.node)), res, { signal });
  });

  api.implement(training.logStream, async ({ params, query, res, signal }) => {
    await streamEvents(res, 'log', logs.follow(params.runId, query, signal));
  });

  topics.define('training.logs', {
    operation: training.logs,
    open: (runId, from, signal) => logs.follow(runId, { from }, signal)
  });

  api.implement(training.stats, ({ params, query }) => ({
    samples: samples.list(params.runId, query.minutes)
  }));

  topics.define('training.stats', {
    operation: training.stats,
    open: (runId, _from, signal) => samples.follow(runId, signal)
  });

  api.implement(training.events, ({ params, language }) => ({
    items: eventsOf(db.orm, params.runId).map(({ time, attempt, type, reason }) => ({
      time: new Date(time).toISOString(),
      attempt,
      type,
      reason: presentReason(reason, language)
    }))
  }));

  api.implement(training.metrics, async ({ params }) => ({
    series: await metrics.series(params.runId)
  }));

  api.implement(training.files, async ({ params }) => ({
    items: (await runs.results(params.runId).all()).map(presentEntry)
  }));

  api.implement(training.fileContent, ({ params, query, req, res, signal }) =>
    sendFile(runs.results(params.runId), query.path, { req, res, signal })
  );
}

/** What a definition's fields have to be beyond their form. */
class Checks {
  readonly #references: References;
  readonly #specs: () => ComputeSpecDirectory;

  constructor(references: References, specs: () => ComputeSpecDirectory) {
    this.#references = references;
    this.#specs = specs;
  }

  /**
   * What a run of a definition would be started with.
   *
   * @param caller who writes the definition; null when it is run
   * @throws ProblemError naming the field that points at nothing
   */
  configuration(
    projectId: string,
    input: DefinitionInput,
    caller: Caller | null
  ): RunConfiguration {
    const mounts = this.#references.require(projectId, input.mounts, caller);
    const spec = this.#specs().find(input.specId);
    if (!spec) {
      throw new ProblemError('not-found', { kind: 'compute-spec' }, 'body.specId');
    }
    const saveTo =
      input.saveModelSetId === null
        ? null
        : this.#references.requireModelSet(projectId, input.saveModelSetId, 'body.saveModelSetId');
    return {
      name: input.name,
      datasets: mounts.dataset,
      algorithms: mounts.algorithm,
      models: mounts.model,
      specId: spec.id,
      specName: spec.name,
      ...givenBy(spec),
      command: input.command,
      environment: input.environment,
      nodes: input.nodes,
      graceSeconds: input.graceSeconds,
      saveModelSetId: saveTo?.id ?? null,
      saveModelSetName: saveTo?.name ?? null
    };
  }
}

/** A definition from what a person sent; fields that are missing stay as they were. */
function merge(body: Body, before: DefinitionInput | undefined): DefinitionInput {
  const mounts = before?.mounts;
  return {
    name: body.name ?? before?.name ?? '',
    mounts: {
      dataset: body.datasetVersionIds ?? mounts?.dataset ?? [],
      algorithm: body.algorithmVersionIds ?? mounts?.algorithm ?? [],
      model: body.modelVersionIds ?? mounts?.model ?? []
    },
    specId: body.specId ?? before?.specId ?? '',
    command: body.command ?? before?.command ?? '',
    environment: body.environment ?? before?.environment ?? {},
    nodes: body.nodes ?? before?.nodes ?? 1,
    graceSeconds: body.graceSeconds ?? before?.graceSeconds ?? DEFAULT_GRACE,
    saveModelSetId:
      body.saveModelSetId === undefined ? (before?.saveModelSetId ?? null) : body.saveModelSetId
  };
}
