import { and, asc, eq, gte, sql } from 'drizzle-orm';
import type { NodeStats } from '@topsdl/contract';
import type { ComputeEngine, NodeStats as EngineStats } from '../../compute/engine.ts';
import type { Database } from '../../db/database.ts';
import { store } from '../../reconcile/store.ts';
import type { Workload } from '../../reconcile/table.ts';
import { runSamples, type SampleRow } from './table.ts';

/** Time between two measurements. */
const INTERVAL_MS = 5_000;
/** Samples of one node that are kept: beyond, every second one goes. */
const KEPT = 1_200;
/** Samples of one node that are shown. */
const SHOWN = 300;

type Listener = (samples: NodeStats[]) => void;

/**
 * Measures the nodes of running runs at an interval, as nothing tells when use changes, and keeps the
 * samples: all of the last while, ever fewer of what lies further back.
 */
export class Samples {
  readonly #db: Database;
  readonly #engine: ComputeEngine;
  readonly #onError: (error: unknown) => void;
  readonly #before = new Map<string, { time: number; stats: EngineStats }>();
  readonly #listeners = new Map<string, Set<Listener>>();
  #timer: NodeJS.Timeout | undefined;
  #measuring = false;

  constructor(db: Database, engine: ComputeEngine, onError: (error: unknown) => void) {
    this.#db = db;
    this.#engine = engine;
    this.#onError = onError;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#measureAll().catch(this.#onError);
    }, INTERVAL_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** The samples of the last minutes, or all, thinned to at most 300 a node. */
  list(runId: string, minutes: number | undefined): NodeStats[] {
    const since = minutes === undefined ? 0 : Date.now() - minutes * 60_000;
    const rows = this.#db.orm
      .select()
      .from(runSamples)
      .where(and(eq(runSamples.runId, runId), gte(runSamples.time, since)))
      .orderBy(asc(runSamples.node), asc(runSamples.time))
      .all();
    const byNode = Map.groupBy(rows, ({ node }) => node);
    return [...byNode.values()].flatMap(samples => {
      const every = Math.ceil(samples.length / SHOWN);
      return samples.filter((_, index) => (samples.length - 1 - index) % every === 0).map(present);
    });
  }

  /** Follows the measurements of a run from now on. */
  async *follow(runId: string, signal: AbortSignal): AsyncGenerator<{ samples: NodeStats[] }> {
    const queue: NodeStats[][] = [];
    let wake = () => {};
    const listener: Listener = samples => {
      queue.push(samples);
      wake();
    };
    const listeners = this.#listeners.get(runId) ?? new Set();
    this.#listeners.set(runId, listeners.add(listener));
    const onAbort = () => wake();
    signal.addEventListener('abort', onAbort);
    try {
      while (!signal.aborted) {
        const samples = queue.shift();
        if (samples) {
          yield { samples };
        } else {
          await new Promise<void>(resolve => {
            wake = resolve;
          });
        }
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
      listeners.delete(listener);
      if (listeners.size === 0) {
        this.#listeners.delete(runId);
      }
    }
  }

  async #measureAll(): Promise<void> {
    if (this.#measuring) {
      return;
    }
    this.#measuring = true;
    try {
      const running = store
        .holding(this.#db.orm)
        .filter(({ kind, state }) => kind === 'training-run' && state !== 'starting');
      const measured = await Promise.all(running.map(workload => this.#measure(workload)));
      const samples = measured.flat();
      if (samples.length > 0) {
        this.#keep(samples);
      }
    } finally {
      this.#measuring = false;
    }
  }

  async #measure(workload: Workload): Promise<SampleRow[]> {
    if (!workload.handle) {
      return [];
    }
    try {
      const { time, nodes } = await this.#engine.stats(workload.handle);
      return nodes.map(stats => this.#sample(workload.ownerId, time, stats));
    } catch {
      // It ended between the look at the row and the question.
      return [];
    }
  }

  #sample(runId: string, time: number, stats: EngineStats): SampleRow {
    const key = `${runId} ${stats.node}`;
    const before = this.#before.get(key);
    this.#before.set(key, { time, stats });
    const seconds = before ? Math.max(0.001, (time - before.time) / 1000) : 1;
    const rate = (now: number, then: number | undefined) =>
      then === undefined ? 0 : Math.max(0, (now - then) / seconds);
    return {
      runId,
      node: stats.node,
      time,
      cpu: stats.cpuCores,
      memoryBytes: stats.memoryBytes,
      cards: stats.cards,
      receivedBytes: rate(stats.receivedBytes, before?.stats.receivedBytes),
      sentBytes: rate(stats.sentBytes, before?.stats.sentBytes)
    };
  }

  #keep(samples: readonly SampleRow[]): void {
    this.#db.write(tx => {
      for (const sample of samples) {
        tx.insert(runSamples).values(sample).onConflictDoNothing().run();
      }
    });
    for (const [runId, rows] of Map.groupBy(samples, sample => sample.runId)) {
      this.#listeners.get(runId)?.forEach(listener => listener(rows.map(present)));
      rows.forEach(({ node }) => this.#thin(runId, node));
    }
    const live = new Set(samples.map(({ runId, node }) => `${runId} ${node}`));
    for (const key of this.#before.keys()) {
      if (!live.has(key)) {
        this.#before.delete(key);
      }
    }
  }

  #thin(runId: string, node: string): void {
    const mine = and(eq(runSamples.runId, runId), eq(runSamples.node, node));
    const times = this.#db.orm
      .select({ time: runSamples.time })
      .from(runSamples)
      .where(mine)
      .orderBy(asc(runSamples.time))
      .all()
      .map(({ time }) => time);
    if (times.length <= KEPT) {
      return;
    }
    const older = times.slice(0, KEPT / 2).filter((_, index) => index % 2 === 1);
    this.#db.write(tx =>
      tx
        .delete(runSamples)
        .where(
          and(
            mine,
            sql`${runSamples.time} IN (SELECT value FROM json_each(${JSON.stringify(older)}))`
          )
        )
        .run()
    );
  }
}

function present(row: SampleRow): NodeStats {
  return {
    node: row.node,
    time: new Date(row.time).toISOString(),
    cpu: row.cpu,
    memoryBytes: row.memoryBytes,
    cards: row.cards,
    receivedBytes: row.receivedBytes,
    sentBytes: row.sentBytes
  };
}
