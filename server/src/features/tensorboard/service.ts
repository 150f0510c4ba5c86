import * as fs from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import type { ComputeEngine, Endpoint } from '../../compute/engine.ts';
import type { Database, Orm, Transaction } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import { ProblemError } from '../../http/problem.ts';
import type { Prepared, Shown, WorkloadOwner } from '../../reconcile/owner.ts';
import type { Reconciler } from '../../reconcile/reconciler.ts';
import { isEnded } from '../../reconcile/states.ts';
import { store } from '../../reconcile/store.ts';
import type { Workload } from '../../reconcile/table.ts';
import type { RunDirectory } from '../training/directory.ts';
import { Idle } from './idle.ts';
import { tensorboards, type TensorBoardRow } from './table.ts';

/** A TensorBoard with its workload. */
export interface TensorBoardState {
  readonly row: TensorBoardRow;
  readonly workload: Workload;
}

const LOG_DIRECTORY = '/workspace/persistent-model';
/** Its port in a network of its own, where nobody else is. */
const PORT = 6006;
/** Limits, not counted against the quota: it shows what runs left, whatever else runs. */
const RESOURCES = { cpu: 1, memoryBytes: 2 * 1024 ** 3, cards: 0, cardResource: null };
const GRACE_MS = 2_000;
/** What TensorBoard writes once it takes requests. */
const READY = /^TensorBoard \S+ at http/;
/** Lines that are looked at for what went wrong. */
const LAST_LINES = 20;
const LONGEST_COMPLAINT = 500;

/** TensorBoards over the persistent-model of runs, each a workload of its own. */
export class TensorBoards implements WorkloadOwner {
  readonly kind = 'tensorboard' as const;
  readonly idle: Idle;
  readonly #db: Database;
  readonly #engine: ComputeEngine;
  readonly #reconciler: Reconciler;
  readonly #runs: () => RunDirectory;
  /** Those whose log is being read for the line that says they are ready. */
  readonly #listening = new Map<string, AbortController>();
  readonly #onError: (error: unknown) => void;

  constructor(options: {
    db: Database;
    engine: ComputeEngine;
    reconciler: Reconciler;
    runs: () => RunDirectory;
    idleMs: number;
    onError: (error: unknown) => void;
  }) {
    this.#db = options.db;
    this.#engine = options.engine;
    this.#reconciler = options.reconciler;
    this.#runs = options.runs;
    this.#onError = options.onError;
    this.idle = new Idle(options.idleMs, id => this.stop(id, 'TopsDL'), options.onError);
  }

  find(id: string, orm: Orm = this.#db.orm): TensorBoardState | undefined {
    return withWorkload(orm, orm.select().from(tensorboards).where(eq(tensorboards.id, id)).get());
  }

  get(id: string): TensorBoardState {
    const found = this.find(id);
    if (!found) {
      throw new ProblemError('not-found', { kind: 'tensorboard' });
    }
    return found;
  }

  ofRun(runId: string, orm: Orm = this.#db.orm): TensorBoardState | undefined {
    return withWorkload(
      orm,
      orm.select().from(tensorboards).where(eq(tensorboards.runId, runId)).get()
    );
  }

  /** Starts one for a run, or gives the one that is there. */
  async create(runId: string, userId: string, signal: AbortSignal): Promise<TensorBoardState> {
    const before = this.ofRun(runId);
    if (before && isGoing(before.workload)) {
      await this.#reconciler.settled(this.kind, before.row.id, signal);
    }
    const port = await this.#port();
    return this.#db.write(tx => {
      const there = this.ofRun(runId, tx);
      const run = this.#runs().find(runId);
      if (!run) {
        throw new ProblemError('not-found', { kind: 'training-run' });
      }
      if (there && there.workload.settledAt === null) {
        return there;
      }
      const id = there?.row.id ?? newId();
      const attempt = (there?.row.attempt ?? 0) + 1;
      const fresh = { attempt, port, readyAt: null, complaint: null, createdAt: Date.now() };
      if (there) {
        tx.update(tensorboards).set(fresh).where(eq(tensorboards.id, id)).run();
      } else {
        const { projectId } = run;
        const values = { id, runId, projectId, workloadId: '', ...fresh, createdBy: userId };
        tx.insert(tensorboards).values(values).run();
      }
      const workload = this.#reconciler.request(tx, {
        kind: this.kind,
        ownerId: id,
        attempt,
        projectId: run.projectId,
        name: run.name,
        nodes: 1,
        resources: RESOURCES,
        counted: false,
        graceMs: GRACE_MS,
        createdBy: userId
      });
      return { row: update(tx, id, { workloadId: workload.id }), workload };
    });
  }

  /** Asks one to stop; one that has ended stays as it is. */
  stop(id: string, by: string): void {
    this.#db.write(tx => {
      const found = this.find(id, tx);
      return found && this.#reconciler.stop(tx, found.workload.id, by);
    });
  }

  /** Ends the one of a run that is to be deleted, and forgets it. */
  async removeOf(runId: string, signal: AbortSignal): Promise<void> {
    const found = this.ofRun(runId);
    if (!found) {
      return;
    }
    const { id } = found.row;
    this.stop(id, 'TopsDL');
    await this.#reconciler.settled(this.kind, id, signal);
    signal.throwIfAborted();
    this.#db.write(tx => {
      this.#reconciler.forget(tx, this.kind, id);
      tx.delete(tensorboards).where(eq(tensorboards.id, id)).run();
      this.#emit(tx, 'deleted', found.row);
    });
  }

  /** Where one that is ready is reached; null where it is not. */
  endpoint({ row, workload }: TensorBoardState): Endpoint | null {
    return workload.state === 'running' && row.readyAt !== null && workload.handle
      ? this.#engine.endpoint(workload.handle, row.port)
      : null;
  }

  async prepare(workload: Workload): Promise<Prepared> {
    const { row } = this.get(workload.ownerId);
    const run = this.#runs().find(row.runId);
    if (!run) {
      throw new ProblemError('not-found', { kind: 'training-run' });
    }
    const directory = join(run.directory, `tensorboard-${workload.attempt}`);
    await fs.mkdir(directory, { recursive: true, mode: 0o700 });
    const command = [
      ...['python3', '-m', 'tensorboard.main'],
      ...['--logdir', LOG_DIRECTORY],
      ...['--path_prefix', pathOf(row.id).replace(/\/$/, '')],
      ...(await this.#host()),
      ...['--port', String(row.port)],
      ...['--reload_interval', '5']
    ];
    return {
      directory,
      spec: {
        kind: 'interactive',
        image: { base: 'host' },
        command,
        mounts: [{ source: run.persistentModel, target: LOG_DIRECTORY, readOnly: true }],
        resources: { cpu: RESOURCES.cpu, memoryBytes: RESOURCES.memoryBytes },
        ports: [row.port],
        graceMs: GRACE_MS,
        projectId: row.projectId,
        network: 'none'
      }
    };
  }

  shownAs(id: string): Shown | undefined {
    const found = this.find(id);
    return found && { subjectId: found.row.runId, role: null };
  }

  changed(tx: Transaction, workload: Workload, before: Workload | null): void {
    const found = this.find(workload.ownerId, tx);
    const row =
      found?.row ??
      tx.select().from(tensorboards).where(eq(tensorboards.id, workload.ownerId)).get();
    if (!row) {
      return;
    }
    this.#emit(tx, before === null && workload.attempt === 1 ? 'created' : 'updated', row);
    if (workload.state === 'running' && before?.state !== 'running') {
      tx.afterCommit(() => this.#listen(workload));
    }
  }

  attached(tx: Transaction, workload: Workload): void {
    tx.afterCommit(() => this.#listen(workload));
  }

  async settle(workload: Workload): Promise<void> {
    this.idle.forget(workload.ownerId);
    this.#listening.get(workload.id)?.abort();
    if (workload.state !== 'failed' || !workload.handle) {
      return;
    }
    let last = '';
    for await (const { text } of this.#engine.logs(workload.handle, { tail: LAST_LINES })) {
      last = text.trim() === '' ? last : text;
    }
    this.#db.write(tx =>
      update(tx, workload.ownerId, { complaint: last.slice(0, LONGEST_COMPLAINT) })
    );
  }

  close(): void {
    this.idle.close();
    this.#listening.forEach(controller => controller.abort());
  }

  #listen(workload: Workload): void {
    if (this.#listening.has(workload.id)) {
      return;
    }
    const controller = new AbortController();
    this.#listening.set(workload.id, controller);
    this.#awaitReady(workload, controller.signal)
      .catch(error => {
        if (!controller.signal.aborted) {
          this.#onError(error);
        }
      })
      .finally(() => this.#listening.delete(workload.id));
  }

  /** Reads the log until TensorBoard says that it takes requests. */
  async #awaitReady(workload: Workload, signal: AbortSignal): Promise<void> {
    if (!workload.handle) {
      return;
    }
    for await (const { text } of this.#engine.logs(workload.handle, { follow: true, signal })) {
      if (READY.test(text)) {
        this.#db.write(tx => {
          const found = this.find(workload.ownerId, tx);
          if (found?.workload.id === workload.id) {
            this.#emit(tx, 'updated', update(tx, found.row.id, { readyAt: Date.now() }));
          }
        });
        this.idle.touch(workload.ownerId);
        return;
      }
    }
  }

  /** Its own loopback address, or on a cluster all of its pod's: it is reached there as soon as it says that it takes requests. */
  async #host(): Promise<string[]> {
    const { capabilities } = await this.#engine.check();
    return capabilities.isolation === 'cluster' ? ['--bind_all'] : ['--host', '127.0.0.1'];
  }

  /** The usual port, or a free one where it would share the machine's network. */
  async #port(): Promise<number> {
    const { capabilities } = await this.#engine.check();
    return capabilities.isolation === 'plain' ? freePort() : PORT;
  }

  #emit(tx: Transaction, type: 'created' | 'updated' | 'deleted', row: TensorBoardRow): void {
    tx.emit({
      type,
      kind: 'tensorboard',
      id: row.id,
      projectId: row.projectId,
      parentId: row.runId,
      byUserId: row.createdBy
    });
  }
}

/** Where a TensorBoard is below the companion's address, with the slash that its links need. */
export function pathOf(id: string): string {
  return `/tensorboards/${id}/`;
}

/** Whether it is on its way out, or has ended. */
function isGoing({ state }: Workload): boolean {
  return state === 'stopping' || isEnded(state);
}

function update(tx: Transaction, id: string, change: Partial<TensorBoardRow>): TensorBoardRow {
  return tx.update(tensorboards).set(change).where(eq(tensorboards.id, id)).returning().get();
}

function withWorkload(orm: Orm, row: TensorBoardRow | undefined): TensorBoardState | undefined {
  const workload = row && store.get(orm, row.workloadId);
  return row && workload && { row, workload };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: 0 }, resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise(resolve => server.close(resolve));
  return port;
}
