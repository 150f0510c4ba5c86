import {
  index,
  integer,
  primaryKey,
  real,
  sqliteTable,
  text,
  uniqueIndex
} from 'drizzle-orm/sqlite-core';
import type { MountRef } from '@topsdl/contract';
import type { Given } from '../../reconcile/given.ts';
import type { StoredReason } from '../../reconcile/reasons.ts';

export type MountKind = 'dataset' | 'algorithm' | 'model';

/** Training definitions: what is to be run, as it is now. */
export const trainings = sqliteTable(
  'trainings',
  {
    id: text('id').primaryKey(),
    projectId: text('project_id').notNull(),
    name: text('name').notNull(),
    specId: text('spec_id').notNull(),
    command: text('command').notNull(),
    environment: text('environment', { mode: 'json' }).$type<Record<string, string>>().notNull(),
    nodes: integer('nodes').notNull(),
    graceSeconds: integer('grace_seconds').notNull(),
    saveModelSetId: text('save_model_set_id'),
    nextRun: integer('next_run').notNull().default(1),
    createdAt: integer('created_at').notNull(),
    createdBy: text('created_by')
  },
  table => [
    uniqueIndex('trainings_by_name').on(table.projectId, table.name),
    index('trainings_of_project').on(table.projectId, table.id),
    index('trainings_by_spec').on(table.specId)
  ]
);

/** Versions that a definition mounts. */
export const trainingMounts = sqliteTable(
  'training_mounts',
  {
    trainingId: text('training_id')
      .notNull()
      .references(() => trainings.id, { onDelete: 'cascade' }),
    kind: text('kind').$type<MountKind>().notNull(),
    place: integer('place').notNull(),
    versionId: text('version_id').notNull()
  },
  table => [
    primaryKey({ columns: [table.trainingId, table.kind, table.place] }),
    index('training_mounts_by_version').on(table.versionId)
  ]
);

/** A version as a run mounts it. */
export interface RunMount extends MountRef {
  readonly public: boolean;
}

/** What a run was started with; it never changes. */
export interface RunConfiguration extends Given {
  readonly name: string;
  readonly datasets: readonly RunMount[];
  readonly algorithms: readonly RunMount[];
  readonly models: readonly RunMount[];
  readonly specId: string;
  readonly specName: string;
  readonly command: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly nodes: number;
  readonly graceSeconds: number;
  readonly saveModelSetId: string | null;
  readonly saveModelSetName: string | null;
}

/** Runs. Their state is that of the newest attempt's workload. */
export const trainingRuns = sqliteTable(
  'training_runs',
  {
    id: text('id').primaryKey(),
    trainingId: text('training_id')
      .notNull()
      .references(() => trainings.id),
    projectId: text('project_id').notNull(),
    number: integer('number').notNull(),
    configuration: text('configuration', { mode: 'json' }).$type<RunConfiguration>().notNull(),
    /** Of the newest attempt. */
    workloadId: text('workload_id').notNull(),
    attempt: integer('attempt').notNull(),
    /** The newest version made of its persistent-model. */
    modelVersionId: text('model_version_id'),
    /** The attempt whose completion made a version: it does so once. */
    sealedAttempt: integer('sealed_attempt').notNull().default(0),
    step: real('step'),
    totalSteps: real('total_steps'),
    createdAt: integer('created_at').notNull(),
    createdBy: text('created_by')
  },
  table => [uniqueIndex('training_runs_of_training').on(table.trainingId, table.number)]
);

/** What happened to a run. */
export const runEvents = sqliteTable(
  'training_run_events',
  {
    seq: integer('seq').primaryKey({ autoIncrement: true }),
    runId: text('run_id')
      .notNull()
      .references(() => trainingRuns.id, { onDelete: 'cascade' }),
    time: integer('time').notNull(),
    attempt: integer('attempt').notNull(),
    type: text('type').$type<'normal' | 'warning'>().notNull(),
    reason: text('reason', { mode: 'json' }).$type<StoredReason>().notNull()
  },
  table => [index('training_run_events_of_run').on(table.runId, table.seq)]
);

/** Measurements of nodes, the older ones thinned. */
export const runSamples = sqliteTable(
  'training_run_samples',
  {
    runId: text('run_id')
      .notNull()
      .references(() => trainingRuns.id, { onDelete: 'cascade' }),
    node: text('node').notNull(),
    time: integer('time').notNull(),
    cpu: real('cpu').notNull(),
    memoryBytes: integer('memory_bytes').notNull(),
    cards: integer('cards').notNull(),
    receivedBytes: real('received_bytes').notNull(),
    sentBytes: real('sent_bytes').notNull()
  },
  table => [primaryKey({ columns: [table.runId, table.node, table.time] })]
);

export type TrainingRow = typeof trainings.$inferSelect;
export type RunRow = typeof trainingRuns.$inferSelect;
export type RunEventRow = typeof runEvents.$inferSelect;
export type SampleRow = typeof runSamples.$inferSelect;
