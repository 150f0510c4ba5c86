import type { Transaction } from '../db/database.ts';
import type { WorkloadSpec } from '../compute/engine.ts';
import type { Workload, WorkloadKind } from './table.ts';

/** What a feature asks to have run. */
export interface WorkloadRequest {
  readonly kind: WorkloadKind;
  readonly ownerId: string;
  /** Grows by one each time the same thing is started anew. */
  readonly attempt: number;
  readonly projectId: string;
  /** What people see in lists of what runs and waits. */
  readonly name: string;
  /** Nodes, or replicas of a service. */
  readonly nodes: number;
  readonly resources: Resources;
  /** False for what is there to look at other things: it has limits, but takes nothing from the quota. */
  readonly counted: boolean;
  readonly graceMs: number;
  readonly createdBy: string | null;
}

/** What one node is given: cores, bytes of memory, cards. */
export interface Resources {
  readonly cpu: number;
  readonly memoryBytes: number;
  readonly cards: number;
  readonly cardResource: string | null;
}

/** Where a workload's attempt is kept, and what runs there. */
export interface Prepared {
  readonly spec: WorkloadSpec;
  /** A directory that belongs to the attempt alone. */
  readonly directory: string;
}

/** Where a workload is shown. */
export interface Shown {
  readonly subjectId: string;
  readonly role: 'production' | 'gray' | null;
}

/**
 * The feature whose workloads are of one kind. The reconciler calls it; everything here may be called
 * again after a restart, for the same workload, and has to come to the same end.
 */
export interface WorkloadOwner {
  readonly kind: WorkloadKind;
  /**
   * Makes ready what the workload needs (data, directories) and says what is to run. Called after it
   * was admitted; may take long.
   *
   * @param signal the workload was asked to stop
   * @throws ProblemError with the reason that people are shown
   */
  prepare(workload: Workload, signal: AbortSignal): Promise<Prepared>;
  /**
   * In the transaction that changes the workload: updates what the feature keeps, and emits events.
   *
   * @param before null when the workload was just asked for
   */
  changed(tx: Transaction, workload: Workload, before: Workload | null): void;
  /** After the restart of the server a workload was found that still runs. */
  attached?(tx: Transaction, workload: Workload): void;
  /** What people open to see an owner's workload, and its role in that; by itself the owner. */
  shownAs?(ownerId: string): Shown | undefined;
  /** After its end, before what the engine kept for it is removed: keeps results, lets go of data. */
  settle?(workload: Workload): Promise<void>;
}
