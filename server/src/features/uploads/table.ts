import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Files on their way in. The bytes are in `uploads/<id>` of the data directory. */
export const uploads = sqliteTable(
  'uploads',
  {
    id: text('id').primaryKey(),
    projectId: text('project_id').notNull(),
    fileName: text('file_name').notNull(),
    size: integer('size').notNull(),
    /** Durable bytes; what the file has beyond was not confirmed to anyone. */
    offset: integer('offset').notNull().default(0),
    /** The task that consumes it; it does not expire meanwhile. */
    claimedBy: text('claimed_by'),
    expiresAt: integer('expires_at').notNull(),
    createdAt: integer('created_at').notNull(),
    createdBy: text('created_by')
  },
  table => [index('uploads_expiry').on(table.expiresAt)]
);

export type UploadRow = typeof uploads.$inferSelect;
