import { and, asc, gt, inArray, lt, sql } from 'drizzle-orm';
import type { ChangeEvent, EventKind } from '@topsdl/contract';
import type { Logger } from 'pino';
import type { Database } from '../db/database.ts';
import { prepared } from '../db/prepared.ts';
import { every } from '../housekeeping.ts';
import { events, type EventRow } from './table.ts';

/** How long events are kept for those who were away. */
export const KEPT_FOR = 7 * 24 * 3_600_000;
/** Rows read at once. */
const BATCH = 500;
const PRUNE_EVERY = 3_600_000;

const newer = prepared(orm =>
  orm
    .select()
    .from(events)
    .where(gt(events.seq, sql.placeholder('since')))
    .orderBy(asc(events.seq))
    .limit(sql.placeholder('limit'))
    .prepare()
);

export type Listener = (event: EventRow) => void;

/** Sends committed events on: to features of this process and to the streams of clients, in order, each once. */
export class Events {
  readonly #db: Database;
  readonly #log: Logger;
  readonly #listeners = new Map<EventKind | '*', Set<Listener>>();
  readonly #stopPruning: () => void;
  #seq: number;
  #floor: number;

  constructor(db: Database, log: Logger) {
    this.#db = db;
    this.#log = log;
    this.#seq = this.#lastSeq();
    this.#floor = 0;
    this.prune();
    this.#stopPruning = every(PRUNE_EVERY, log, () => this.prune());
    db.onEvents = () => this.#dispatch();
  }

  /** The number of the newest event that was sent on. */
  get seq(): number {
    return this.#seq;
  }

  /** Whether every event after `since` is still there. */
  reaches(since: number): boolean {
    return since >= this.#floor && since <= this.#seq;
  }

  /**
   * Listens to changes of one kind or of all, after their commit. Errors are logged and hold nobody up.
   *
   * @returns stops it
   */
  on(kind: EventKind | '*', listener: Listener): () => void {
    const listeners = this.#listeners.get(kind) ?? new Set();
    this.#listeners.set(kind, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  /** Events after `since`, at most a batch of them. */
  after(since: number, limit = BATCH): EventRow[] {
    return newer(this.#db.orm).all({ since, limit });
  }

  /** Forgets what is older than a week. */
  prune(now = Date.now()): void {
    const old = lt(events.time, now - KEPT_FOR);
    // In pieces, so that no save waits for a week of events.
    for (;;) {
      const removed = this.#db.write(tx =>
        tx
          .delete(events)
          .where(
            and(
              old,
              inArray(
                events.seq,
                tx.select({ seq: events.seq }).from(events).where(old).limit(5_000)
              )
            )
          )
          .run()
      );
      if (removed.changes < 5_000) {
        break;
      }
    }
    const first = this.#db.orm
      .select({ seq: sql<number | null>`min(${events.seq})` })
      .from(events)
      .get();
    this.#floor = (first?.seq ?? this.#lastSeq() + 1) - 1;
  }

  close(): void {
    this.#stopPruning();
    this.#listeners.clear();
  }

  #lastSeq(): number {
    const row = this.#db.sqlite
      .prepare<[], { seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'events'")
      .get();
    return row?.seq ?? 0;
  }

  #dispatch(): void {
    for (;;) {
      const rows = this.after(this.#seq);
      for (const row of rows) {
        if (row.seq <= this.#seq) {
          // A listener committed something and so dispatched it, and what followed, already.
          continue;
        }
        this.#seq = row.seq;
        this.#tell('*', row);
        this.#tell(row.kind, row);
      }
      if (rows.length < BATCH) {
        return;
      }
    }
  }

  #tell(kind: EventKind | '*', row: EventRow): void {
    for (const listener of [...(this.#listeners.get(kind) ?? [])]) {
      try {
        listener(row);
      } catch (error) {
        this.#log.error({ err: error, event: row.seq, kind }, 'a listener failed');
      }
    }
  }
}

/** An event as clients get it. */
export function presentEvent(row: EventRow): ChangeEvent {
  return {
    seq: row.seq,
    time: new Date(row.time).toISOString(),
    type: row.type,
    kind: row.kind,
    id: row.objectId,
    projectId: row.projectId,
    parentId: row.parentId,
    byUserId: row.byUserId
  };
}
