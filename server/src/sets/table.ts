import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import type { Scenario, SetVersion } from '@topsdl/contract';

/** The kinds of sets, each a feature of its own. */
export type SetKind = 'algorithms' | 'models';

/** Algorithm sets and model sets. */
export const fileSets = sqliteTable(
  'file_sets',
  {
    id: text('id').primaryKey(),
    kind: text('kind').$type<SetKind>().notNull(),
    /** Null for a public one. */
    projectId: text('project_id'),
    name: text('name').notNull(),
    scenario: text('scenario').$type<Scenario>().notNull(),
    details: text('details').notNull(),
    nextNumber: integer('next_number').notNull().default(1),
    createdAt: integer('created_at').notNull(),
    createdBy: text('created_by')
  },
  table => [
    index('file_sets_of_project').on(table.kind, table.projectId, table.id),
    index('file_sets_by_name').on(table.kind, table.name)
  ]
);

/** Versions; the files of each are in `sets/<id>` of the data directory. */
export const setVersions = sqliteTable(
  'set_versions',
  {
    id: text('id').primaryKey(),
    setId: text('set_id')
      .notNull()
      .references(() => fileSets.id),
    number: integer('number').notNull(),
    origin: text('origin', { mode: 'json' }).$type<SetVersion['origin']>().notNull(),
    sealed: integer('sealed', { mode: 'boolean' }).notNull(),
    fileCount: integer('file_count').notNull(),
    bytes: integer('bytes').notNull(),
    /** Set while files change: after a crash they are counted again. */
    stale: integer('stale', { mode: 'boolean' }).notNull().default(false),
    createdAt: integer('created_at').notNull(),
    createdBy: text('created_by')
  },
  table => [uniqueIndex('set_versions_of_set').on(table.setId, table.number)]
);

export type SetRow = typeof fileSets.$inferSelect;
export type SetVersionRow = typeof setVersions.$inferSelect;
