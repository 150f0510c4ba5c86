import type { Task } from '@topsdl/contract';
import type { Logger } from 'pino';
import type { Database, Transaction } from '../db/database.ts';
import type { TaskRow } from './table.ts';

export type TaskKind = Task['kind'];

/** Work in a task's last transaction: what it does and that the task has ended are one change. */
export type Finish = (tx: Transaction) => void;

/** What a running task works with. */
export interface TaskContext<Input, Checkpoint> {
  readonly task: TaskRow;
  readonly input: Input;
  /** Where an earlier attempt got to; null in the first. */
  readonly checkpoint: Checkpoint | null;
  /** Aborted when the task is cancelled or the companion stops; pass it on, and let its reason out. */
  readonly signal: AbortSignal;
  readonly db: Database;
  readonly log: Logger;
  /** Adds a line to the log that people read. */
  note(line: string): void;
  /** Tells how far it is. Cheap: what is told more often than a person can see is put together. */
  progress(change: { done?: number; total?: number | null; step?: string }): void;
  /** Keeps where it got to, in the transaction of the work itself. */
  save(tx: Transaction, checkpoint: Checkpoint): void;
}

export interface TaskDefinition<Input, Checkpoint = never> {
  readonly kind: TaskKind;
  /** What a restart of the companion means: go on from the checkpoint, or end with `task-interrupted`. */
  readonly onRestart: 'resume' | 'fail';
  /** How many of this kind run at once; as many as all kinds together may, where undefined. */
  readonly concurrency?: number;
  /**
   * Does the work. It ends well by returning, with what is left for the last transaction; by throwing it
   * fails, with a `ProblemError`'s code or as `task-failed`.
   */
  run(context: TaskContext<Input, Checkpoint>): Promise<Finish | void>;
  /**
   * Undoes what a cancelled or failed task began, also after a crash; it runs at least once before the
   * task's end is written, and may run on nothing.
   */
  undo?(task: TaskRow, input: Input, db: Database): Promise<void> | void;
  /** Takes part in the transaction in which the task ends, however it does. */
  onEnd?(tx: Transaction, task: TaskRow, state: 'completed' | 'failed' | 'cancelled'): void;
}

/** Why a task's signal was aborted. */
export class TaskAborted extends Error {
  readonly why: 'cancelled' | 'shutdown';

  constructor(why: 'cancelled' | 'shutdown') {
    super(why === 'cancelled' ? 'the task was cancelled' : 'the companion stops');
    this.name = 'TaskAborted';
    this.why = why;
  }
}
