import { desc, eq } from 'drizzle-orm';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@topsdl/contract';
import type { ComputeEngine } from '../../compute/engine.ts';
import type { Database, Orm, Transaction } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import type { PageRequest } from '../../db/paging.ts';
import { listRows, mapPage } from '../../db/rows.ts';
import { makeReadable, removeTree } from '../../files/reclaim.ts';
import { ProblemError } from '../../http/problem.ts';
import type { Reconciler } from '../../reconcile/reconciler.ts';
import { isEnded } from '../../reconcile/states.ts';
import { store } from '../../reconcile/store.ts';
import type { Workload } from '../../reconcile/table.ts';
import type { SetService } from '../../sets/service.ts';
import { Tree } from '../../sets/tree.ts';
import type { Definitions } from './definitions.ts';
import { requireRunnable } from './spec.ts';
import { trainingRuns, type RunConfiguration, type RunRow, type TrainingRow } from './table.ts';

/** A run with the workload of its newest attempt, from which it has its state. */
export interface RunState {
  readonly run: RunRow;
  readonly workload: Workload;
}

/** The kinds of sets that a run takes a snapshot of. */
const SNAPSHOTS = ['algorithm', 'model'] as const;
const WASTE = '.waste';

const byNumber = {
  name: 'training-runs',
  columns: [trainingRuns.number],
  direction: 'descending' as const,
  keys: (row: RunRow) => [row.number]
};

/** Runs of training definitions: their rows and their directories `<directory>/<run id>`. */
export class Runs {
  readonly #db: Database;
  readonly #directory: string;
  readonly #engine: ComputeEngine;
  readonly #reconciler: Reconciler;
  readonly #definitions: Definitions;
  readonly #sets: (kind: 'algorithm' | 'model') => SetService;
  readonly #enders: ((runId: string, signal: AbortSignal) => Promise<void>)[] = [];

  constructor(options: {
    db: Database;
    directory: string;
    engine: ComputeEngine;
    reconciler: Reconciler;
    definitions: Definitions;
    sets: (kind: 'algorithm' | 'model') => SetService;
  }) {
    this.#db = options.db;
    this.#directory = options.directory;
    this.#engine = options.engine;
    this.#reconciler = options.reconciler;
    this.#definitions = options.definitions;
    this.#sets = options.sets;
  }

  /**
   * Clears away directories that nothing has: of deleted runs, and of those that never began. Other
   * workloads keep theirs in the same place.
   */
  async sweep(): Promise<void> {
    for (const name of await fs.readdir(this.#directory)) {
      if (!this.find(name) && !store.isOwner(this.#db.orm, name)) {
        await removeTree(join(this.#directory, name));
      }
    }
  }

  find(id: string, orm: Orm = this.#db.orm): RunRow | undefined {
    return orm.select().from(trainingRuns).where(eq(trainingRuns.id, id)).get();
  }

  get(id: string, orm: Orm = this.#db.orm): RunState {
    const run = this.find(id, orm);
    if (!run) {
      throw new ProblemError('not-found', { kind: 'training-run' });
    }
    return this.#withWorkload(run, orm);
  }

  list(trainingId: string, request: PageRequest): Page<RunState> {
    const { orm } = this.#db;
    const filter = eq(trainingRuns.trainingId, trainingId);
    return mapPage(listRows(orm, trainingRuns, byNumber, filter, request), run =>
      this.#withWorkload(run, orm)
    );
  }

  newest(trainingId: string, limit: number): RunState[] {
    return this.#db.orm
      .select()
      .from(trainingRuns)
      .where(eq(trainingRuns.trainingId, trainingId))
      .orderBy(desc(trainingRuns.number))
      .limit(limit)
      .all()
      .map(run => this.#withWorkload(run, this.#db.orm));
  }

  directory(runId: string): string {
    return join(this.#directory, runId);
  }

  persistentModel(runId: string): string {
    return join(this.#directory, runId, 'persistent-model');
  }

  /** What a job left, for reading only: nothing is written there by requests. */
  results(runId: string): Tree {
    return new Tree(this.persistentModel(runId), this.#directory);
  }

  /** Has what an attempt left readable for us, whose user it may have been. */
  async reclaim(runId: string): Promise<void> {
    await makeReadable(this.persistentModel(runId));
  }

  snapshot(runId: string, versionId: string): string {
    return join(this.#directory, runId, 'snapshot', versionId);
  }

  /**
   * Begins a run: takes the chosen sets as they are now, then writes the row and asks for the
   * workload. Before the row there is only a directory, which is swept if nothing comes of it.
   *
   * @param commit runs the transaction
   * @throws ProblemError `never-fits` and what else the run could not do, before anything is made
   */
  async start<T>(
    training: TrainingRow,
    configuration: RunConfiguration,
    userId: string,
    commit: (work: (tx: Transaction) => T) => T,
    present: (state: RunState) => T
  ): Promise<T> {
    await this.requireFits(training.projectId, configuration);
    const id = newId();
    try {
      await this.#makeDirectory(id, configuration);
      return commit(tx => {
        const number = this.#definitions.nextRun(tx, training.id);
        const run: RunRow = {
          id,
          trainingId: training.id,
          projectId: training.projectId,
          number,
          configuration,
          workloadId: '',
          attempt: 1,
          modelVersionId: null,
          sealedAttempt: 0,
          step: null,
          totalSteps: null,
          createdAt: Date.now(),
          createdBy: userId
        };
        tx.insert(trainingRuns).values(run).run();
        return present(this.#request(tx, run, 1, userId));
      });
    } finally {
      // A refusal, or the answer to an earlier request with the same key: there is no such run.
      if (!this.find(id)) {
        await removeTree(this.directory(id));
      }
    }
  }

  /**
   * Refuses what can never be run here: more than quota or machine have, or what the engine cannot do.
   *
   * @throws ProblemError naming the field of the definition
   */
  async requireFits(projectId: string, configuration: RunConfiguration): Promise<void> {
    await requireRunnable(this.#engine, projectId, configuration);
    const { admission } = this.#reconciler;
    const { nodes, resources } = configuration;
    const [short] = admission.neverFits(projectId, nodes, resources);
    if (short) {
      const oneNode = admission.neverFits(projectId, 1, resources);
      const { resource, requested, limit } = short;
      throw new ProblemError(
        'never-fits',
        { resource, requested, limit },
        oneNode.length > 0 ? 'body.specId' : 'body.nodes'
      );
    }
  }

  /** Asks a run to stop. @throws ProblemError `wrong-state` when it has ended */
  stop(tx: Transaction, id: string, by: string): RunState {
    const { workload } = this.get(id, tx);
    if (isEnded(workload.state)) {
      throw new ProblemError('wrong-state', { state: workload.state });
    }
    this.#reconciler.stop(tx, workload.id, by);
    return this.get(id, tx);
  }

  /**
   * Goes on with an ended run as a new attempt, on what the one before left.
   *
   * @throws ProblemError `wrong-state`, `no-checkpoint`
   */
  async resume(id: string, userId: string, signal: AbortSignal): Promise<RunState> {
    await this.#requireEnded(id, signal);
    const { files } = await this.results(id).measure();
    if (files === 0) {
      throw new ProblemError('no-checkpoint');
    }
    const { run } = this.get(id);
    await this.requireFits(run.projectId, run.configuration);
    return this.#db.write(tx => {
      // Somebody else may have resumed it, or deleted it, meanwhile.
      const { run: current, workload } = this.get(id, tx);
      requireSettled(workload);
      return this.#request(tx, current, current.attempt + 1, userId);
    });
  }

  /** Deletes an ended run with everything it left. @throws ProblemError `wrong-state` */
  async delete(id: string, userId: string, signal: AbortSignal): Promise<void> {
    await this.#requireEnded(id, signal);
    await Promise.all(this.#enders.map(end => end(id, signal)));
    this.#db.write(tx => {
      const { run, workload } = this.get(id, tx);
      requireSettled(workload);
      tx.delete(trainingRuns).where(eq(trainingRuns.id, id)).run();
      this.#reconciler.forget(tx, 'training-run', id);
      this.emit(tx, 'deleted', run, userId);
    });
    const waste = join(this.#directory, `${WASTE}-${newId()}`);
    await fs.rename(this.directory(id), waste);
    await removeTree(waste);
  }

  beforeDelete(end: (runId: string, signal: AbortSignal) => Promise<void>): void {
    this.#enders.push(end);
  }

  update(tx: Transaction, id: string, change: Partial<RunRow>): RunRow {
    return tx.update(trainingRuns).set(change).where(eq(trainingRuns.id, id)).returning().get();
  }

  emit(
    tx: Transaction,
    type: 'created' | 'updated' | 'deleted',
    run: RunRow,
    userId: string | null,
    told = type !== 'updated'
  ): void {
    tx.emit({
      type,
      kind: 'training-run',
      id: run.id,
      projectId: run.projectId,
      parentId: run.trainingId,
      byUserId: userId,
      ...(told ? { name: nameOf(run) } : {})
    });
  }

  #withWorkload(run: RunRow, orm: Orm): RunState {
    const workload = store.get(orm, run.workloadId);
    if (!workload) {
      throw new Error(`run ${run.id} has no workload`);
    }
    return { run, workload };
  }

  #request(tx: Transaction, run: RunRow, attempt: number, userId: string): RunState {
    const { configuration } = run;
    const workload = this.#reconciler.request(tx, {
      kind: 'training-run',
      ownerId: run.id,
      attempt,
      projectId: run.projectId,
      name: nameOf(run),
      nodes: configuration.nodes,
      resources: configuration.resources,
      counted: true,
      graceMs: configuration.graceSeconds * 1000,
      createdBy: userId
    });
    return { run: this.update(tx, run.id, { attempt, workloadId: workload.id }), workload };
  }

  async #requireEnded(id: string, signal: AbortSignal): Promise<void> {
    const { workload } = this.get(id);
    if (!isEnded(workload.state)) {
      throw new ProblemError('wrong-state', { state: workload.state });
    }
    // What follows its end, such as a model version, may still be under way.
    await this.#reconciler.settled('training-run', id, signal);
    signal.throwIfAborted();
  }

  async #makeDirectory(id: string, configuration: RunConfiguration): Promise<void> {
    await fs.mkdir(join(this.directory(id), 'snapshot'), { recursive: true, mode: 0o700 });
    await fs.mkdir(this.persistentModel(id), { mode: 0o755 });
    for (const kind of SNAPSHOTS) {
      const mounts = kind === 'algorithm' ? configuration.algorithms : configuration.models;
      for (const { versionId } of mounts) {
        await this.#sets(kind).contents.snapshot(versionId, this.snapshot(id, versionId));
      }
    }
  }
}

function requireSettled(workload: Workload): void {
  if (!isEnded(workload.state) || workload.settledAt === null) {
    throw new ProblemError('wrong-state', { state: workload.state });
  }
}

/** What a run is called: its definition's name and its number. */
export function nameOf(run: Pick<RunRow, 'configuration' | 'number'>): string {
  return `${run.configuration.name} #${run.number}`;
}
