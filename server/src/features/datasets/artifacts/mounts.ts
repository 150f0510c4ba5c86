import { and, eq } from 'drizzle-orm';
import { readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { isCode, type ProblemCode } from '@topsdl/contract';
import type { Database } from '../../../db/database.ts';
import { ProblemError } from '../../../http/problem.ts';
import type { DatasetMounts, MountableDataset } from '../../../library/mounting.ts';
import type { VersionRow } from '../../../library/table.ts';
import type { PackStore } from '../../../packs/store.ts';
import type { TaskDefinition } from '../../../tasks/definition.ts';
import type { TaskRunner } from '../../../tasks/runner.ts';
import type { TaskRow } from '../../../tasks/table.ts';
import type { Datasets } from '../service.ts';
import { materializations } from '../table.ts';
import { machineBootId, MARKER, type Marker } from './files.ts';
import type { Split } from './messages.ts';
import { DEFAULT_SPLIT, splitName, type ArtifactPlaces } from './places.ts';
import { runArtifactWorker } from './run.ts';
import type { TrainingDataService } from './training-data.ts';

/** Bytes of directories that nobody holds and that are kept for the next one who asks. */
const IDLE_BYTES = 20 * 1024 ** 3;

/** A version that is edited all the time is tried so often. */
const ATTEMPTS = 5;

interface MaterializeInput {
  readonly versionId: string;
  readonly revision: number;
  readonly split: Split;
  readonly directory: string;
}

export interface MountParts {
  readonly db: Database;
  readonly databasePath: string;
  readonly datasets: Datasets;
  readonly tasks: TaskRunner;
  readonly packs: PackStore;
  readonly places: ArtifactPlaces;
  readonly trainingData: TrainingDataService;
}

/**
 * Versions as directories of files. A directory is named after the revision and the split it holds, so
 * that two runs which want the same share it, and one who holds it is not disturbed by later changes.
 */
export class Mounts implements DatasetMounts {
  readonly #parts: MountParts;
  readonly #bootId = machineBootId();

  constructor(parts: MountParts) {
    this.#parts = parts;
    parts.tasks.define(this.#task());
  }

  find(versionId: string): MountableDataset | undefined {
    const { datasets } = this.#parts;
    const version = datasets.findVersion(versionId);
    const dataset = version && datasets.find(version.datasetId);
    return (
      version &&
      dataset && {
        versionId,
        datasetId: dataset.id,
        name: dataset.name,
        number: version.number,
        projectId: dataset.projectId
      }
    );
  }

  async materialize(versionId: string, holder: string, signal: AbortSignal): Promise<string> {
    const held = this.#held(holder, versionId);
    if (held !== undefined && this.#isWhole(held)) {
      return join(this.#parts.places.files, held);
    }
    for (let attempt = 1; ; attempt++) {
      const version = this.#parts.datasets.getVersion(versionId);
      const input = this.#inputOf(version);
      this.#hold(holder, input);
      if (this.#isWhole(input.directory)) {
        this.#touch(input.directory);
        return join(this.#parts.places.files, input.directory);
      }
      const task = await this.#made(version, input, signal);
      if (task?.state === 'completed') {
        return join(this.#parts.places.files, input.directory);
      }
      const moved = task?.problemCode === 'changed-since';
      if (!moved || attempt === ATTEMPTS) {
        this.release(holder);
        throw problemOf(task);
      }
    }
  }

  /** The task that makes a directory: one that does so already, or a new one. */
  async #made(
    version: VersionRow,
    input: MaterializeInput,
    signal: AbortSignal
  ): Promise<TaskRow | undefined> {
    const { db, datasets, tasks } = this.#parts;
    const task = db.write(tx => {
      const active = tasks
        .activeOf(version.id)
        .find(
          row =>
            row.kind === 'materialize' &&
            !row.cancelRequested &&
            (row.input as MaterializeInput).directory === input.directory
        );
      const dataset = datasets.get(version.datasetId);
      return (
        active ??
        tasks.create(tx, {
          kind: 'materialize',
          projectId: dataset.homeProjectId,
          subject: {
            kind: 'dataset-version',
            id: version.id,
            name: `${dataset.name} v${version.number}`
          },
          input,
          createdBy: null
        })
      );
    });
    return untilAborted(tasks.settled(task.id), signal);
  }

  release(holder: string): void {
    const { db } = this.#parts;
    const released = db.write(tx =>
      tx.delete(materializations).where(eq(materializations.holder, holder)).returning().all()
    );
    if (released.length > 0) {
      this.evict();
    }
  }

  #held(holder: string, versionId: string): string | undefined {
    return this.#parts.db.orm
      .select({ directory: materializations.directory })
      .from(materializations)
      .where(and(eq(materializations.holder, holder), eq(materializations.versionId, versionId)))
      .get()?.directory;
  }

  #hold(holder: string, { versionId, revision, directory }: MaterializeInput): void {
    this.#parts.db.write(tx => {
      tx.insert(materializations)
        .values({ holder, versionId, revision, directory, createdAt: Date.now() })
        .onConflictDoUpdate({
          target: [materializations.holder, materializations.versionId],
          set: { revision, directory }
        })
        .run();
    });
  }

  #inputOf(version: VersionRow): MaterializeInput {
    const split =
      this.#parts.trainingData.directoryOf(version.id, version.revision)?.split ?? DEFAULT_SPLIT;
    const { id: versionId, revision } = version;
    return { versionId, revision, split, directory: splitName(versionId, revision, split) };
  }

  /** Whether a directory is there, whole, and made since the machine started. */
  #isWhole(directory: string): boolean {
    return this.#marker(directory)?.bootId === this.#bootId;
  }

  #marker(directory: string): Marker | undefined {
    try {
      const path = join(this.#parts.places.files, directory, MARKER);
      return JSON.parse(readFileSync(path, 'utf8')) as Marker;
    } catch {
      return undefined;
    }
  }

  #touch(directory: string): void {
    const now = new Date();
    utimesSync(join(this.#parts.places.files, directory), now, now);
  }

  /**
   * Removes directories that nobody holds: what is older than its version or cannot be trusted, and of
   * the rest the least recently used beyond a size.
   */
  evict(): void {
    const { db, datasets, places, tasks } = this.#parts;
    const held = new Set(
      db.orm
        .select({ directory: materializations.directory })
        .from(materializations)
        .all()
        .map(row => row.directory)
    );
    const idle: { name: string; bytes: number; used: number }[] = [];
    for (const name of readdirSync(places.files)) {
      if (name.startsWith('.') || held.has(name)) {
        continue;
      }
      const versionId = name.slice(0, 36);
      const version = datasets.findVersion(versionId);
      const marker = this.#marker(name);
      const current = version && this.#inputOf(version).directory === name;
      if (!current || marker?.bootId !== this.#bootId) {
        if (!tasks.activeOf(versionId).some(row => row.kind === 'materialize')) {
          this.#remove(name);
        }
        continue;
      }
      idle.push({ name, bytes: marker.bytes, used: statSync(join(places.files, name)).mtimeMs });
    }
    let bytes = idle.reduce((sum, directory) => sum + directory.bytes, 0);
    for (const directory of idle.sort((a, b) => a.used - b.used)) {
      if (bytes <= IDLE_BYTES) {
        break;
      }
      this.#remove(directory.name);
      bytes -= directory.bytes;
    }
  }

  #remove(name: string): void {
    rmSync(join(this.#parts.places.files, name), { recursive: true, force: true });
  }

  #task(): TaskDefinition<MaterializeInput> {
    const { databasePath, datasets, packs, places } = this.#parts;
    return {
      kind: 'materialize',
      onRestart: 'resume',
      run: async context => {
        const { versionId, revision, split, directory } = context.input;
        if (this.#isWhole(directory)) {
          return;
        }
        this.#remove(directory);
        const version = datasets.getVersion(versionId);
        const there = this.#parts.trainingData.directoryOf(versionId, revision);
        const usable =
          there?.split.seed === split.seed && there.split.testShare === split.testShare;
        await runArtifactWorker(
          {
            databasePath,
            packsDirectory: packs.directory,
            versionKey: version.key,
            revision,
            work: {
              kind: 'files',
              split,
              trainingData: usable ? there.path : null,
              target: join(places.files, directory)
            }
          },
          packs,
          change => context.progress(change),
          context.signal
        );
      }
    };
  }
}

function problemOf(task: TaskRow | undefined): ProblemError {
  const code = task?.problemCode ?? 'task-failed';
  return code === 'disk-full' || code === 'not-found' || code === 'changed-since'
    ? new ProblemError(code satisfies ProblemCode, task?.problemParams ?? {})
    : new ProblemError('unavailable', {
        detail: isCode(code) ? `${task?.subjectName ?? ''}: ${code}` : code
      });
}

/** The promise's result, or the signal's reason, whichever is first. */
async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
