import { Worker } from 'node:worker_threads';
import { entryOptions, entryPoint } from '../entry.ts';

type Value = string | number | bigint | Uint8Array | null;

/** A statement with its values; drizzle's `query.toSQL()` is one. */
export interface Statement {
  readonly sql: string;
  readonly params: readonly unknown[];
}

interface Job {
  readonly id: number;
  readonly statement: Statement;
  readonly resolve: (rows: never[]) => void;
  readonly reject: (error: unknown) => void;
}

interface Answer {
  readonly id: number;
  readonly rows?: never[];
  readonly error?: { readonly message: string; readonly code?: string };
}

interface Reader {
  readonly worker: Worker;
  job: Job | undefined;
}

/** A pool of read-only connections in worker threads, so that a heavy read holds up nobody's save. */
export class Readers {
  readonly #path: string;
  readonly #size: number;
  readonly #readers = new Set<Reader>();
  readonly #queue: Job[] = [];
  #nextId = 1;
  #closed = false;

  constructor(path: string, size: number) {
    this.#path = path;
    this.#size = size;
  }

  /**
   * Rows of a SELECT as objects by column name, as SQLite has them: booleans are 0 and 1, JSON is text.
   *
   * @param signal gives up waiting; what runs already ends by itself
   */
  all<Row extends Record<string, Value>>(
    statement: Statement,
    signal?: AbortSignal
  ): Promise<Row[]> {
    if (this.#closed) {
      return Promise.reject(new Error('the database is closed'));
    }
    signal?.throwIfAborted();
    return new Promise<Row[]>((resolve, reject) => {
      const abort = () => this.#abort(job, signal?.reason);
      const settle = () => signal?.removeEventListener('abort', abort);
      const job: Job = {
        id: this.#nextId++,
        statement: { sql: statement.sql, params: [...statement.params] },
        resolve: rows => {
          settle();
          resolve(rows);
        },
        reject: error => {
          settle();
          reject(error);
        }
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#queue.push(job);
      this.#dispatch();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const job of this.#queue.splice(0)) {
      job.reject(new Error('the database is closed'));
    }
    await Promise.all([...this.#readers].map(reader => reader.worker.terminate()));
  }

  #dispatch(): void {
    while (this.#queue.length > 0) {
      const reader =
        [...this.#readers].find(candidate => candidate.job === undefined) ??
        (this.#readers.size < this.#size ? this.#start() : undefined);
      const job = reader && this.#queue.shift();
      if (!reader || !job) {
        return;
      }
      reader.job = job;
      reader.worker.postMessage({ id: job.id, ...job.statement });
    }
  }

  #start(): Reader {
    const worker = new Worker(entryPoint('database-reader'), {
      workerData: { path: this.#path },
      execArgv: [...entryOptions],
      env: {}
    });
    const reader: Reader = { worker, job: undefined };
    this.#readers.add(reader);
    worker.unref();
    worker.on('message', (answer: Answer) => {
      const job = reader.job;
      if (job?.id !== answer.id) {
        return;
      }
      reader.job = undefined;
      if (answer.error) {
        job.reject(Object.assign(new Error(answer.error.message), { code: answer.error.code }));
      } else {
        job.resolve(answer.rows ?? []);
      }
      this.#dispatch();
    });
    const gone = (error: unknown) => {
      this.#readers.delete(reader);
      const job = reader.job;
      reader.job = undefined;
      job?.reject(error);
      if (!this.#closed) {
        this.#dispatch();
      }
    };
    worker.on('error', gone);
    worker.on('exit', () => gone(new Error('a database reader ended')));
    return reader;
  }

  #abort(job: Job, reason: unknown): void {
    const place = this.#queue.indexOf(job);
    if (place >= 0) {
      this.#queue.splice(place, 1);
    }
    // One that runs already cannot be interrupted, not even by ending its thread: SQLite would have to
    // be asked from inside. Its reader is free again when it is through, and nobody waits for it.
    job.reject(reason);
  }
}
