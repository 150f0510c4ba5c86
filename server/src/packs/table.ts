import { sql } from 'drizzle-orm';
import { blob, index, integer, sqliteTable } from 'drizzle-orm/sqlite-core';

/** Pack files: append-only containers of image bytes. */
export const packs = sqliteTable('packs', {
  /** Never used twice: a reader may still be about to open a removed pack. */
  id: integer('id').primaryKey({ autoIncrement: true }),
  /** Committed bytes; what lies beyond in the file is the tail of a crash. */
  size: integer('size').notNull(),
  /** Bytes of contents that nothing refers to any more. */
  dead: integer('dead').notNull().default(0)
});

/** Bytes that are stored once, by their SHA-256, as a range of a pack. */
export const contents = sqliteTable(
  'contents',
  {
    key: integer('key').primaryKey(),
    sha256: blob('sha256', { mode: 'buffer' }).notNull().unique(),
    packId: integer('pack_id')
      .notNull()
      .references(() => packs.id),
    offset: integer('offset').notNull(),
    length: integer('length').notNull(),
    /** How many images of any version point here. */
    refs: integer('refs').notNull()
  },
  table => [
    index('contents_unreferenced')
      .on(table.key)
      .where(sql`${table.refs} = 0`),
    index('contents_of_pack').on(table.packId, table.offset)
  ]
);
