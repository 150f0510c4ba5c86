import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { Params, Task } from '@topsdl/contract';

/** Long work, all of it. */
export const tasks = sqliteTable(
  'tasks',
  {
    id: text('id').primaryKey(),
    projectId: text('project_id').notNull(),
    kind: text('kind').$type<Task['kind']>().notNull(),
    subjectKind: text('subject_kind').notNull(),
    subjectId: text('subject_id').notNull(),
    subjectName: text('subject_name').notNull(),
    state: text('state').$type<Task['state']>().notNull(),
    /** What the task was asked to do, as its kind defines it. */
    input: text('input', { mode: 'json' }).$type<unknown>().notNull(),
    /** How far it got, as its kind defines it; a resumed task begins there. */
    checkpoint: text('checkpoint', { mode: 'json' }).$type<unknown>(),
    cancelRequested: integer('cancel_requested', { mode: 'boolean' }).notNull().default(false),
    done: integer('done').notNull().default(0),
    total: integer('total'),
    step: text('step'),
    problemCode: text('problem_code'),
    problemParams: text('problem_params', { mode: 'json' }).$type<Params>(),
    createdAt: integer('created_at').notNull(),
    startedAt: integer('started_at'),
    endedAt: integer('ended_at'),
    createdBy: text('created_by')
  },
  table => [
    index('tasks_of_project').on(table.projectId, table.id),
    index('tasks_by_state').on(table.state, table.id)
  ]
);

export type TaskRow = typeof tasks.$inferSelect;
