import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** A TensorBoard of a run: at most one, started anew when it has ended. Its state is its workload's. */
export const tensorboards = sqliteTable('tensorboards', {
  id: text('id').primaryKey(),
  runId: text('run_id').notNull().unique(),
  projectId: text('project_id').notNull(),
  workloadId: text('workload_id').notNull(),
  attempt: integer('attempt').notNull(),
  /** Where it listens inside its network. */
  port: integer('port').notNull(),
  /** When this attempt said that it takes requests. */
  readyAt: integer('ready_at'),
  /** What this attempt said last, if it failed. */
  complaint: text('complaint'),
  createdAt: integer('created_at').notNull(),
  createdBy: text('created_by')
});

export type TensorBoardRow = typeof tensorboards.$inferSelect;
