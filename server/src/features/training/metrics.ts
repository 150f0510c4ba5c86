import type { MetricSeries } from '@topsdl/contract';
import type { ReadScalars } from '@topsdl/formats';
import type { Database } from '../../db/database.ts';
import type { Tree } from '../../sets/tree.ts';
import { Curves } from './curves.ts';
import type { Runs } from './runs.ts';
import { TreeWatch } from './tree-watch.ts';

/** How TensorBoard's event files are called. */
const EVENT_FILE = /(?:^|\/)[^/]*tfevents[^/]*$/;
/** Changes of files that come together are read together. */
const SETTLE_MS = 300;
/** Runs whose curves are kept in memory after they have ended. */
const KEPT_RUNS = 16;

/** What was read of a run's event files. */
class RunMetrics {
  readonly curves = new Curves();
  readonly #tree: Tree;
  readonly #read: ReadScalars;
  readonly #offsets = new Map<string, number>();
  #reading: Promise<void> = Promise.resolve();

  constructor(tree: Tree, read: ReadScalars) {
    this.#tree = tree;
    this.#read = read;
  }

  /** Reads what was written since the last time; one reading at a time. */
  refresh(): Promise<void> {
    // One that failed, such as for a file that was removed meanwhile, is no reason not to look again.
    this.#reading = this.#reading.catch(() => undefined).then(() => this.#refresh());
    return this.#reading;
  }

  async #refresh(): Promise<void> {
    for await (const entry of this.#tree.walk('', name => EVENT_FILE.test(name))) {
      if (entry.kind === 'file' && EVENT_FILE.test(entry.path)) {
        await this.#readFile(entry.path, entry.bytes);
      }
    }
  }

  async #readFile(path: string, bytes: number): Promise<void> {
    let offset = this.#offsets.get(path) ?? 0;
    if (offset >= bytes) {
      return;
    }
    const { handle } = await this.#tree.open(path);
    try {
      // Through the descriptor: what the name leads to may be another file by now.
      const file =
        process.platform === 'linux' ? `/proc/self/fd/${handle.fd}` : `/dev/fd/${handle.fd}`;
      for (;;) {
        const chunk = await this.#read(file, offset);
        const folder = path.includes('/') ? `${path.slice(0, path.lastIndexOf('/'))}/` : '';
        for (const { tag, ...point } of chunk.points) {
          this.curves.add(`${folder}${tag}`, point);
        }
        offset = chunk.damaged ? Infinity : chunk.offset;
        if (chunk.atEnd || chunk.damaged) {
          return;
        }
      }
    } finally {
      this.#offsets.set(path, offset);
      await handle.close();
    }
  }
}

/** The curves of runs, from the event files in their persistent-model, and how far they are. */
export class Metrics {
  readonly #db: Database;
  readonly #runs: Runs;
  readonly #read: ReadScalars;
  readonly #known = new Map<string, RunMetrics>();
  readonly #watches = new Map<string, TreeWatch>();
  readonly #onError: (error: unknown) => void;

  constructor(db: Database, runs: Runs, read: ReadScalars, onError: (error: unknown) => void) {
    this.#db = db;
    this.#runs = runs;
    this.#read = read;
    this.#onError = onError;
  }

  /** All curves of a run, up to what is in its files now. */
  async series(runId: string): Promise<MetricSeries[]> {
    const metrics = this.#of(runId);
    await metrics.refresh();
    return metrics.curves.series();
  }

  /** Keeps an eye on a run's files while it runs, to tell how far it is. */
  follow(runId: string): void {
    if (this.#watches.has(runId)) {
      return;
    }
    const watch = new TreeWatch(this.#runs.persistentModel(runId), SETTLE_MS, () =>
      this.#update(runId).catch(this.#onError)
    );
    this.#watches.set(runId, watch);
  }

  /** Reads the last of a run's files and stops watching them. */
  async finish(runId: string): Promise<void> {
    this.#watches.get(runId)?.close();
    this.#watches.delete(runId);
    await this.#update(runId).catch(this.#onError);
  }

  forget(runId: string): void {
    this.#watches.get(runId)?.close();
    this.#watches.delete(runId);
    this.#known.delete(runId);
  }

  close(): void {
    this.#watches.forEach(watch => watch.close());
    this.#watches.clear();
  }

  async #update(runId: string): Promise<void> {
    const metrics = this.#of(runId);
    await metrics.refresh();
    const step = metrics.curves.lastStep();
    const totalSteps = metrics.curves.total();
    this.#db.write(tx => {
      const run = this.#runs.find(runId, tx);
      if (run && (run.step !== step || run.totalSteps !== totalSteps)) {
        this.#runs.emit(tx, 'updated', this.#runs.update(tx, runId, { step, totalSteps }), null);
      }
    });
  }

  #of(runId: string): RunMetrics {
    const metrics = this.#known.get(runId) ?? new RunMetrics(this.#runs.results(runId), this.#read);
    // The order of a map is that of its insertions: the first one was used longest ago.
    this.#known.delete(runId);
    this.#known.set(runId, metrics);
    for (const old of this.#known.keys()) {
      if (this.#known.size <= KEPT_RUNS) {
        break;
      }
      if (!this.#watches.has(old)) {
        this.#known.delete(old);
      }
    }
    return metrics;
  }
}
