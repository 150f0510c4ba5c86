import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const imports = sqliteTable(
  'imports',
  {
    id: text('id').primaryKey(),
    versionId: text('version_id').notNull(),
    taskId: text('task_id').notNull(),
    dryRun: integer('dry_run', { mode: 'boolean' }).notNull(),
    requestedFormat: text('requested_format').$type<RequestedFormat>().notNull(),
    format: text('format').$type<ImportFormat>(),
    uploadIds: text('upload_ids', { mode: 'json' }).$type<string[]>().notNull(),
    fileNames: text('file_names', { mode: 'json' }).$type<string[]>().notNull(),
    counts: text('counts', { mode: 'json' }).$type<ImportCounts>().notNull(),
    labels: text('labels', { mode: 'json' }).$type<ImportLabel[]>().notNull(),
    createdAt: integer('created_at').notNull(),
    createdBy: text('created_by')
  },
  table => [index('imports_of_version').on(table.versionId, table.id)]
);

export type ImportFormat = 'class-folders' | 'images';
export type RequestedFormat = ImportFormat | 'auto';

export interface ImportCounts {
  files: number;
  taken: number;
  labeled: number;
  duplicates: number;
  refused: number;
  skipped: number;
}

export interface ImportLabel {
  name: string;
  count: number;
  exists: boolean;
}

/** Entries that an import did not take, in the order they were met. */
export const refusedEntries = sqliteTable(
  'refused_entries',
  {
    key: integer('key').primaryKey(),
    importId: text('import_id')
      .notNull()
      .references(() => imports.id, { onDelete: 'cascade' }),
    path: text('path').notNull(),
    code: text('code').notNull(),
    params: text('params', { mode: 'json' }).$type<Record<string, string | number>>().notNull()
  },
  table => [index('refused_entries_of_import').on(table.importId)]
);

export const exports = sqliteTable(
  'exports',
  {
    id: text('id').primaryKey(),
    versionId: text('version_id').notNull(),
    format: text('format').$type<'topsdl' | 'class-folders'>().notNull(),
    withData: integer('with_data', { mode: 'boolean' }).notNull(),
    taskId: text('task_id').notNull(),
    /** The version's revision that it holds, once it is generated. */
    revision: integer('revision'),
    bytes: integer('bytes'),
    fileName: text('file_name').notNull(),
    createdAt: integer('created_at').notNull(),
    createdBy: text('created_by')
  },
  table => [index('exports_of_version').on(table.versionId, table.id)]
);

/** A version's training data: what was asked for last, and what is there. */
export const trainingData = sqliteTable('training_data', {
  versionId: text('version_id').primaryKey(),
  taskId: text('task_id').notNull(),
  seed: integer('seed').notNull(),
  /** In millionths. */
  testShare: integer('test_share_millionths').notNull(),
  /** Of what is there; null until the first is generated. */
  revision: integer('revision'),
  train: integer('train').notNull().default(0),
  test: integer('test').notNull().default(0),
  files: text('files', { mode: 'json' }).$type<{ path: string; bytes: number }[]>().notNull(),
  /** The directory's name below `cache/training-data`. */
  directory: text('directory')
});

/** Who holds a version's directory of files; a holder is a run or a task, and outlives a restart. */
export const materializations = sqliteTable(
  'materializations',
  {
    holder: text('holder').notNull(),
    versionId: text('version_id').notNull(),
    revision: integer('revision').notNull(),
    /** The directory's name below `cache/datasets`. */
    directory: text('directory').notNull().default(''),
    createdAt: integer('created_at').notNull()
  },
  table => [
    primaryKey({ columns: [table.holder, table.versionId] }),
    index('materializations_directory').on(table.directory)
  ]
);

export type ImportRow = typeof imports.$inferSelect;
export type ExportRow = typeof exports.$inferSelect;
export type TrainingDataRow = typeof trainingData.$inferSelect;
