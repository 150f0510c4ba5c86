import type { LogPage } from '@topsdl/contract';
import type { ComputeEngine } from '../../compute/engine.ts';
import type { Orm } from '../../db/database.ts';
import { ProblemError } from '../../http/problem.ts';
import {
  followLog,
  parsePosition,
  readLog,
  type LogRequest,
  type LogState
} from '../../reconcile/logs.ts';
import type { Reconciler } from '../../reconcile/reconciler.ts';
import { isEnded } from '../../reconcile/states.ts';
import { store } from '../../reconcile/store.ts';

/** Logs of runs, all attempts one after the other. */
export class RunLogs {
  readonly #orm: Orm;
  readonly #engine: ComputeEngine;
  readonly #reconciler: Reconciler;

  constructor(orm: Orm, engine: ComputeEngine, reconciler: Reconciler) {
    this.#orm = orm;
    this.#engine = engine;
    this.#reconciler = reconciler;
  }

  /** @throws ProblemError `bad-cursor` */
  read(runId: string, request: LogRequest): Promise<LogPage> {
    requirePosition(request);
    return readLog(this.#engine, this.#state(runId), request);
  }

  /** @throws ProblemError `bad-cursor` */
  follow(runId: string, request: LogRequest, signal: AbortSignal): AsyncGenerator<LogPage> {
    requirePosition(request);
    return followLog(
      this.#engine,
      () => this.#state(runId),
      until => this.#reconciler.changes.next(runId, until),
      request,
      signal
    );
  }

  /** What nodes wrote, byte for byte: attempt after attempt, and in each node after node. */
  async *content(runId: string, node: string | undefined): AsyncGenerator<Uint8Array> {
    const { sources } = this.#state(runId);
    for (const { handle, nodes, attempt } of sources) {
      for (const name of nodes.filter(each => node === undefined || each === node)) {
        if (node === undefined && (nodes.length > 1 || sources.length > 1)) {
          yield Buffer.from(`==> ${name}, attempt ${attempt} <==\n`);
        }
        yield* this.#engine.rawLog(handle, name);
      }
    }
  }

  #state(runId: string): LogState {
    const attempts = store.attempts(this.#orm, 'training-run', runId);
    const last = attempts.at(-1);
    return {
      sources: attempts.flatMap(({ attempt, handle, observed, state, startedAt, createdAt }) =>
        // A handle is there before anything is started, and what was not started has no log.
        handle && (state !== 'starting' || startedAt !== null)
          ? [
              {
                attempt,
                handle,
                nodes: observed.map(({ name }) => name),
                startedAt: startedAt ?? createdAt
              }
            ]
          : []
      ),
      ended: last === undefined || isEnded(last.state)
    };
  }
}

function requirePosition({ from }: LogRequest): void {
  if (from !== undefined && !parsePosition(from)) {
    throw new ProblemError('bad-cursor', {}, 'query.from');
  }
}
