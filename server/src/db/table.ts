import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Numbers of the installation that are kept once, such as its name. */
export const settings = sqliteTable('settings', {
  name: text('name').primaryKey(),
  value: text('value').notNull()
});

/** Counts that lists show, kept by the transactions that change them. */
export const counters = sqliteTable(
  'counters',
  {
    /** What is counted within: a project's id, `public`, or a parent's id. */
    scope: text('scope').notNull(),
    name: text('name').notNull(),
    value: integer('value').notNull()
  },
  table => [primaryKey({ columns: [table.scope, table.name] })]
);

/** Answers to requests with an idempotency key. */
export const idempotencyKeys = sqliteTable(
  'idempotency_keys',
  {
    userId: text('user_id').notNull(),
    key: text('key').notNull(),
    operation: text('operation').notNull(),
    /** SHA-256 of path and body: another request under the same key is refused. */
    requestHash: text('request_hash').notNull(),
    response: text('response', { mode: 'json' }).notNull(),
    createdAt: integer('created_at').notNull()
  },
  table => [primaryKey({ columns: [table.userId, table.key] })]
);
