import { and, eq, inArray } from 'drizzle-orm';
import { setTimeout as pause } from 'node:timers/promises';
import type { Params, ProblemCode } from '@topsdl/contract';
import type { Logger } from 'pino';
import type { Database, Transaction } from '../db/database.ts';
import { newId } from '../db/ids.ts';
import type { DataDirectory } from '../files/layout.ts';
import { isDiskFull, ProblemError } from '../http/problem.ts';
import { TaskAborted, type TaskContext, type TaskDefinition, type TaskKind } from './definition.ts';
import { TaskLog } from './log.ts';
import { Progress } from './progress.ts';
import { taskStore } from './store.ts';
import { tasks, type TaskRow } from './table.ts';

export interface NewTask<Input> {
  readonly kind: TaskKind;
  readonly projectId: string;
  readonly subject: { readonly kind: string; readonly id: string; readonly name: string };
  readonly input: Input;
  readonly createdBy: string | null;
}

interface Running {
  readonly row: TaskRow;
  readonly aborter: AbortController;
  readonly ended: Promise<void>;
}

/** What could not be written, such as for want of disk space, is tried again after this time. */
const AGAIN_MS = 5_000;

type AnyDefinition = TaskDefinition<unknown, unknown>;
type EndState = 'completed' | 'failed' | 'cancelled';

/** What is wrong with a task that cannot go on; people are told `task-interrupted`. */
const INTERRUPTED = new ProblemError('unavailable', { detail: '' });

/** Runs the tasks of the one task table: queued ones in their order, interrupted ones again after a restart. */
export class TaskRunner {
  readonly #db: Database;
  readonly #files: DataDirectory;
  readonly #log: Logger;
  readonly #concurrency: number;
  readonly #definitions = new Map<TaskKind, AnyDefinition>();
  readonly #running = new Map<string, Running>();
  #started = false;
  #stopping = false;

  constructor(db: Database, files: DataDirectory, log: Logger, concurrency: number) {
    this.#db = db;
    this.#files = files;
    this.#log = log;
    this.#concurrency = concurrency;
  }

  /** Says how tasks of a kind are run. Definitions have to be there before the runner starts. */
  define<Input, Checkpoint>(definition: TaskDefinition<Input, Checkpoint>): void {
    if (this.#definitions.has(definition.kind)) {
      throw new Error(`tasks of kind ${definition.kind} are defined twice`);
    }
    this.#definitions.set(definition.kind, definition as unknown as AnyDefinition);
  }

  /** Adds a task in the transaction of what asks for it; it begins once that is committed. */
  create<Input>(tx: Transaction, task: NewTask<Input>): TaskRow {
    const row = tx
      .insert(tasks)
      .values({
        id: newId(),
        projectId: task.projectId,
        kind: task.kind,
        subjectKind: task.subject.kind,
        subjectId: task.subject.id,
        subjectName: task.subject.name,
        state: 'queued',
        input: task.input,
        createdAt: Date.now(),
        createdBy: task.createdBy
      })
      .returning()
      .get();
    this.#emit(tx, row, 'created');
    tx.afterCommit(() => this.#dispatch());
    return row;
  }

  get(id: string): TaskRow | undefined {
    return taskStore.get(this.#db.orm, id);
  }

  /** Tasks of a subject that have not ended. */
  activeOf(subjectId: string): TaskRow[] {
    return taskStore.activeOf(this.#db.orm, subjectId);
  }

  /** How many wait or run. */
  get active(): number {
    return taskStore.countActive(this.#db.orm);
  }

  logPath(id: string): string {
    return this.#files.path('tasks', `${id}.log`);
  }

  /** Asks a task to end. One that has ended stays as it is. @returns the task as it is now */
  cancel(id: string): TaskRow | undefined {
    const row = this.#db.write(tx => {
      const asked = tx
        .update(tasks)
        .set({ cancelRequested: true })
        .where(and(eq(tasks.id, id), inArray(tasks.state, ['queued', 'running'])))
        .returning()
        .get();
      if (asked) {
        this.#emit(tx, asked, 'updated');
      }
      return asked;
    });
    this.#running.get(id)?.aborter.abort(new TaskAborted('cancelled'));
    if (row?.state === 'queued') {
      this.#dispatch();
    }
    return row ?? this.get(id);
  }

  /** Resolves when a task has ended; for whoever needs its result. */
  async settled(id: string): Promise<TaskRow | undefined> {
    for (;;) {
      const running = this.#running.get(id);
      const row = this.get(id);
      if (!row || (row.state !== 'queued' && row.state !== 'running')) {
        return row;
      }
      await (running?.ended ?? new Promise<void>(resolve => this.#waiters.push(resolve)));
    }
  }

  readonly #waiters: (() => void)[] = [];

  /** Takes up what an earlier process left, then what is queued. */
  start(): void {
    this.#started = true;
    for (const row of taskStore.inState(this.#db.orm, 'running')) {
      if (this.#goesOn(row)) {
        this.#db.write(tx => {
          tx.update(tasks).set({ state: 'queued' }).where(eq(tasks.id, row.id)).run();
        });
      } else {
        this.#launch(row, INTERRUPTED);
      }
    }
    this.#dispatch();
  }

  /** Whether a task that was left in the middle is run once more; otherwise it only ends. */
  #goesOn(row: TaskRow): boolean {
    return this.#definitions.get(row.kind)?.onRestart === 'resume' || row.cancelRequested;
  }

  /** Interrupts what runs, for the next start to take up. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const running = [...this.#running.values()];
    for (const { aborter } of running) {
      aborter.abort(new TaskAborted('shutdown'));
    }
    await Promise.all(running.map(({ ended }) => ended));
  }

  #dispatch(): void {
    if (!this.#started || this.#stopping) {
      return;
    }
    for (const row of taskStore.inState(this.#db.orm, 'queued')) {
      if (!this.#running.has(row.id) && this.#hasRoom(row)) {
        this.#launch(row);
      }
    }
  }

  #hasRoom(row: TaskRow): boolean {
    if (row.cancelRequested) {
      return true;
    }
    const limit = this.#definitions.get(row.kind)?.concurrency ?? this.#concurrency;
    const same = [...this.#running.values()].filter(running => running.row.kind === row.kind);
    return this.#running.size < this.#concurrency && same.length < limit;
  }

  /** @param interrupted given for a task that an earlier process left and that cannot go on */
  #launch(row: TaskRow, interrupted?: Error): void {
    const aborter = new AbortController();
    const ended = this.#run(row, aborter.signal, interrupted)
      .catch(async (error: unknown) => {
        this.#log.error({ err: error, task: row.id }, 'a task could not be ended');
        await pause(AGAIN_MS, undefined, { signal: aborter.signal }).catch(() => undefined);
      })
      .finally(() => {
        this.#running.delete(row.id);
        for (const resolve of this.#waiters.splice(0)) {
          resolve();
        }
        this.#takeUp(row.id);
        this.#dispatch();
      });
    this.#running.set(row.id, { row, aborter, ended });
  }

  /** A task whose end could not be written is where a killed process would have left it. */
  #takeUp(id: string): void {
    const row = this.#stopping ? undefined : this.get(id);
    if (row?.state === 'running') {
      this.#launch(row, this.#goesOn(row) ? undefined : INTERRUPTED);
    }
  }

  async #run(queued: TaskRow, signal: AbortSignal, interrupted?: Error): Promise<void> {
    const definition = this.#definitions.get(queued.kind);
    const log = new TaskLog(this.logPath(queued.id));
    const progress = new Progress(this.#db, queued, tx => {
      this.#emit(tx, queued, 'updated');
    });
    let state: EndState = 'completed';
    let problem: { code: string; params: Params } | null = null;
    let finish: ((tx: Transaction) => void) | void = undefined;
    try {
      if (!definition) {
        throw new Error(`nothing runs tasks of kind ${queued.kind}`);
      }
      if (interrupted) {
        throw interrupted;
      }
      if (queued.cancelRequested) {
        throw new TaskAborted('cancelled');
      }
      const row = this.#begin(queued);
      log.line(queued.startedAt === null ? 'Begins.' : 'Goes on after a restart.');
      finish = await definition.run(this.#context(row, signal, log, progress));
    } catch (error) {
      const why = signal.aborted ? (signal.reason as TaskAborted).why : undefined;
      if (why === 'shutdown') {
        progress.flush();
        log.line('Interrupted: the server stops.');
        log.close();
        return;
      }
      const cancelled =
        why === 'cancelled' || (error instanceof TaskAborted && error.why === 'cancelled');
      state = cancelled ? 'cancelled' : 'failed';
      problem = interrupted
        ? { code: 'task-interrupted', params: {} }
        : cancelled
          ? { code: 'task-cancelled', params: {} }
          : this.#describe(queued, error);
    }
    progress.flush();
    if (state !== 'completed') {
      await this.#undo(definition, queued);
    }
    this.#end(definition, queued, state, problem, finish, log);
    log.close();
  }

  #begin(queued: TaskRow): TaskRow {
    return this.#db.write(tx => {
      const row = tx
        .update(tasks)
        .set({ state: 'running', startedAt: queued.startedAt ?? Date.now() })
        .where(eq(tasks.id, queued.id))
        .returning()
        .get();
      this.#emit(tx, row, 'updated');
      return row;
    });
  }

  #context(
    row: TaskRow,
    signal: AbortSignal,
    log: TaskLog,
    progress: Progress
  ): TaskContext<unknown, unknown> {
    return {
      task: row,
      input: row.input,
      checkpoint: row.checkpoint ?? null,
      signal,
      db: this.#db,
      log: this.#log.child({ task: row.id, kind: row.kind }),
      note: line => log.line(line),
      progress: change => progress.tell(change),
      save: (tx, checkpoint) => {
        tx.update(tasks).set({ checkpoint }).where(eq(tasks.id, row.id)).run();
      }
    };
  }

  #describe(row: TaskRow, error: unknown): { code: string; params: Params } {
    if (error instanceof ProblemError) {
      return { code: error.code, params: error.params };
    }
    this.#log.error({ err: error, task: row.id, kind: row.kind }, 'a task failed');
    if (isDiskFull(error)) {
      return { code: 'disk-full' satisfies ProblemCode, params: {} };
    }
    const detail = error instanceof Error ? error.message.slice(0, 300) : String(error);
    return { code: 'task-failed', params: { detail } };
  }

  async #undo(definition: AnyDefinition | undefined, row: TaskRow): Promise<void> {
    try {
      await definition?.undo?.(row, row.input, this.#db);
    } catch (error) {
      this.#log.error({ err: error, task: row.id }, 'what a task began could not be undone');
    }
  }

  #end(
    definition: AnyDefinition | undefined,
    queued: TaskRow,
    state: EndState,
    problem: { code: string; params: Params } | null,
    finish: ((tx: Transaction) => void) | void,
    log: TaskLog
  ): void {
    const write = (
      end: EndState,
      fault: { code: string; params: Params } | null,
      last: ((tx: Transaction) => void) | void
    ) =>
      this.#db.write(tx => {
        last?.(tx);
        const row = tx
          .update(tasks)
          .set({
            state: end,
            endedAt: Date.now(),
            problemCode: fault?.code ?? null,
            problemParams: fault?.params ?? null
          })
          .where(eq(tasks.id, queued.id))
          .returning()
          .get();
        definition?.onEnd?.(tx, row, end);
        this.#emit(tx, row, 'updated', true);
      });
    try {
      write(state, problem, finish);
      log.line(state === 'completed' ? 'Completed.' : `${state}: ${problem?.code ?? ''}`);
    } catch (error) {
      // The last transaction did not hold: nothing of it happened, and the task has failed.
      const fault = this.#describe(queued, error);
      log.line(`failed: ${fault.code}`);
      write('failed', fault, undefined);
    }
  }

  #emit(tx: Transaction, row: TaskRow, type: 'created' | 'updated', ended = false): void {
    tx.emit({
      type,
      kind: 'task',
      id: row.id,
      projectId: row.projectId,
      parentId: row.subjectId,
      byUserId: row.createdBy,
      ...(ended ? { name: `${row.kind}: ${row.subjectName}` } : {})
    });
  }
}
