import type { Database as Sqlite } from 'better-sqlite3';
import { sql } from 'drizzle-orm';
import { drizzle, type BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { EventKind } from '@topsdl/contract';
import { events } from '../events/table.ts';
import { isOf, prepared } from './prepared.ts';
import { Readers } from './readers.ts';

/** Queries by drizzle; `get`, `all` and `run` are synchronous. */
export type Orm = BetterSQLite3Database<Record<string, never>>;

/** A change to tell others, written in the transaction that makes it. */
export interface NewEvent {
  readonly type: 'created' | 'updated' | 'deleted';
  readonly kind: EventKind;
  readonly id: string;
  /** Null for what is public or about the installation. */
  readonly projectId: string | null;
  readonly parentId?: string | null;
  readonly byUserId?: string | null;
  /** The object's name; given, the event is shown among the project's activity. */
  readonly name?: string;
}

/** An open transaction. */
export type Transaction = Orm & {
  /** Appends an event; it goes out once the transaction is committed. */
  emit(event: NewEvent): void;
  /** Runs after the commit, or never. Errors in it are logged. */
  afterCommit(action: () => void): void;
};

/** With nearly every change. */
const appendEvent = prepared(orm =>
  orm
    .insert(events)
    .values({
      time: sql.placeholder('time'),
      type: sql.placeholder('type'),
      kind: sql.placeholder('kind'),
      objectId: sql.placeholder('id'),
      projectId: sql.placeholder('projectId'),
      parentId: sql.placeholder('parentId'),
      byUserId: sql.placeholder('byUserId'),
      name: sql.placeholder('name')
    })
    .prepare()
);

export interface DatabaseOptions {
  readonly path: string;
  readonly sqlite: Sqlite;
  /** Worker threads for heavy reads. */
  readonly readers: number;
  readonly onAfterCommitError: (error: unknown) => void;
}

/**
 * The one writing connection, and readers beside it.
 *
 * better-sqlite3 is synchronous: a transaction never waits for anything and so never interleaves with
 * another. What takes longer than a few milliseconds to read goes through `readers`.
 */
export class Database {
  readonly sqlite: Sqlite;
  readonly orm: Orm;
  readonly readers: Readers;
  /** Set by the events: wakes subscribers after a commit that emitted something. */
  onEvents: () => void = () => {};

  readonly #onAfterCommitError: (error: unknown) => void;
  #current: Transaction | undefined;
  #actions: (() => void)[] = [];
  #emitted = false;

  constructor(options: DatabaseOptions) {
    this.sqlite = options.sqlite;
    this.orm = drizzle(options.sqlite) as unknown as Orm;
    this.readers = new Readers(options.path, options.readers);
    this.#onAfterCommitError = options.onAfterCommitError;
  }

  /**
   * Runs `work` in a transaction: all of it happens, events included, or nothing. Inside another
   * `write` it becomes a part of that one, undone alone if it throws.
   */
  write<T>(work: (tx: Transaction) => T extends Promise<unknown> ? never : T): T {
    const outer = this.#current;
    const undo = this.#actions.length;
    try {
      const result = (outer ?? this.orm).transaction(
        opened => {
          this.#current = this.#extend(opened as unknown as Orm);
          return work(this.#current);
        },
        // Taking the write lock at once means that a transaction never fails for having read first.
        { behavior: 'immediate' }
      ) as T;
      this.#current = outer;
      if (!outer) {
        this.#committed();
      }
      return result;
    } catch (error) {
      this.#current = outer;
      this.#actions.length = undo;
      if (!outer) {
        this.#emitted = false;
      }
      throw error;
    }
  }

  #extend(orm: Orm): Transaction {
    isOf(orm, this.orm);
    return Object.assign(orm, {
      emit: (event: NewEvent) => {
        this.#emitted = true;
        const { parentId = null, byUserId = null, name = null } = event;
        appendEvent(orm).run({ ...event, time: Date.now(), parentId, byUserId, name });
      },
      afterCommit: (action: () => void) => {
        this.#actions.push(action);
      }
    });
  }

  #committed(): void {
    const actions = this.#actions.splice(0);
    const emitted = this.#emitted;
    this.#emitted = false;
    for (const action of actions) {
      try {
        action();
      } catch (error) {
        this.#onAfterCommitError(error);
      }
    }
    if (emitted) {
      this.onEvents();
    }
  }

  /** Ends the readers and closes the file; a checkpoint is made on the way. */
  async close(): Promise<void> {
    await this.readers.close();
    if (this.sqlite.open) {
      this.sqlite.pragma('optimize');
      this.sqlite.close();
    }
  }
}
