import type { Database, Transaction } from './database.ts';

interface Asked {
  readonly work: (tx: Transaction) => unknown;
  readonly done: (result: unknown) => void;
  readonly failed: (error: unknown) => void;
}

/** The disk is left to others for so many times as long as the last commit took; whoever comes meanwhile is in the next one. */
const PATIENCE = 4;
/** No commit waits for others longer than this, in milliseconds. */
const LONGEST_WAIT = 50;

/**
 * Does what is asked for at about the same time in one transaction, in the order in which it was asked for: a commit waits for the disk,
 * and everybody waits with it. What fails is undone alone.
 */
export class Together {
  readonly #database: Database;
  #asked: Asked[] = [];
  #cancel: (() => void) | undefined;
  /** The earliest time of the next one. */
  #next = 0;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Resolves with what `work` returned once it is committed. */
  write<T>(work: (tx: Transaction) => T extends Promise<unknown> ? never : T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#asked.push({ work, done: result => resolve(result as T), failed: reject });
      this.#cancel ??= this.#later();
    });
  }

  /** Does at once what was asked for. */
  flush(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    const asked = this.#asked;
    this.#asked = [];
    if (asked.length === 0) {
      return;
    }
    const begin = performance.now();
    try {
      const answers = this.#commit(asked);
      answers.forEach(answer => answer());
    } catch (error) {
      asked.forEach(({ failed }) => failed(error));
    }
    const end = performance.now();
    this.#next = end + Math.min(LONGEST_WAIT, PATIENCE * (end - begin));
  }

  #later(): () => void {
    const flush = () => this.flush();
    const ms = this.#next - performance.now();
    if (ms < 1) {
      const turn = setImmediate(flush);
      return () => clearImmediate(turn);
    }
    const timer = setTimeout(flush, ms);
    return () => clearTimeout(timer);
  }

  /** @returns what tells each how it went */
  #commit(asked: readonly Asked[]): (() => void)[] {
    const answers: (() => void)[] = [];
    this.#database.write(() => {
      for (const { work, done, failed } of asked) {
        try {
          const result = this.#database.write<unknown>(work);
          answers.push(() => done(result));
        } catch (error) {
          if (!this.#database.sqlite.inTransaction) {
            // SQLite has undone all of it, as on a full disk.
            throw error;
          }
          answers.push(() => failed(error));
        }
      }
    });
    return answers;
  }
}
