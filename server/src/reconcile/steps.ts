import {
  EngineError,
  PlanError,
  type ComputeEngine,
  type WorkloadObservation,
  type WorkloadPlan
} from '../compute/engine.ts';
import type { Database, Transaction } from '../db/database.ts';
import type { Together } from '../db/together.ts';
import { ProblemError } from '../http/problem.ts';
import type { Ledger } from './ledger.ts';
import { fromEngine, reason, type StoredReason } from './reasons.ts';
import { isEnded } from './states.ts';
import { store } from './store.ts';
import type { Workload } from './table.ts';

/** Where the reconciler says what went wrong. */
export interface ReconcilerLog {
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What failed, such as for want of disk space, is tried again after this time. */
export const AGAIN_MS = 5_000;

/**
 * What is done to bring a workload from what was asked for to what is so. A step looks at the whole of
 * it, never at what changed, so that one that is made twice or after a crash does no harm. Steps of
 * one workload never overlap; those of different ones do.
 */
export class Steps {
  readonly #database: Database;
  readonly #together: Together;
  readonly #engine: ComputeEngine;
  readonly #ledger: Ledger;
  readonly #log: ReconcilerLog;
  /** Under way, by workload; `again` when another one is due after it. */
  readonly #underway = new Map<string, { again: boolean; done: Promise<void> }>();
  readonly #launches = new Map<string, AbortController>();
  readonly #retries = new Set<NodeJS.Timeout>();
  #open = true;

  constructor(parts: {
    database: Database;
    together: Together;
    engine: ComputeEngine;
    ledger: Ledger;
    log: ReconcilerLog;
  }) {
    this.#database = parts.database;
    this.#together = parts.together;
    this.#engine = parts.engine;
    this.#ledger = parts.ledger;
    this.#log = parts.log;
  }

  /** Makes no more of them, and waits for those under way. */
  async close(): Promise<void> {
    this.#open = false;
    this.#retries.forEach(timer => clearTimeout(timer));
    this.#launches.forEach(controller => controller.abort());
    await Promise.allSettled([...this.#underway.values()].map(({ done }) => done));
    this.#together.flush();
  }

  /** Gives up what is being made ready for a workload. */
  abort(id: string): void {
    this.#launches.get(id)?.abort();
  }

  /** Makes the next step of a workload, after the one under way. */
  step(id: string): void {
    const running = this.#underway.get(id);
    if (running) {
      running.again = true;
      return;
    }
    if (!this.#open) {
      return;
    }
    const entry = { again: false, done: Promise.resolve() };
    this.#underway.set(id, entry);
    entry.done = this.#advance(id)
      .catch((error: unknown) => this.#retry(id, error))
      .finally(() => {
        this.#underway.delete(id);
        if (entry.again) {
          this.step(id);
        }
      });
  }

  /** Hears what the engine says of a workload. */
  observe(observation: WorkloadObservation): void {
    if (!this.#open) {
      return;
    }
    this.#together
      .write(tx => this.#ledger.apply(tx, observation))
      .then(workload => {
        if (workload && (isEnded(workload.state) || observation.state === 'absent')) {
          this.step(workload.id);
        }
      })
      // The engine says it only once: the step asks it again.
      .catch((error: unknown) => this.#retry(observation.runId, error));
  }

  #retry(id: string, error: unknown): void {
    if (!this.#open) {
      return;
    }
    this.#log.error({ err: error, workload: id }, 'a step failed');
    const timer = setTimeout(() => {
      this.#retries.delete(timer);
      this.step(id);
    }, AGAIN_MS);
    timer.unref();
    this.#retries.add(timer);
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
    const after =
      (await this.#together.write(tx => this.#ledger.apply(tx, observation))) ?? workload;
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
      if (store.get(this.#database.orm, workload.id)?.state === 'stopping') {
        // Asked for while the engine was: nobody could be told to give up yet.
        controller.abort();
      }
      controller.signal.throwIfAborted();
      const owner = this.#ledger.ownerOf(workload);
      const { spec, directory } = await owner.prepare(workload, controller.signal);
      const { name } = workload;
      const plan = this.#engine.plan(spec, { id: workload.id, directory, name });
      const starting = await this.#together.write(tx => this.#keepHandle(tx, workload.id, plan));
      if (!starting) {
        await this.#endUnstarted(workload.id);
        return;
      }
      await this.#engine.submit(plan);
      // How it is, and what was asked for meanwhile, such as a stop, is for the next step.
      this.step(workload.id);
    } catch (error) {
      const unreachable = error instanceof EngineError && error.code === 'unreachable';
      if (unreachable && this.#open && !controller.signal.aborted) {
        // Nobody knows what became of it, and nobody is to blame for it: it is asked for again, under the same id.
        this.#database.write(tx => this.#unreachable(tx, workload.id, error.message));
        throw error;
      }
      if (this.#open) {
        this.#failed(workload.id, error, controller.signal.aborted);
      }
    } finally {
      this.#launches.delete(workload.id);
    }
  }

  /** The handle is stored before anything is started: what was started can always be found. */
  #keepHandle(tx: Transaction, id: string, plan: WorkloadPlan): Workload | undefined {
    const workload = store.get(tx, id);
    if (workload?.state !== 'starting') {
      return undefined;
    }
    return this.#ledger.change(tx, workload, {
      handle: plan.handle,
      observed: plan.nodes.map((name, index) => ({ name, index, state: 'starting', restarts: 0 }))
    });
  }

  #unreachable(tx: Transaction, id: string, detail: string): void {
    const workload = store.get(tx, id);
    if (workload?.state === 'starting') {
      this.#ledger.change(tx, workload, { reason: reason('engine-unreachable', { detail }) });
    }
  }

  async #endUnstarted(id: string): Promise<void> {
    await this.#together.write(tx => {
      const workload = store.get(tx, id);
      return workload && this.#ledger.happen(tx, workload, 'lose');
    });
    this.step(id);
  }

  #failed(id: string, error: unknown, aborted: boolean): void {
    if (!aborted) {
      this.#log.info({ err: error, workload: id }, 'a workload could not be started');
    }
    this.#database.write(tx => {
      const workload = store.get(tx, id);
      return workload && this.#ledger.happen(tx, workload, 'fail', { reason: reasonOf(error) });
    });
    this.step(id);
  }

  /** After the end: the owner keeps results, the engine lets go. */
  async #settle(workload: Workload): Promise<void> {
    await this.#ledger.ownerOf(workload).settle?.(workload);
    if (workload.handle) {
      await this.#engine.release(workload.handle);
    }
    await this.#together.write(tx => this.#ledger.change(tx, workload, { settledAt: Date.now() }));
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
  return reason('start-failed', {
    detail: error instanceof Error ? error.message : String(error)
  });
}
