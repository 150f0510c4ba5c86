import { integer, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const computeSpecs = sqliteTable('compute_specs', {
  id: text('id').primaryKey(),
  name: text('name').notNull().unique(),
  model: text('model').notNull(),
  cpu: real('cpu').notNull(),
  memoryBytes: integer('memory_bytes').notNull(),
  cards: integer('cards').notNull(),
  cardResource: text('card_resource'),
  ib: integer('ib', { mode: 'boolean' }).notNull(),
  roce: integer('roce', { mode: 'boolean' }).notNull(),
  createdAt: integer('created_at').notNull()
});

export type ComputeSpecRow = typeof computeSpecs.$inferSelect;
