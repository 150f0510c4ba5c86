import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { Quota } from '@topsdl/contract';

export const projects = sqliteTable('projects', {
  id: text('id').primaryKey(),
  name: text('name').notNull().unique(),
  quotas: text('quotas', { mode: 'json' }).$type<Quota[]>().notNull(),
  memberCount: integer('member_count').notNull().default(0),
  createdAt: integer('created_at').notNull(),
  createdBy: text('created_by')
});

export const projectMembers = sqliteTable(
  'project_members',
  {
    projectId: text('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    userId: text('user_id').notNull()
  },
  table => [
    primaryKey({ columns: [table.projectId, table.userId] }),
    index('project_members_of_user').on(table.userId, table.projectId)
  ]
);

/** Use of a resource over time, as steps: a row says what holds until the next one of the same resource. */
export const usageSteps = sqliteTable(
  'usage_steps',
  {
    projectId: text('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    resource: text('resource').notNull(),
    time: integer('time').notNull(),
    /** Thousandths of a core, bytes, or cards. */
    used: integer('used').notNull(),
    limit: integer('limit')
  },
  table => [primaryKey({ columns: [table.projectId, table.resource, table.time] })]
);

export type ProjectRow = typeof projects.$inferSelect;
