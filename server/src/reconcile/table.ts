import { index, integer, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import type { RunState } from '@topsdl/contract';
import type { NodeObservation, WorkloadHandle } from '../compute/engine.ts';
import type { StoredReason } from './reasons.ts';

/** What a workload is for; each kind belongs to one feature. */
export type WorkloadKind = 'training-run' | 'service' | 'package-version' | 'tensorboard';

/** Everything that runs, waits or ran on the compute engine: one row an attempt. */
export const workloads = sqliteTable(
  'workloads',
  {
    /** The order in which they came, and in which they are served. */
    seq: integer('seq').primaryKey({ autoIncrement: true }),
    id: text('id').notNull().unique(),
    projectId: text('project_id').notNull(),
    kind: text('kind').$type<WorkloadKind>().notNull(),
    /** The run, service version, package version or TensorBoard that it is for. */
    ownerId: text('owner_id').notNull(),
    attempt: integer('attempt').notNull(),
    name: text('name').notNull(),
    state: text('state').$type<RunState>().notNull(),
    reason: text('reason', { mode: 'json' }).$type<StoredReason>(),
    /** Nodes, or replicas of a service. */
    nodes: integer('nodes').notNull(),
    /** Of one node: cores, bytes, cards. */
    cpu: real('cpu').notNull(),
    memoryBytes: integer('memory_bytes').notNull(),
    cards: integer('cards').notNull(),
    cardResource: text('card_resource'),
    /** Whether it counts against the project's quota. */
    counted: integer('counted', { mode: 'boolean' }).notNull(),
    graceMs: integer('grace_ms').notNull(),
    /** Stored before anything is started. */
    handle: text('handle', { mode: 'json' }).$type<WorkloadHandle>(),
    observed: text('observed', { mode: 'json' }).$type<NodeObservation[]>().notNull(),
    exitCode: integer('exit_code'),
    createdBy: text('created_by'),
    createdAt: integer('created_at').notNull(),
    admittedAt: integer('admitted_at'),
    startedAt: integer('started_at'),
    endedAt: integer('ended_at'),
    /** Who asked it to stop, by name. */
    stoppedBy: text('stopped_by'),
    /** When all that follows its end had been done: results kept, the engine's remains released. */
    settledAt: integer('settled_at')
  },
  table => [
    uniqueIndex('workloads_of_owner').on(table.kind, table.ownerId, table.attempt),
    index('workloads_of_project').on(table.projectId, table.state),
    index('workloads_by_state').on(table.state, table.seq),
    index('workloads_by_settled').on(table.settledAt)
  ]
);

export type Workload = typeof workloads.$inferSelect;
