import { eq } from 'drizzle-orm';
import { createReadStream, existsSync, rmSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeZip, type ZipInput } from '@topsdl/formats';
import type { Database } from '../../../db/database.ts';
import { ProblemError } from '../../../http/problem.ts';
import type { PackStore } from '../../../packs/store.ts';
import type { TaskDefinition } from '../../../tasks/definition.ts';
import type { TaskRunner } from '../../../tasks/runner.ts';
import type { TaskRow } from '../../../tasks/table.ts';
import type { Datasets } from '../service.ts';
import { trainingData, type TrainingDataRow } from '../table.ts';
import type { Split } from './messages.ts';
import { DEFAULT_SPLIT, splitName, type ArtifactPlaces } from './places.ts';
import { runArtifactWorker } from './run.ts';

interface TrainingDataInput extends Split {
  readonly versionId: string;
}

export interface TrainingDataParts {
  readonly db: Database;
  readonly databasePath: string;
  readonly datasets: Datasets;
  readonly tasks: TaskRunner;
  readonly packs: PackStore;
  readonly places: ArtifactPlaces;
}

/** The split of a version and the files that training reads: made by a task, kept until made again. */
export class TrainingDataService {
  readonly #parts: TrainingDataParts;

  constructor(parts: TrainingDataParts) {
    this.#parts = parts;
    parts.tasks.define(this.#task());
  }

  find(versionId: string): TrainingDataRow | undefined {
    return this.#parts.db.orm
      .select()
      .from(trainingData)
      .where(eq(trainingData.versionId, versionId))
      .get();
  }

  task(row: TrainingDataRow): TaskRow | undefined {
    return this.#parts.tasks.get(row.taskId);
  }

  /** Begins to make a version's training data; one that is on its way is the answer. */
  start(versionId: string, split: Partial<Split>, userId: string | null): TrainingDataRow {
    const { db, datasets, tasks } = this.#parts;
    return db.write(tx => {
      const version = datasets.getVersion(versionId);
      const dataset = datasets.get(version.datasetId);
      if (version.labeled === 0) {
        throw new ProblemError('nothing-labeled');
      }
      const before = this.find(versionId);
      const state = before && this.task(before)?.state;
      if (before && (state === 'queued' || state === 'running')) {
        return before;
      }
      const input: TrainingDataInput = {
        versionId,
        seed: split.seed ?? DEFAULT_SPLIT.seed,
        testShare: split.testShare ?? DEFAULT_SPLIT.testShare
      };
      const task = tasks.create(tx, {
        kind: 'training-data',
        projectId: dataset.homeProjectId,
        subject: {
          kind: 'dataset-version',
          id: version.id,
          name: `${dataset.name} v${version.number}`
        },
        input,
        createdBy: userId
      });
      const asked = columnsOf(input);
      return tx
        .insert(trainingData)
        .values({ versionId, taskId: task.id, ...asked, files: [] })
        .onConflictDoUpdate({
          target: trainingData.versionId,
          // What is there stays described as it is until the new one takes its place.
          set: { taskId: task.id, ...(before?.directory ? {} : asked) }
        })
        .returning()
        .get();
    });
  }

  /** The directory of a version's training data, where it is of this revision; else nothing. */
  directoryOf(versionId: string, revision: number): { path: string; split: Split } | undefined {
    const row = this.find(versionId);
    if (!row || row.directory === null || row.revision !== revision) {
      return undefined;
    }
    const path = join(this.#parts.places.trainingData, row.directory);
    return existsSync(path) ? { path, split: splitOf(row) } : undefined;
  }

  /** One of the files. @throws ProblemError `file-not-found` for a path that is not listed */
  file(versionId: string, path: string): { path: string; bytes: number } {
    const { row, directory } = this.#generated(versionId);
    const file = row.files.find(listed => listed.path === path);
    if (!file) {
      throw new ProblemError('file-not-found', { path }, 'query.path');
    }
    return { path: join(directory, file.path), bytes: file.bytes };
  }

  /** All files as a zip archive. */
  archive(versionId: string): AsyncGenerator<Uint8Array, void, undefined> {
    const { row, directory } = this.#generated(versionId);
    return writeZip(
      (async function* entries(): AsyncGenerator<ZipInput> {
        for (const { path, bytes } of row.files) {
          const source = join(directory, path);
          const small = bytes < 1024 ** 2;
          yield { path, content: small ? await readFile(source) : createReadStream(source) };
        }
      })()
    );
  }

  #generated(versionId: string): { row: TrainingDataRow; directory: string } {
    const row = this.find(versionId);
    if (!row || row.directory === null) {
      throw new ProblemError('export-not-ready');
    }
    return { row, directory: join(this.#parts.places.trainingData, row.directory) };
  }

  #task(): TaskDefinition<TrainingDataInput> {
    const { databasePath, datasets, packs, places } = this.#parts;
    return {
      kind: 'training-data',
      onRestart: 'resume',
      run: async context => {
        const { versionId, seed, testShare } = context.input;
        const version = datasets.getVersion(versionId);
        const directory = `${splitName(versionId, version.revision, { seed, testShare })}-${context.task.id}`;
        const target = join(places.trainingData, directory);
        // An earlier attempt may have come as far as the file system, but not into the database.
        await rm(target, { recursive: true, force: true });
        const made = await runArtifactWorker(
          {
            databasePath,
            packsDirectory: packs.directory,
            versionKey: version.key,
            revision: null,
            work: { kind: 'training-data', split: { seed, testShare }, target }
          },
          packs,
          change => context.progress(change),
          context.signal
        );
        return tx => {
          const before = this.find(versionId);
          const { revision, train, test, files } = made;
          tx.update(trainingData)
            .set({
              revision,
              train,
              test,
              files: [...files],
              ...columnsOf({ seed, testShare }),
              directory
            })
            .where(eq(trainingData.versionId, versionId))
            .run();
          if (before?.directory) {
            const old = join(places.trainingData, before.directory);
            tx.afterCommit(() => rmSync(old, { recursive: true, force: true }));
          }
        };
      },
      onEnd: (tx, task) => {
        const version = datasets.findVersion(task.subjectId);
        const dataset = version && datasets.find(version.datasetId);
        if (version && dataset) {
          tx.emit({
            type: 'updated',
            kind: 'dataset-version',
            id: version.id,
            projectId: dataset.projectId,
            parentId: dataset.id,
            byUserId: task.createdBy
          });
        }
      }
    };
  }
}

const MILLION = 1_000_000;

function columnsOf({ seed, testShare }: Split): Pick<TrainingDataRow, 'seed' | 'testShare'> {
  return { seed, testShare: Math.round(testShare * MILLION) };
}

/** How a row's training data is split. */
export function splitOf(row: Pick<TrainingDataRow, 'seed' | 'testShare'>): Split {
  return { seed: row.seed, testShare: row.testShare / MILLION };
}
