import { and, desc, eq } from 'drizzle-orm';
import { rmSync } from 'node:fs';
import type { Page } from '@topsdl/contract';
import type { Database } from '../../../db/database.ts';
import { newId } from '../../../db/ids.ts';
import type { PageRequest } from '../../../db/paging.ts';
import { listRows } from '../../../db/rows.ts';
import { ProblemError } from '../../../http/problem.ts';
import type { PackStore } from '../../../packs/store.ts';
import type { TaskDefinition } from '../../../tasks/definition.ts';
import type { TaskRunner } from '../../../tasks/runner.ts';
import type { TaskRow } from '../../../tasks/table.ts';
import type { Datasets } from '../service.ts';
import { exports, type ExportRow } from '../table.ts';
import type { ArtifactPlaces } from './places.ts';
import { runArtifactWorker } from './run.ts';

/** Exports of a version that are kept; older ones make room. */
const KEPT = 5;

interface ExportInput {
  readonly exportId: string;
}

export interface ExportRequest {
  readonly versionId: string;
  readonly format: ExportRow['format'];
  readonly withData: boolean;
  readonly regenerate: boolean;
  readonly userId: string | null;
}

export interface ExportParts {
  readonly db: Database;
  readonly databasePath: string;
  readonly datasets: Datasets;
  readonly tasks: TaskRunner;
  readonly packs: PackStore;
  readonly places: ArtifactPlaces;
}

const byAge = {
  name: 'exports',
  columns: [exports.id],
  direction: 'descending' as const,
  keys: (row: ExportRow) => [row.id]
};

/** Exports: zip files that tasks make of versions. */
export class Exports {
  readonly #parts: ExportParts;

  constructor(parts: ExportParts) {
    this.#parts = parts;
    parts.tasks.define(this.#task());
  }

  /** Begins an export, unless a fresh one of the kind is there or on its way. */
  start(request: ExportRequest): ExportRow {
    const { db, datasets, tasks } = this.#parts;
    return db.write(tx => {
      const version = datasets.getVersion(request.versionId);
      const dataset = datasets.get(version.datasetId);
      const same = tx
        .select()
        .from(exports)
        .where(
          and(
            eq(exports.versionId, version.id),
            eq(exports.format, request.format),
            eq(exports.withData, request.withData)
          )
        )
        .orderBy(desc(exports.id))
        .limit(1)
        .get();
      if (same) {
        const { state } = this.task(same);
        const fresh = state === 'completed' && same.revision === version.revision;
        if (state === 'queued' || state === 'running' || (fresh && !request.regenerate)) {
          return same;
        }
      }
      const id = newId();
      const input: ExportInput = { exportId: id };
      const name = `${dataset.name} v${version.number}`;
      const task = tasks.create(tx, {
        kind: 'dataset-export',
        projectId: dataset.homeProjectId,
        subject: { kind: 'dataset-version', id: version.id, name },
        input,
        createdBy: request.userId
      });
      return tx
        .insert(exports)
        .values({
          id,
          versionId: version.id,
          format: request.format,
          withData: request.withData,
          taskId: task.id,
          fileName: `${name} ${request.format}${request.withData ? '' : ' annotations'}.zip`,
          createdAt: task.createdAt,
          createdBy: request.userId
        })
        .returning()
        .get();
    });
  }

  find(exportId: string): ExportRow | undefined {
    return this.#parts.db.orm.select().from(exports).where(eq(exports.id, exportId)).get();
  }

  get(exportId: string): ExportRow {
    const row = this.find(exportId);
    if (!row) {
      throw new ProblemError('not-found', { kind: 'export' });
    }
    return row;
  }

  task(row: ExportRow): TaskRow {
    const task = this.#parts.tasks.get(row.taskId);
    if (!task) {
      throw new Error(`export ${row.id} has no task`);
    }
    return task;
  }

  list(versionId: string, request: PageRequest): Page<ExportRow> {
    return listRows(this.#parts.db.orm, exports, byAge, eq(exports.versionId, versionId), request);
  }

  /** The file of an export that is generated. */
  content(exportId: string): { path: string; bytes: number; fileName: string } {
    const row = this.get(exportId);
    if (row.bytes === null || this.task(row).state !== 'completed') {
      throw new ProblemError('export-not-ready');
    }
    return {
      path: this.#parts.places.export(row.id),
      bytes: row.bytes,
      fileName: row.fileName
    };
  }

  #task(): TaskDefinition<ExportInput> {
    const { databasePath, datasets, packs, places } = this.#parts;
    return {
      kind: 'dataset-export',
      onRestart: 'resume',
      run: async context => {
        const row = this.get(context.input.exportId);
        const version = datasets.getVersion(row.versionId);
        const target = places.export(row.id);
        const { revision, bytes } = await runArtifactWorker(
          {
            databasePath,
            packsDirectory: packs.directory,
            versionKey: version.key,
            revision: null,
            work: { kind: 'export', format: row.format, withData: row.withData, target }
          },
          packs,
          change => context.progress(change),
          context.signal
        );
        return tx => {
          tx.update(exports).set({ revision, bytes }).where(eq(exports.id, row.id)).run();
          this.#giveUpOld(row.versionId);
        };
      },
      undo: (_task, { exportId }) => rmSync(places.export(exportId), { force: true }),
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

  /** Forgets all but the newest exports of a version. Call it inside a transaction. */
  #giveUpOld(versionId: string): void {
    const { db, places } = this.#parts;
    db.write(tx => {
      const old = tx
        .select({ id: exports.id, bytes: exports.bytes })
        .from(exports)
        .where(eq(exports.versionId, versionId))
        .orderBy(desc(exports.id))
        .all()
        .filter(row => row.bytes !== null)
        .slice(KEPT);
      for (const { id } of old) {
        tx.delete(exports).where(eq(exports.id, id)).run();
        tx.afterCommit(() => rmSync(places.export(id), { force: true }));
      }
    });
  }
}
