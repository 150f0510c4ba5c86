import { sql } from 'drizzle-orm';
import {
  index,
  integer,
  primaryKey,
  real,
  sqliteTable,
  text,
  uniqueIndex
} from 'drizzle-orm/sqlite-core';
import type { AnnotationType } from '@topsdl/contract';

export const datasets = sqliteTable(
  'datasets',
  {
    id: text('id').primaryKey(),
    /** Null for a public one. */
    projectId: text('project_id'),
    /** The project it was created in; tasks on a public dataset show there. */
    homeProjectId: text('home_project_id').notNull(),
    name: text('name').notNull(),
    annotationType: text('annotation_type').$type<AnnotationType>().notNull(),
    /** The number the next version gets; one that was deleted does not come back. */
    nextNumber: integer('next_number').notNull().default(1),
    /** Gone for everyone; the row waits until its versions' rows are swept. */
    deleted: integer('deleted', { mode: 'boolean' }).notNull().default(false),
    createdAt: integer('created_at').notNull(),
    createdBy: text('created_by')
  },
  table => [
    uniqueIndex('datasets_name').on(table.projectId, table.name),
    uniqueIndex('datasets_public_name')
      .on(table.name)
      .where(sql`${table.projectId} IS NULL`)
  ]
);

/**
 * Versions. Images get ascending integer keys, and a version shows those up to `visibleKey`: an import
 * or a copy adds rows above it in short transactions, and its last one moves the mark and the
 * counters. Rows above the mark of a version that nobody fills are the leftovers of a crash.
 */
export const datasetVersions = sqliteTable(
  'dataset_versions',
  {
    key: integer('key').primaryKey({ autoIncrement: true }),
    id: text('id').notNull().unique(),
    datasetId: text('dataset_id')
      .notNull()
      .references(() => datasets.id),
    number: integer('number').notNull(),
    baseVersionId: text('base_version_id'),
    visibleKey: integer('visible_key').notNull().default(0),
    total: integer('total').notNull().default(0),
    unlabeled: integer('unlabeled').notNull().default(0),
    labeled: integer('labeled').notNull().default(0),
    cleaned: integer('cleaned').notNull().default(0),
    bytes: integer('bytes').notNull().default(0),
    revision: integer('revision').notNull().default(0),
    /** The import that fills it. */
    importId: text('import_id'),
    /** Set while it is copied from its base or once it is deleted: nobody sees it, and its rows are swept. */
    hidden: text('hidden').$type<'copying' | 'deleted'>(),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
    createdBy: text('created_by')
  },
  table => [uniqueIndex('dataset_versions_number').on(table.datasetId, table.number)]
);

/** An image of a version: a row that points at bytes. `images_fts` (trigrams of the name) hangs on it. */
export const images = sqliteTable(
  'images',
  {
    /** Ascending in the order in which images came; the order of every list. */
    key: integer('key').primaryKey({ autoIncrement: true }),
    id: text('id').notNull().unique(),
    versionKey: integer('version_key')
      .notNull()
      .references(() => datasetVersions.key),
    /** Of `contents`, whose `refs` triggers keep: a foreign key would search all images when one is collected. */
    contentKey: integer('content_key').notNull(),
    name: text('name').notNull(),
    format: integer('format').notNull(),
    /** Pixels, upright. */
    width: integer('width').notNull(),
    height: integer('height').notNull(),
    /** EXIF orientation 1–8 of the bytes, which stay as imported. */
    orientation: integer('orientation').notNull(),
    state: integer('state').notNull(),
    revision: integer('revision').notNull().default(0)
  },
  table => [
    index('images_of_version').on(table.versionKey),
    index('images_of_state').on(table.versionKey, table.state),
    uniqueIndex('images_content').on(table.versionKey, table.contentKey)
  ]
);

export const labels = sqliteTable(
  'labels',
  {
    key: integer('key').primaryKey({ autoIncrement: true }),
    id: text('id').notNull().unique(),
    datasetId: text('dataset_id').notNull(),
    name: text('name').notNull(),
    color: text('color').notNull(),
    shortcut: text('shortcut'),
    position: integer('position').notNull(),
    /** The import that brought it, while that runs: nobody sees the label before it ends. */
    importId: text('import_id')
  },
  table => [uniqueIndex('labels_name').on(table.datasetId, table.name)]
);

/** How many images of a version carry a label, kept by the transaction that changes them. */
export const labelCounts = sqliteTable(
  'label_counts',
  {
    versionKey: integer('version_key').notNull(),
    labelKey: integer('label_key').notNull(),
    images: integer('images').notNull()
  },
  table => [primaryKey({ columns: [table.versionKey, table.labelKey] })]
);

/**
 * How many images of each state lie in each block of keys (`blocks.ts`), staged ones too: what a jump
 * into the depth of a list passes over by. Kept by the transaction that changes them.
 */
export const imageBlocks = sqliteTable(
  'image_blocks',
  {
    versionKey: integer('version_key').notNull(),
    block: integer('block').notNull(),
    state: integer('state').notNull(),
    images: integer('images').notNull()
  },
  table => [primaryKey({ columns: [table.versionKey, table.block, table.state] })]
);

/** The same for the images that carry a label. */
export const labelBlocks = sqliteTable(
  'label_blocks',
  {
    versionKey: integer('version_key').notNull(),
    labelKey: integer('label_key').notNull(),
    block: integer('block').notNull(),
    state: integer('state').notNull(),
    images: integer('images').notNull()
  },
  table => [primaryKey({ columns: [table.versionKey, table.labelKey, table.block, table.state] })]
);

/**
 * In which runs of images (`grams.ts`) a name holds a character or a pair of them: the trigram index
 * knows nothing so short. A run may be named in vain, after images were deleted, but none is missing.
 */
export const nameGrams = sqliteTable(
  'name_grams',
  {
    versionKey: integer('version_key').notNull(),
    gram: text('gram').notNull(),
    /** The run's first key. */
    start: integer('start').notNull()
  },
  table => [primaryKey({ columns: [table.versionKey, table.gram, table.start] })]
);

/** Users as small integers, so that ten million shapes do not each repeat an id. */
export const labelers = sqliteTable('labelers', {
  key: integer('key').primaryKey({ autoIncrement: true }),
  userId: text('user_id').notNull().unique()
});

/** One row a shape. `geometry` is typed JSON in float pixels of the upright frame; null for a class. */
export const annotations = sqliteTable(
  'annotations',
  {
    imageKey: integer('image_key').notNull(),
    ordinal: integer('ordinal').notNull(),
    versionKey: integer('version_key').notNull(),
    labelKey: integer('label_key').notNull(),
    kind: integer('kind').notNull(),
    geometry: text('geometry'),
    source: integer('source').notNull(),
    score: real('score'),
    byKey: integer('by_key'),
    at: integer('at').notNull()
  },
  table => [
    primaryKey({ columns: [table.imageKey, table.ordinal] }),
    index('annotations_of_label').on(table.versionKey, table.labelKey, table.imageKey),
    index('annotations_of_source').on(table.versionKey, table.source, table.imageKey),
    index('annotations_of_labeler').on(table.versionKey, table.byKey, table.imageKey)
  ]
);

/** What an image carried at each of its revisions since it was first changed by hand; rows are only added. */
export const annotationHistory = sqliteTable(
  'annotation_history',
  {
    imageKey: integer('image_key').notNull(),
    revision: integer('revision').notNull(),
    at: integer('at').notNull(),
    byKey: integer('by_key'),
    source: integer('source').notNull(),
    /** Shapes with label keys instead of ids. */
    shapes: text('shapes').notNull()
  },
  table => [primaryKey({ columns: [table.imageKey, table.revision] })]
);

export type DatasetRow = typeof datasets.$inferSelect;
export type VersionRow = typeof datasetVersions.$inferSelect;
export type LabelRow = typeof labels.$inferSelect;
