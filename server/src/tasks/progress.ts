import { eq } from 'drizzle-orm';
import type { Database, Transaction } from '../db/database.ts';
import { isDiskFull } from '../http/problem.ts';
import { tasks, type TaskRow } from './table.ts';

/** Time between two writes of a task's progress: often enough for a person. */
const INTERVAL = 250;

interface Change {
  readonly done?: number;
  readonly total?: number | null;
  readonly step?: string;
}

/** Puts a task's progress together and writes it a few times a second at most. */
export class Progress {
  readonly #db: Database;
  readonly #id: string;
  readonly #onWrite: (tx: Transaction) => void;
  #pending: Change | undefined;
  #timer: NodeJS.Timeout | undefined;
  #writtenAt = 0;

  constructor(db: Database, row: TaskRow, onWrite: (tx: Transaction) => void) {
    this.#db = db;
    this.#id = row.id;
    this.#onWrite = onWrite;
  }

  tell(change: Change): void {
    this.#pending = { ...this.#pending, ...change };
    if (this.#timer === undefined) {
      const wait = Math.max(0, this.#writtenAt + INTERVAL - performance.now());
      this.#timer = setTimeout(() => {
        try {
          this.flush();
        } catch (error) {
          // How far work has come is not worth ending the companion over; the work will fail by itself.
          if (!isDiskFull(error)) {
            throw error;
          }
        }
      }, wait);
    }
  }

  /** Writes what is pending now. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const pending = this.#pending;
    this.#pending = undefined;
    if (!pending) {
      return;
    }
    this.#writtenAt = performance.now();
    this.#db.write(tx => {
      tx.update(tasks)
        .set({
          ...(pending.done === undefined ? {} : { done: Math.floor(pending.done) }),
          ...(pending.total === undefined ? {} : { total: pending.total }),
          ...(pending.step === undefined ? {} : { step: pending.step })
        })
        .where(eq(tasks.id, this.#id))
        .run();
      this.#onWrite(tx);
    });
  }
}
