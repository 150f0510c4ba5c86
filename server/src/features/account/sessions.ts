import { and, eq, isNotNull, lt, sql } from 'drizzle-orm';
import type { Permission } from '@topsdl/contract';
import { createHash, randomBytes } from 'node:crypto';
import type { Caller } from '../../access/caller.ts';
import type { App } from '../../app.ts';
import { attempt, every } from '../../housekeeping.ts';
import { newId } from '../../db/ids.ts';
import { type Keyset } from '../../db/paging.ts';
import { countRows } from '../../db/rows.ts';
import { sessions, users, type SessionRow } from './table.ts';

const DAY = 24 * 3_600_000;
/** How exactly it is known when someone was last seen; writing it at every request would cost a sync each. */
const SEEN_EVERY = 60_000;
const SWEEP_EVERY = 3_600_000;

interface Joined {
  readonly id: string;
  readonly kind: 'session' | 'token';
  readonly userId: string;
  readonly expiresAt: number | null;
  readonly lastUsedAt: number | null;
  readonly name: string;
  readonly permissions: string;
  readonly builtin: number;
  readonly owner: number;
}

const JOINED = `SELECT s.id, s.kind, s.user_id AS userId, s.expires_at AS expiresAt, s.last_used_at AS lastUsedAt,
    u.name, u.permissions, u.builtin, u.owner
  FROM sessions s JOIN users u ON u.id = s.user_id
  WHERE u.deleted_at IS NULL AND (s.expires_at IS NULL OR s.expires_at > ?)`;

/** Keeps sessions and personal access tokens. Their secrets are 256 random bits, of which the hash is kept. */
export class Sessions {
  readonly #app: App;
  readonly #byHash;
  readonly #byId;
  readonly #stopSweeping: () => void;

  constructor(app: App) {
    this.#app = app;
    this.#byHash = app.db.sqlite.prepare<[number, string], Joined>(
      `${JOINED} AND s.token_hash = ?`
    );
    this.#byId = app.db.sqlite.prepare<[number, string], Joined>(`${JOINED} AND s.id = ?`);
    this.#stopSweeping = every(SWEEP_EVERY, app.log, () => this.sweep());
  }

  byToken(token: string): Caller | undefined {
    const row = this.#byHash.get(Date.now(), hashToken(token));
    if (!row) {
      return undefined;
    }
    if (Date.now() - (row.lastUsedAt ?? 0) > SEEN_EVERY) {
      attempt(this.#app.log, () => this.#seen(row));
    }
    return callerOf(row);
  }

  refresh(caller: Caller): Caller | undefined {
    const row = this.#byId.get(Date.now(), caller.sessionId);
    return row && callerOf(row);
  }

  /** Opens a session. @returns its row and the secret, which is nowhere kept */
  open(userId: string): { row: SessionRow; token: string } {
    const days = this.#app.config.session.days;
    return this.#insert({
      kind: 'session',
      userId,
      name: null,
      expiresAt: Date.now() + days * DAY
    });
  }

  createToken(
    userId: string,
    name: string,
    days: number | null
  ): { row: SessionRow; token: string } {
    const expiresAt = days === null ? null : Date.now() + days * DAY;
    return this.#insert({ kind: 'token', userId, name, expiresAt });
  }

  /** Ends one; only the user's own. @returns whether there was one */
  end(userId: string, id: string, kind: SessionRow['kind']): boolean {
    return this.#app.db.write(tx => {
      const removed = tx
        .delete(sessions)
        .where(and(eq(sessions.id, id), eq(sessions.userId, userId), eq(sessions.kind, kind)))
        .run();
      tx.afterCommit(() => this.#app.access.live.recheck());
      return removed.changes > 0;
    });
  }

  tokensOf(userId: string, paging: Keyset<SessionRow>): { rows: SessionRow[]; total: number } {
    const { orm } = this.#app.db;
    const mine = and(eq(sessions.userId, userId), eq(sessions.kind, 'token'));
    const rows = orm
      .select()
      .from(sessions)
      .where(and(mine, paging.where))
      .orderBy(...paging.orderBy)
      .limit(paging.limit)
      .all();
    return { rows, total: countRows(orm, sessions, mine) };
  }

  /** Removes what has expired. */
  sweep(): void {
    this.#app.db.write(tx => {
      tx.delete(sessions)
        .where(and(isNotNull(sessions.expiresAt), lt(sessions.expiresAt, Date.now())))
        .run();
    });
  }

  close(): void {
    this.#stopSweeping();
  }

  #insert(values: {
    kind: SessionRow['kind'];
    userId: string;
    name: string | null;
    expiresAt: number | null;
  }): { row: SessionRow; token: string } {
    const token = `topsdl_${values.kind === 'token' ? 'pat' : 'ses'}_${randomBytes(32).toString('base64url')}`;
    const row = this.#app.db.write(tx =>
      tx
        .insert(sessions)
        .values({ ...values, id: newId(), tokenHash: hashToken(token), createdAt: Date.now() })
        .returning()
        .get()
    );
    return { row, token };
  }

  #seen(row: Joined): void {
    const now = Date.now();
    this.#app.db.write(tx => {
      tx.update(sessions).set({ lastUsedAt: now }).where(eq(sessions.id, row.id)).run();
      tx.update(users)
        .set({ lastSeenAt: sql`max(coalesce(${users.lastSeenAt}, 0), ${now})` })
        .where(eq(users.id, row.userId))
        .run();
    });
  }
}

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function callerOf(row: Joined): Caller {
  return {
    userId: row.userId,
    name: row.name,
    permissions: new Set(JSON.parse(row.permissions) as Permission[]),
    builtin: row.builtin === 1,
    owner: row.owner === 1,
    sessionId: row.id,
    kind: row.kind,
    expiresAt: row.expiresAt
  };
}
