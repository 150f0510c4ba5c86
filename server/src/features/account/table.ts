import { sql } from 'drizzle-orm';
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import type { Permission } from '@topsdl/contract';

export const users = sqliteTable(
  'users',
  {
    id: text('id').primaryKey(),
    name: text('name').notNull(),
    email: text('email'),
    /** Argon2id; null where nobody can sign in by password. */
    passwordHash: text('password_hash'),
    permissions: text('permissions', { mode: 'json' }).$type<Permission[]>().notNull(),
    builtin: integer('builtin', { mode: 'boolean' }).notNull().default(false),
    owner: integer('owner', { mode: 'boolean' }).notNull().default(false),
    createdAt: integer('created_at').notNull(),
    lastSeenAt: integer('last_seen_at'),
    /** A deleted user stays as the name of what they made. */
    deletedAt: integer('deleted_at')
  },
  table => [
    uniqueIndex('users_name')
      .on(table.name)
      .where(sql`${table.deletedAt} IS NULL`)
  ]
);

/** Sessions and personal access tokens; only the SHA-256 of the secret is kept. */
export const sessions = sqliteTable(
  'sessions',
  {
    id: text('id').primaryKey(),
    tokenHash: text('token_hash').notNull().unique(),
    kind: text('kind').$type<'session' | 'token'>().notNull(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id),
    /** Of a personal access token. */
    name: text('name'),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at'),
    lastUsedAt: integer('last_used_at')
  },
  table => [
    index('sessions_of_user').on(table.userId, table.kind, table.id),
    index('sessions_expiry').on(table.expiresAt)
  ]
);

export type UserRow = typeof users.$inferSelect;
export type SessionRow = typeof sessions.$inferSelect;
