import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { ChangeEvent, EventKind } from '@topsdl/contract';

/** The outbox: every committed change, in order, for seven days. */
export const events = sqliteTable(
  'events',
  {
    seq: integer('seq').primaryKey({ autoIncrement: true }),
    time: integer('time').notNull(),
    type: text('type').$type<ChangeEvent['type']>().notNull(),
    kind: text('kind').$type<EventKind>().notNull(),
    objectId: text('object_id').notNull(),
    projectId: text('project_id'),
    parentId: text('parent_id'),
    byUserId: text('by_user_id'),
    /** What the object was called then; only events with a name are activity that people read. */
    name: text('name')
  },
  table => [
    index('events_of_project').on(table.projectId, table.seq),
    index('events_time').on(table.time)
  ]
);

export type EventRow = typeof events.$inferSelect;
