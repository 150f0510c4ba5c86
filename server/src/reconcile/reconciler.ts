import type { ComputeEngine, Unwatch } from '../compute/engine.ts';
import type { Database, Transaction } from '../db/database.ts';
import { newId } from '../db/ids.ts';
import { Together } from '../db/together.ts';
import { ProblemError } from '../http/problem.ts';
import type { Usage } from '../usage.ts';
import { Admission, type Limits } from './admission.ts';
import type { Changes } from './changes.ts';
import { Ledger } from './ledger.ts';
import type { Shown, WorkloadOwner, WorkloadRequest } from './owner.ts';
import { isEnded } from './states.ts';
import { AGAIN_MS, Steps, type ReconcilerLog } from './steps.ts';
import { store } from './store.ts';
import type { Workload, WorkloadKind } from './table.ts';

/**
 * Keeps rows and processes in step: what was asked for is in the rows, what is so comes from the
 * engine. Features ask for workloads here, in their own transactions; {@link Steps} sees to the rest.
 */
export class Reconciler {
  readonly admission: Admission;
  readonly #database: Database;
  readonly #together: Together;
  readonly #engine: ComputeEngine;
  readonly #usage: Usage;
  readonly #ledger: Ledger;
  readonly #steps: Steps;
  readonly #log: ReconcilerLog;
  #unwatch: Unwatch = () => {};
  #deciding = false;
  #open = false;

  constructor(options: {
    database: Database;
    engine: ComputeEngine;
    limits: Limits;
    usage: Usage;
    log: ReconcilerLog;
  }) {
    const { database, engine, usage, log } = options;
    this.#database = database;
    this.#engine = engine;
    this.#usage = usage;
    this.#log = log;
    this.#ledger = new Ledger(usage);
    this.#together = new Together(database);
    this.#steps = new Steps({
      database,
      together: this.#together,
      engine,
      ledger: this.#ledger,
      log
    });
    this.admission = new Admission(options.limits);
    // What was freed, and a quota that was raised, may let the next one start.
    usage.onChanged(() => this.decide());
  }

  /** Wakes those who follow a workload's owner. */
  get changes(): Changes {
    return this.#ledger.changes;
  }

  /** Tells who sees to the workloads of a kind; before `start`. */
  register(owner: WorkloadOwner): void {
    this.#ledger.register(owner);
  }

  /** Where a workload is shown. */
  shownAs(workload: Workload): Shown {
    const shown = this.#ledger.ownerOf(workload).shownAs?.(workload.ownerId);
    return shown ?? { subjectId: workload.ownerId, role: null };
  }

  /** Takes up what was left: attaches to what runs, and goes on with what was under way. */
  async start(): Promise<void> {
    this.#open = true;
    const { orm } = this.#database;
    const handles = store.started(orm).flatMap(({ handle }) => (handle ? [handle] : []));
    await this.#engine.sweep?.(handles);
    this.#unwatch = this.#engine.watch(seen => this.#steps.observe(seen), handles);
    const observations = handles.length > 0 ? await this.#engine.observe(handles) : [];
    for (const observation of observations) {
      const workload = store.get(orm, observation.runId);
      if (workload && !isEnded(workload.state) && observation.state === 'running') {
        this.#database.write(tx => this.#ledger.ownerOf(workload).attached?.(tx, workload));
      }
      this.#steps.observe(observation);
    }
    store.unsettled(orm).forEach(({ id }) => this.#steps.step(id));
    this.decide();
  }

  /** Lets go of everything; what runs goes on. */
  async close(): Promise<void> {
    this.#open = false;
    this.#unwatch();
    await this.#steps.close();
  }

  /** Asks for a workload, in the transaction that makes its owner's row. It waits to be admitted. */
  request(tx: Transaction, request: WorkloadRequest): Workload {
    const { resources, ...rest } = request;
    const workload = store.insert(tx, {
      ...rest,
      ...resources,
      id: newId(),
      state: 'pending',
      observed: [],
      createdAt: Date.now()
    });
    this.#ledger.ownerOf(workload).changed(tx, workload, null);
    tx.afterCommit(() => this.decide());
    return workload;
  }

  /**
   * Asks for the end of a workload. One that waits has ended with this; one that runs gets the polite
   * signal, and its end is seen when it comes. What has ended stays as it is.
   *
   * @param by the name of whoever asks
   */
  stop(tx: Transaction, id: string, by: string): Workload | undefined {
    const workload = store.get(tx, id);
    if (!workload) {
      return undefined;
    }
    const after = this.#ledger.happen(tx, workload, 'stop', { stoppedBy: by });
    tx.afterCommit(() => {
      this.#steps.abort(id);
      this.#steps.step(id);
    });
    return after;
  }

  /**
   * Changes the number of replicas of a service that was admitted, or that waits.
   *
   * @throws ProblemError `never-fits` where the quota does not allow more
   */
  resize(tx: Transaction, id: string, replicas: number): Workload | undefined {
    const workload = store.get(tx, id);
    if (!workload || isEnded(workload.state)) {
      return undefined;
    }
    const more = replicas - workload.nodes;
    const short =
      more <= 0
        ? []
        : workload.state === 'pending'
          ? this.admission.neverFits(workload.projectId, replicas, workload)
          : this.admission.lackingFor(tx, workload, more);
    if (short[0]) {
      const { resource, requested, used, limit } = short[0];
      throw new ProblemError(
        'never-fits',
        { resource, requested: requested + used, limit },
        'body.replicas'
      );
    }
    const after = this.#ledger.change(tx, workload, { nodes: replicas });
    tx.afterCommit(() => {
      this.#steps.step(id);
      this.#usage.changed(after.projectId);
    });
    return after;
  }

  /** Removes the rows of an owner whose workloads have all ended and are settled. */
  forget(tx: Transaction, kind: WorkloadKind, ownerId: string): void {
    store.remove(tx, kind, ownerId);
  }

  /** Resolves when all that follows the end of an owner's workloads has been done. */
  async settled(kind: WorkloadKind, ownerId: string, signal: AbortSignal): Promise<void> {
    for (;;) {
      const change = this.changes.next(ownerId, signal);
      const open = store
        .attempts(this.#database.orm, kind, ownerId)
        .some(({ settledAt }) => settledAt === null);
      if (!open) {
        return;
      }
      await change;
    }
  }

  /** Asks everything to stop that runs or waits, and resolves when it has ended and is settled. */
  async stopAll(): Promise<void> {
    const open = store.unsettled(this.#database.orm);
    this.#database.write(tx => open.forEach(({ id }) => this.stop(tx, id, 'TopsDL')));
    const never = new AbortController().signal;
    await Promise.all(open.map(({ kind, ownerId }) => this.settled(kind, ownerId, never)));
  }

  /** Looks once more at who may start: whoever asked for twenty things gets one decision about all of them. */
  decide(): void {
    if (this.#deciding || !this.#open || !store.isAnyPending(this.#database.orm)) {
      return;
    }
    this.#deciding = true;
    this.#together
      .write(tx => {
        // What comes from here on is for the next one.
        this.#deciding = false;
        return this.#open ? this.#decide(tx) : [];
      })
      .then(admitted => admitted.forEach(({ id }) => this.#steps.step(id)))
      .catch((error: unknown) => {
        this.#deciding = false;
        this.#log.error({ err: error }, 'nobody could be admitted');
        setTimeout(() => this.decide(), AGAIN_MS).unref();
      });
  }

  #decide(tx: Transaction): Workload[] {
    const decision = this.admission.decide(tx, Date.now());
    for (const { workload, reason } of decision.waiting) {
      if (JSON.stringify(workload.reason) !== JSON.stringify(reason)) {
        this.#ledger.change(tx, workload, { reason });
      }
    }
    return decision.admitted.map(workload =>
      this.#ledger.happen(tx, workload, 'admit', { reason: null, admittedAt: Date.now() })
    );
  }
}
