import type { Code } from '@topsdl/contract';
import {
  EngineError,
  PlanError,
  type ComputeEngine,
  type Unwatch,
  type WorkloadObservation
} from '../compute/engine.ts';
import type { Database, Transaction } from '../db/database.ts';
import { newId } from '../db/ids.ts';
import { ProblemError } from '../http/problem.ts';
import type { Usage } from '../usage.ts';
import { Admission, type Limits } from './admission.ts';
import { Changes } from './changes.ts';
import { happeningOf, observedChange } from './observation.ts';
import type { WorkloadOwner, WorkloadRequest } from './owner.ts';
import { fromEngine, reason, type StoredReason } from './reasons.ts';
import { isEnded, next, type Happening } from './states.ts';
import { store } from './store.ts';
import type { Workload, WorkloadKind } from './table.ts';

/** Where the reconciler says what went wrong. */
export interface ReconcilerLog {
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/**
 * Keeps rows and processes in step: what was asked for is in the rows, what is so comes from the
 * engine, and every step goes from the one to the other. It looks at the whole of a workload each
 * time, never at what changed, so a step that is made twice or after a crash does no harm.
 *
 * Steps of one workload never overlap; those of different ones do.
 */
export class Reconciler {
  readonly admission: Admission;
  /** Wakes those who follow a workload's owner. */
  readonly changes = new Changes();

  readonly #database: Database;
  readonly #engine: ComputeEngine;
  readonly #log: ReconcilerLog;
  readonly #usage: Usage;
  readonly #owners = new Map<WorkloadKind, WorkloadOwner>();
  /** Steps under way, by workload; `again` when another one is due after it. */
  readonly #steps = new Map<string, { again: boolean; done: Promise<void> }>();
  readonly #launches = new Map<string, AbortController>();
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
    this.#database = options.database;
    this.#engine = options.engine;
    this.#log = options.log;
    this.#usage = options.usage;
    // What was freed, and a quota that was raised, may let the next one start.
    this.#usage.onChanged(() => this.decide());
    this.admission = new Admission(options.limits);
  }

  /** Tells who sees to the workloads of a kind; before `start`. */
  register(owner: WorkloadOwner): void {
    if (this.#owners.has(owner.kind)) {
      throw new RangeError(`${owner.kind} has an owner already`);
    }
    this.#owners.set(owner.kind, owner);
  }

  /** Takes up what was left: attaches to what runs, and goes on with what was under way. */
  async start(): Promise<void> {
    this.#open = true;
    const started = store.started(this.#database.orm);
    const handles = started.flatMap(({ handle }) => (handle ? [handle] : []));
    this.#unwatch = this.#engine.watch(observation => this.#observe(observation), handles);
    const observations = handles.length > 0 ? await this.#engine.observe(handles) : [];
    for (const observation of observations) {
      const workload = store.get(this.#database.orm, observation.runId);
      if (workload && !isEnded(workload.state) && observation.state === 'running') {
        this.#database.write(tx => this.#owner(workload).attached?.(tx, workload));
      }
      this.#observe(observation);
    }
    store.unsettled(this.#database.orm).forEach(({ id }) => this.#step(id));
    this.decide();
  }

  /** Lets go of everything; what runs goes on. */
  async close(): Promise<void> {
    this.#open = false;
    this.#unwatch();
    this.#launches.forEach(controller => controller.abort());
    await Promise.allSettled([...this.#steps.values()].map(({ done }) => done));
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
    this.#owner(workload).changed(tx, workload, null);
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
    const after = this.#happen(tx, workload, 'stop', { stoppedBy: by });
    tx.afterCommit(() => {
      this.#launches.get(id)?.abort();
      this.#step(id);
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
    const after = store.update(tx, id, { nodes: replicas });
    this.#owner(after).changed(tx, after, workload);
    tx.afterCommit(() => {
      this.#step(id);
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

  /** Looks once more at who may start. */
  decide(): void {
    if (this.#deciding || !this.#open) {
      return;
    }
    this.#deciding = true;
    // After the work at hand: whoever asked for twenty things gets one decision about all of them.
    setImmediate(() => {
      this.#deciding = false;
      if (this.#open) {
        this.#decide();
      }
    });
  }

  #decide(): void {
    const admitted = this.#database.write(tx => {
      const decision = this.admission.decide(tx, Date.now());
      decision.waiting.forEach(item => this.#explain(tx, item.workload, item.reason));
      return decision.admitted.map(workload =>
        this.#happen(tx, workload, 'admit', { reason: null, admittedAt: Date.now() })
      );
    });
    admitted.forEach(({ id }) => this.#step(id));
  }

  #explain(tx: Transaction, workload: Workload, why: StoredReason): void {
    if (JSON.stringify(workload.reason) !== JSON.stringify(why)) {
      const after = store.update(tx, workload.id, { reason: why });
      this.#owner(after).changed(tx, after, workload);
      this.#wake(tx, after);
    }
  }

  #observe(observation: WorkloadObservation): void {
    if (!this.#open) {
      return;
    }
    const workload = this.#database.write(tx => this.#apply(tx, observation));
    if (workload && (isEnded(workload.state) || observation.state === 'absent')) {
      this.#step(workload.id);
    }
  }

  /** Brings a row to what the engine says; nothing is written where it says nothing new. */
  #apply(tx: Transaction, observation: WorkloadObservation): Workload | undefined {
    const workload = store.get(tx, observation.runId);
    if (!workload || isEnded(workload.state)) {
      return workload;
    }
    const happening = happeningOf(observation, workload);
    const change = observedChange(observation, workload);
    if (happening && next(workload.state, happening) !== workload.state) {
      return this.#happen(tx, workload, happening, change);
    }
    if (Object.keys(change).length === 0) {
      return workload;
    }
    const after = store.update(tx, workload.id, change);
    this.#owner(after).changed(tx, after, workload);
    this.#wake(tx, after);
    return after;
  }

  #happen(
    tx: Transaction,
    workload: Workload,
    happening: Happening,
    change: Partial<Workload> = {}
  ): Workload {
    const state = next(workload.state, happening);
    if (state === workload.state) {
      return workload;
    }
    const stoppedBy = change.stoppedBy ?? workload.stoppedBy;
    const after = store.update(tx, workload.id, {
      ...change,
      state,
      ...(state === 'stopped' && stoppedBy !== null
        ? { reason: reason('stopped-by', { name: stoppedBy }) }
        : {}),
      ...(isEnded(state) ? { endedAt: change.endedAt ?? Date.now() } : {})
    });
    this.#owner(after).changed(tx, after, workload);
    this.#wake(tx, after);
    tx.afterCommit(() => this.#usage.changed(workload.projectId));
    return after;
  }

  #wake(tx: Transaction, workload: Workload): void {
    tx.afterCommit(() => this.changes.tell(workload.ownerId));
  }

  /** Makes the next step of a workload, after the one under way. */
  #step(id: string): void {
    const running = this.#steps.get(id);
    if (running) {
      running.again = true;
      return;
    }
    if (!this.#open) {
      return;
    }
    const entry = { again: false, done: Promise.resolve() };
    this.#steps.set(id, entry);
    entry.done = this.#advance(id)
      .catch((error: unknown) => this.#log.error({ err: error, workload: id }, 'a step failed'))
      .finally(() => {
        this.#steps.delete(id);
        if (entry.again) {
          this.#step(id);
        }
      });
  }

  async #advance(id: string): Promise<void> {
    const workload = store.get(this.#database.orm, id);
    if (!workload || workload.settledAt !== null || workload.state === 'pending') {
      return;
    }
    if (isEnded(workload.state)) {
      await this.#settle(workload);
      return;
    }
    const observation = workload.handle
      ? (await this.#engine.observe([workload.handle]))[0]
      : undefined;
    if (!observation || observation.state === 'absent') {
      // Never started: nothing can run that the engine does not know of.
      await (workload.state === 'stopping' ? this.#endUnstarted(id) : this.#launch(workload));
      return;
    }
    const after = this.#database.write(tx => this.#apply(tx, observation)) ?? workload;
    if (isEnded(after.state)) {
      await this.#settle(after);
    } else if (after.state === 'stopping' && after.handle) {
      await this.#engine.stop(after.handle, after.graceMs);
    } else if (after.kind === 'service' && after.handle) {
      await this.#engine.scale(after.handle, after.nodes);
    }
  }

  async #launch(workload: Workload): Promise<void> {
    const controller = new AbortController();
    this.#launches.set(workload.id, controller);
    try {
      const { spec, directory } = await this.#owner(workload).prepare(workload, controller.signal);
      const plan = this.#engine.plan(spec, { id: workload.id, directory });
      const starting = this.#database.write(tx => this.#keepHandle(tx, workload.id, plan));
      if (!starting) {
        await this.#endUnstarted(workload.id);
        return;
      }
      await this.#engine.submit(plan);
      const [observation] = await this.#engine.observe([plan.handle]);
      if (observation) {
        this.#observe(observation);
      }
      // What was asked for meanwhile, such as a stop, is for the next step.
      this.#step(workload.id);
    } catch (error) {
      if (this.#open) {
        this.#failed(workload.id, error, controller.signal.aborted);
      }
    } finally {
      this.#launches.delete(workload.id);
    }
  }

  #keepHandle(
    tx: Transaction,
    id: string,
    plan: ReturnType<ComputeEngine['plan']>
  ): Workload | undefined {
    const now = store.get(tx, id);
    if (now?.state !== 'starting') {
      return undefined;
    }
    const after = store.update(tx, id, {
      handle: plan.handle,
      observed: plan.nodes.map((name, index) => ({ name, index, state: 'starting', restarts: 0 }))
    });
    this.#owner(after).changed(tx, after, now);
    this.#wake(tx, after);
    return after;
  }

  async #endUnstarted(id: string): Promise<void> {
    this.#database.write(tx => {
      const workload = store.get(tx, id);
      return workload && this.#happen(tx, workload, 'lose');
    });
    this.#step(id);
  }

  #failed(id: string, error: unknown, aborted: boolean): void {
    if (!aborted) {
      this.#log.info({ err: error, workload: id }, 'a workload could not be started');
    }
    this.#database.write(tx => {
      const workload = store.get(tx, id);
      return workload && this.#happen(tx, workload, 'fail', { reason: reasonOf(error) });
    });
    this.#step(id);
  }

  async #settle(workload: Workload): Promise<void> {
    await this.#owner(workload).settle?.(workload);
    if (workload.handle) {
      await this.#engine.release(workload.handle);
    }
    this.#database.write(tx => {
      const after = store.update(tx, workload.id, { settledAt: Date.now() });
      this.#owner(after).changed(tx, after, workload);
      this.#wake(tx, after);
    });
  }

  #owner(workload: Workload): WorkloadOwner {
    const owner = this.#owners.get(workload.kind);
    if (!owner) {
      throw new RangeError(`nobody sees to workloads of the kind ${workload.kind}`);
    }
    return owner;
  }
}

/** Why something could not be started, from what was thrown. */
function reasonOf(error: unknown): StoredReason {
  if (error instanceof ProblemError) {
    return reason(error.code, error.params);
  }
  if (error instanceof EngineError || error instanceof PlanError) {
    return fromEngine({ code: 'start_failed', params: error.params, detail: error.message });
  }
  const code: Code = 'start-failed';
  return reason(code, { detail: error instanceof Error ? error.message : String(error) });
}
