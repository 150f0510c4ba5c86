import type { NodeSelector, Toleration } from '@topsdl/contract';
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
  nodeSelector: text('node_selector', { mode: 'json' }).$type<NodeSelector>().notNull().default({}),
  tolerations: text('tolerations', { mode: 'json' }).$type<Toleration[]>().notNull().default([]),
  createdAt: integer('created_at').notNull()
});

export type ComputeSpecRow = typeof computeSpecs.$inferSelect;
