import { eq } from 'drizzle-orm';
import type { Page } from '@topsdl/contract';
import type { Database, Transaction } from '../../../db/database.ts';
import { newId } from '../../../db/ids.ts';
import type { PageRequest } from '../../../db/paging.ts';
import { listRows } from '../../../db/rows.ts';
import { ProblemError } from '../../../http/problem.ts';
import { datasetVersions, labels } from '../../../library/table.ts';
import type { TaskRow } from '../../../tasks/table.ts';
import type { TaskRunner } from '../../../tasks/runner.ts';
import type { UploadClaims } from '../../uploads/index.ts';
import type { Datasets } from '../service.ts';
import { versionEvent } from '../service.ts';
import { imports, refusedEntries, type ImportRow, type RequestedFormat } from '../table.ts';
import { nothingYet } from './counts.ts';

/** What an import's task is given; everything else is in the import's row. */
export interface ImportInput {
  readonly importId: string;
}

export interface ImportRequest {
  readonly versionId: string;
  readonly uploadIds: readonly string[];
  readonly dryRun: boolean;
  readonly format: RequestedFormat;
  readonly userId: string | null;
}

type RefusedRow = typeof refusedEntries.$inferSelect;

const byAge = {
  name: 'imports',
  columns: [imports.id],
  direction: 'descending' as const,
  keys: (row: ImportRow) => [row.id]
};

const byPlace = {
  name: 'refused',
  columns: [refusedEntries.key],
  direction: 'ascending' as const,
  keys: (row: RefusedRow) => [row.key]
};

/** Imports as people see them: begun, listed, reported. The work is in `run.ts`. */
export class Imports {
  readonly #db: Database;
  readonly #datasets: Datasets;
  readonly #tasks: TaskRunner;
  readonly #uploads: () => UploadClaims;

  constructor(db: Database, datasets: Datasets, tasks: TaskRunner, uploads: () => UploadClaims) {
    this.#db = db;
    this.#datasets = datasets;
    this.#tasks = tasks;
    this.#uploads = uploads;
  }

  /** Begins an import; a version takes one at a time, dry runs aside. */
  start(request: ImportRequest): ImportRow {
    return this.#db.write(tx => {
      const version = this.#datasets.getVersion(request.versionId);
      const dataset = this.#datasets.get(version.datasetId);
      if (!request.dryRun && version.importId !== null) {
        throw new ProblemError('version-busy', { kind: 'import' });
      }
      const id = newId();
      const claimed = this.#uploads().claim(request.uploadIds, dataset.projectId, id);
      const input: ImportInput = { importId: id };
      const task = this.#tasks.create(tx, {
        kind: 'dataset-import',
        projectId: dataset.homeProjectId,
        subject: {
          kind: 'dataset-version',
          id: version.id,
          name: `${dataset.name} v${version.number}`
        },
        input,
        createdBy: request.userId
      });
      const row = tx
        .insert(imports)
        .values({
          id,
          versionId: version.id,
          taskId: task.id,
          dryRun: request.dryRun,
          requestedFormat: request.format,
          uploadIds: [...request.uploadIds],
          fileNames: claimed.map(upload => upload.fileName),
          counts: nothingYet(),
          labels: [],
          createdAt: task.createdAt,
          createdBy: request.userId
        })
        .returning()
        .get();
      if (!request.dryRun) {
        tx.update(datasetVersions)
          .set({ importId: id })
          .where(eq(datasetVersions.id, version.id))
          .run();
        tx.emit({ ...versionEvent(version, dataset, request.userId), type: 'updated' });
      }
      return row;
    });
  }

  find(importId: string): ImportRow | undefined {
    return this.#db.orm.select().from(imports).where(eq(imports.id, importId)).get();
  }

  get(importId: string): ImportRow {
    const row = this.find(importId);
    if (!row) {
      throw new ProblemError('not-found', { kind: 'import' });
    }
    return row;
  }

  task(row: ImportRow): TaskRow {
    const task = this.#tasks.get(row.taskId);
    if (!task) {
      throw new Error(`import ${row.id} has no task`);
    }
    return task;
  }

  list(versionId: string, request: PageRequest): Page<ImportRow> {
    return listRows(this.#db.orm, imports, byAge, eq(imports.versionId, versionId), request);
  }

  /** The entries that were not taken, in the order they were met. */
  refused(importId: string, request: PageRequest): Page<RefusedRow> {
    const filter = eq(refusedEntries.importId, importId);
    return listRows(this.#db.orm, refusedEntries, byPlace, filter, request);
  }

  /** Names of the labels that a dataset has. */
  labelNames(tx: Transaction, datasetId: string): Set<string> {
    return new Set(
      tx
        .select({ name: labels.name, importId: labels.importId })
        .from(labels)
        .where(eq(labels.datasetId, datasetId))
        .all()
        .filter(row => row.importId === null)
        .map(row => row.name)
    );
  }
}
