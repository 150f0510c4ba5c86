import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { Page, Permission, UserRef } from '@topsdl/contract';
import { notFound } from '../../access/access.ts';
import type { App } from '../../app.ts';
import type { Transaction } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import { contains, type Ordering, type PageRequest } from '../../db/paging.ts';
import { listRows, requireFreeName } from '../../db/rows.ts';
import { ProblemError } from '../../http/problem.ts';
import { projectDirectory } from '../projects/directory.ts';
import type { UserDirectory, UserInput, UserRecord } from './directory.ts';
import { hashPassword } from './password.ts';
import { sessions, users, type UserRow } from './table.ts';

const byName: Ordering<UserRow> = {
  name: 'users',
  columns: [users.name, users.id],
  direction: 'ascending',
  keys: row => [row.name, row.id]
};

/** Keeps the users. */
export class Users implements UserDirectory {
  readonly #app: App;
  readonly #ref;

  constructor(app: App) {
    this.#app = app;
    this.#ref = app.db.sqlite.prepare<[string], UserRef>('SELECT id, name FROM users WHERE id = ?');
  }

  ref(userId: string): UserRef | undefined {
    return this.#ref.get(userId);
  }

  find(userId: string): UserRow | undefined {
    return this.#app.db.orm
      .select()
      .from(users)
      .where(and(eq(users.id, userId), isNull(users.deletedAt)))
      .get();
  }

  findByName(name: string): UserRow | undefined {
    return this.#app.db.orm
      .select()
      .from(users)
      .where(and(eq(users.name, name), isNull(users.deletedAt)))
      .get();
  }

  findSpecial(which: 'builtin' | 'owner'): UserRow | undefined {
    return this.#app.db.orm.select().from(users).where(eq(users[which], true)).get();
  }

  ownerId(): string {
    return this.#specialId('owner');
  }

  administratorId(): string {
    return this.#specialId('builtin');
  }

  /** The first start makes both accounts, and neither can be deleted. */
  #specialId(which: 'builtin' | 'owner'): string {
    const user = this.findSpecial(which);
    if (!user) {
      throw new Error(`there is no ${which} account`);
    }
    return user.id;
  }

  get(userId: string): UserRow {
    const row = this.find(userId);
    if (!row) {
      throw notFound('user');
    }
    return row;
  }

  list(
    request: PageRequest & { search?: string | undefined; permission?: Permission | undefined },
    ids?: readonly string[]
  ): Page<UserRow> {
    const filter = and(
      isNull(users.deletedAt),
      contains(users.name, request.search),
      ids ? inArray(users.id, [...ids]) : undefined,
      request.permission === undefined
        ? undefined
        : sql`EXISTS (SELECT 1 FROM json_each(${users.permissions}) WHERE value = ${request.permission})`
    );
    return listRows(this.#app.db.orm, users, byName, filter, request);
  }

  async create(input: UserInput, by: string | null): Promise<UserRecord> {
    const passwordHash = await hashPassword(input.password);
    return this.insert({ ...input, passwordHash }, by);
  }

  /** @throws ProblemError `name-taken` */
  insert(
    input: Omit<UserInput, 'password'> & {
      passwordHash: string | null;
      builtin?: boolean;
      owner?: boolean;
    },
    by: string | null
  ): UserRow {
    return this.#app.db.write(tx => {
      requireFreeName(tx, users, input.name, isNull(users.deletedAt));
      const row = tx
        .insert(users)
        .values({
          id: newId(),
          name: input.name,
          email: input.email ?? null,
          passwordHash: input.passwordHash,
          permissions: [...new Set(input.permissions)],
          builtin: input.builtin ?? false,
          owner: input.owner ?? false,
          createdAt: Date.now()
        })
        .returning()
        .get();
      this.#emit(tx, 'created', row, by);
      return row;
    });
  }

  /** @throws ProblemError `builtin-user`; `own-account` for what people do not do to themselves */
  async update(userId: string, input: Partial<UserInput>, by: string): Promise<UserRecord> {
    if (this.get(userId).builtin) {
      throw new ProblemError('builtin-user');
    }
    // Under Account the current password is asked for: a session that was left open is not enough.
    if (
      userId === by &&
      (input.password !== undefined || input.permissions?.includes('admin') === false)
    ) {
      throw new ProblemError('own-account');
    }
    const passwordHash =
      input.password === undefined ? undefined : await hashPassword(input.password);
    return this.change(userId, { ...input, passwordHash }, by);
  }

  /** Changes a user. A new password ends all sessions and tokens in the same transaction. */
  change(
    userId: string,
    input: Partial<Omit<UserInput, 'password'>> & { passwordHash?: string | undefined },
    by: string | null
  ): UserRow {
    return this.#app.db.write(tx => {
      const before = this.get(userId);
      if (input.name !== undefined && input.name !== before.name) {
        requireFreeName(tx, users, input.name, isNull(users.deletedAt));
      }
      const row = tx
        .update(users)
        .set({
          name: input.name ?? before.name,
          email: input.email === undefined ? before.email : input.email,
          permissions: input.permissions ? [...new Set(input.permissions)] : before.permissions,
          passwordHash: input.passwordHash ?? before.passwordHash
        })
        .where(eq(users.id, userId))
        .returning()
        .get();
      if (input.passwordHash !== undefined) {
        tx.delete(sessions).where(eq(sessions.userId, userId)).run();
      }
      this.#emit(tx, 'updated', row, by);
      tx.afterCommit(() => this.#app.access.live.recheck());
      return row;
    });
  }

  /** @throws ProblemError `builtin-user`, `own-account`, `not-allowed` for the owner */
  delete(userId: string, by: string): void {
    this.#app.db.write(tx => {
      const row = this.get(userId);
      if (row.builtin) {
        throw new ProblemError('builtin-user');
      }
      if (userId === by) {
        throw new ProblemError('own-account');
      }
      if (row.owner) {
        throw new ProblemError('not-allowed');
      }
      tx.delete(sessions).where(eq(sessions.userId, userId)).run();
      this.#app.services.get(projectDirectory).removeUser(tx, userId);
      tx.update(users)
        .set({ deletedAt: Date.now(), passwordHash: null, email: null, permissions: [] })
        .where(eq(users.id, userId))
        .run();
      this.#emit(tx, 'deleted', row, by);
      tx.afterCommit(() => this.#app.access.live.recheck());
    });
  }

  #emit(tx: Transaction, type: 'created' | 'updated' | 'deleted', row: UserRow, by: string | null) {
    tx.emit({ type, kind: 'user', id: row.id, projectId: null, byUserId: by, name: row.name });
  }
}
