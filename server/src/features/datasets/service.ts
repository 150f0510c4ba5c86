import { and, desc, eq, isNull, or, sum, type SQL, sql } from 'drizzle-orm';
import type { AnnotationType, Page } from '@topsdl/contract';
import type { Database, Transaction } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import { contains, namedOrdering, type NamedRequest, type PageRequest } from '../../db/paging.ts';
import { countRows, listRows, mapPage, requireFreeName } from '../../db/rows.ts';
import { ProblemError } from '../../http/problem.ts';
import {
  datasets,
  datasetVersions,
  labels,
  type DatasetRow,
  type VersionRow
} from '../../library/table.ts';
import type { TaskRunner } from '../../tasks/runner.ts';
import { copyVersion, deleteImages, sweepVersions } from '../../library/versions.ts';

/** Versions that a dataset shows in a list. */
const NEWEST = 5;

export interface DatasetQuery extends NamedRequest {
  readonly annotationType?: AnnotationType | undefined;
  readonly visibility?: 'project' | 'public' | 'all' | undefined;
}

/** A dataset with what lists show of its versions. */
export interface DatasetSummary {
  readonly dataset: DatasetRow;
  readonly versionCount: number;
  readonly versions: VersionRow[];
}

const byNumber = {
  name: 'dataset-versions',
  columns: [datasetVersions.number],
  direction: 'descending' as const,
  keys: (row: VersionRow) => [row.number]
};

/** Datasets and their versions. */
export class Datasets {
  readonly #db: Database;
  readonly #tasks: TaskRunner;
  readonly #copying = new Set<number>();
  /** Called when rows were hidden and are to be swept. */
  readonly #onHidden: () => void;
  readonly #find;
  readonly #findVersion;

  constructor(db: Database, tasks: TaskRunner, onHidden: () => void) {
    this.#db = db;
    this.#tasks = tasks;
    this.#onHidden = onHidden;
    // Asked for every request.
    const id = sql.placeholder('id');
    this.#find = db.orm
      .select()
      .from(datasets)
      .where(and(eq(datasets.id, id), eq(datasets.deleted, false)))
      .prepare();
    this.#findVersion = db.orm
      .select()
      .from(datasetVersions)
      .where(and(eq(datasetVersions.id, id), isNull(datasetVersions.hidden)))
      .prepare();
  }

  create(request: {
    /** Where it is created; a public one belongs to no project. */
    projectId: string;
    public: boolean;
    name: string;
    annotationType: AnnotationType;
    userId: string | null;
  }): DatasetSummary {
    const now = Date.now();
    const row: DatasetRow = {
      id: newId(now),
      projectId: request.public ? null : request.projectId,
      homeProjectId: request.projectId,
      name: request.name,
      annotationType: request.annotationType,
      nextNumber: 1,
      deleted: false,
      createdAt: now,
      createdBy: request.userId
    };
    this.#db.write(tx => {
      this.#requireFreeName(tx, row.projectId, row.name);
      tx.insert(datasets).values(row).run();
      tx.emit({ ...eventOf(row, request.userId), type: 'created', name: row.name });
    });
    return { dataset: row, versionCount: 0, versions: [] };
  }

  rename(datasetId: string, name: string, userId: string | null): DatasetSummary {
    this.#db.write(tx => {
      const row = this.get(datasetId);
      if (row.name !== name) {
        this.#requireFreeName(tx, row.projectId, name);
        tx.update(datasets).set({ name }).where(eq(datasets.id, datasetId)).run();
        tx.emit({ ...eventOf(row, userId), type: 'updated', name });
      }
    });
    return this.summary(this.get(datasetId));
  }

  #requireFreeName(tx: Transaction, projectId: string | null, name: string): void {
    const owner =
      projectId === null ? isNull(datasets.projectId) : eq(datasets.projectId, projectId);
    requireFreeName(tx, datasets, name, owner);
  }

  /** Deletes a dataset and its labels; it must have no versions. */
  delete(datasetId: string, userId: string | null): void {
    this.#db.write(tx => {
      const row = this.get(datasetId);
      const { versionCount } = this.summary(row);
      if (versionCount > 0) {
        throw new ProblemError('not-empty', { count: versionCount, what: 'versions' });
      }
      tx.delete(labels).where(eq(labels.datasetId, datasetId)).run();
      // Versions that are still being swept hang on to the row; the sweeper removes it after them.
      if (countRows(tx, datasetVersions, eq(datasetVersions.datasetId, datasetId)) === 0) {
        tx.delete(datasets).where(eq(datasets.id, datasetId)).run();
      } else {
        tx.update(datasets)
          // Its name is free again.
          .set({ deleted: true, name: `${row.name}/${row.id}` })
          .where(eq(datasets.id, datasetId))
          .run();
      }
      tx.emit({ ...eventOf(row, userId), type: 'deleted', name: row.name });
    });
  }

  find(datasetId: string): DatasetRow | undefined {
    return this.#find.get({ id: datasetId });
  }

  get(datasetId: string): DatasetRow {
    const row = this.find(datasetId);
    if (!row) {
      throw new ProblemError('not-found', { kind: 'dataset' });
    }
    return row;
  }

  list(projectId: string, query: DatasetQuery): Page<DatasetSummary> {
    const own = eq(datasets.projectId, projectId);
    const open = isNull(datasets.projectId);
    const owner: SQL | undefined =
      query.visibility === 'public' ? open : query.visibility === 'all' ? or(own, open) : own;
    const filter = and(
      owner,
      eq(datasets.deleted, false),
      contains(datasets.name, query.search),
      query.annotationType && eq(datasets.annotationType, query.annotationType),
      query.createdBy ? eq(datasets.createdBy, query.createdBy) : undefined
    );
    const ordering = namedOrdering('datasets', datasets, query);
    return mapPage(listRows(this.#db.orm, datasets, ordering, filter, query), row =>
      this.summary(row)
    );
  }

  summary(dataset: DatasetRow): DatasetSummary {
    const shown = and(eq(datasetVersions.datasetId, dataset.id), isNull(datasetVersions.hidden));
    const versions = this.#db.orm
      .select()
      .from(datasetVersions)
      .where(shown)
      .orderBy(desc(datasetVersions.number))
      .limit(NEWEST)
      .all();
    const versionCount =
      versions.length < NEWEST ? versions.length : countRows(this.#db.orm, datasetVersions, shown);
    return { dataset, versionCount, versions };
  }

  listVersions(datasetId: string, request: PageRequest): Page<VersionRow> {
    const shown = and(eq(datasetVersions.datasetId, datasetId), isNull(datasetVersions.hidden));
    return listRows(this.#db.orm, datasetVersions, byNumber, shown, request);
  }

  findVersion(versionId: string): VersionRow | undefined {
    return this.#findVersion.get({ id: versionId });
  }

  getVersion(versionId: string): VersionRow {
    const row = this.findVersion(versionId);
    if (!row) {
      throw new ProblemError('not-found', { kind: 'dataset-version' });
    }
    return row;
  }

  /** Adds a version: empty, or with the images, labels and shapes of another, whose bytes it shares. */
  async createVersion(
    datasetId: string,
    baseVersionId: string | null,
    userId: string | null
  ): Promise<VersionRow> {
    const base = baseVersionId === null ? undefined : this.findVersion(baseVersionId);
    if (baseVersionId !== null && base?.datasetId !== datasetId) {
      throw new ProblemError('not-found', { kind: 'dataset-version' }, 'body.baseVersionId');
    }
    const id = newId();
    const row = this.#db.write(tx => {
      const dataset = this.get(datasetId);
      const now = Date.now();
      tx.update(datasets)
        .set({ nextNumber: dataset.nextNumber + 1 })
        .where(eq(datasets.id, datasetId))
        .run();
      const made = tx
        .insert(datasetVersions)
        .values({
          id,
          datasetId,
          number: dataset.nextNumber,
          baseVersionId,
          hidden: base ? 'copying' : null,
          createdAt: now,
          updatedAt: now,
          createdBy: userId
        })
        .returning()
        .get();
      if (!base) {
        this.#emitCreated(tx, made, dataset, userId);
      }
      return made;
    });
    return base ? this.#copy(base, row, userId) : row;
  }

  async #copy(base: VersionRow, target: VersionRow, userId: string | null): Promise<VersionRow> {
    this.#copying.add(target.key);
    this.#copying.add(base.key);
    try {
      await copyVersion(this.#db, base, target.key);
      this.#db.write(tx => {
        tx.update(datasetVersions)
          .set({ hidden: null })
          .where(eq(datasetVersions.key, target.key))
          .run();
        this.#emitCreated(tx, target, this.get(target.datasetId), userId);
      });
    } finally {
      this.#copying.delete(target.key);
      this.#copying.delete(base.key);
      this.#onHidden();
    }
    return this.getVersion(target.id);
  }

  #emitCreated(
    tx: Transaction,
    version: VersionRow,
    dataset: DatasetRow,
    userId: string | null
  ): void {
    tx.emit({
      ...versionEvent(version, dataset, userId),
      type: 'created',
      name: `${dataset.name} v${version.number}`
    });
    tx.emit({ ...eventOf(dataset, userId), type: 'updated' });
  }

  /** Takes a version away at once; its rows go in the background, its bytes when nothing else has them. */
  deleteVersion(versionId: string, userId: string | null): void {
    this.#db.write(tx => {
      const version = this.getVersion(versionId);
      const dataset = this.get(version.datasetId);
      tx.update(datasetVersions)
        .set({ hidden: 'deleted' })
        .where(eq(datasetVersions.id, versionId))
        .run();
      tx.emit({
        ...versionEvent(version, dataset, userId),
        type: 'deleted',
        name: `${dataset.name} v${version.number}`
      });
      tx.emit({ ...eventOf(dataset, userId), type: 'updated' });
      tx.afterCommit(() => {
        for (const task of this.#tasks.activeOf(versionId)) {
          this.#tasks.cancel(task.id);
        }
        this.#onHidden();
      });
    });
  }

  deleteImages(versionId: string, imageIds: readonly string[], userId: string | null): VersionRow {
    this.#db.write(tx => {
      const version = this.getVersion(versionId);
      const dataset = this.get(version.datasetId);
      deleteImages(this.#db.sqlite, version.key, imageIds, Date.now());
      tx.emit({ ...versionEvent(version, dataset, userId), type: 'updated' });
      tx.afterCommit(this.#onHidden);
    });
    return this.getVersion(versionId);
  }

  /** Names of a project's datasets. */
  namesIn(projectId: string): string[] {
    return this.#db.orm
      .select({ name: datasets.name })
      .from(datasets)
      .where(and(eq(datasets.projectId, projectId), eq(datasets.deleted, false)))
      .all()
      .map(row => row.name);
  }

  /** Bytes of the images of all versions of a project's datasets, as often as they are referred to. */
  bytesIn(projectId: string): number {
    const row = this.#db.orm
      .select({ bytes: sum(datasetVersions.bytes) })
      .from(datasetVersions)
      .innerJoin(datasets, eq(datasets.id, datasetVersions.datasetId))
      .where(and(eq(datasets.projectId, projectId), isNull(datasetVersions.hidden)))
      .get();
    return Number(row?.bytes ?? 0);
  }

  /** Whether an import adds rows to a version; it takes them back itself when it is cancelled. */
  #importing(versionKey: number): boolean {
    const row = this.#db.orm
      .select({ importId: datasetVersions.importId })
      .from(datasetVersions)
      .where(eq(datasetVersions.key, versionKey))
      .get();
    return row != null && row.importId !== null;
  }

  /** Removes the rows of versions that are gone, and then datasets that waited for it. */
  async sweep(): Promise<void> {
    await sweepVersions(this.#db, key => this.#copying.has(key) || this.#importing(key));
    this.#db.write(tx => {
      for (const row of tx.select().from(datasets).where(eq(datasets.deleted, true)).all()) {
        if (countRows(tx, datasetVersions, eq(datasetVersions.datasetId, row.id)) === 0) {
          tx.delete(datasets).where(eq(datasets.id, row.id)).run();
        }
      }
    });
  }
}

function eventOf(dataset: DatasetRow, byUserId: string | null) {
  return {
    kind: 'dataset' as const,
    id: dataset.id,
    projectId: dataset.projectId,
    byUserId
  };
}

/** The event of a version, without its type. */
export function versionEvent(
  version: Pick<VersionRow, 'id'>,
  dataset: Pick<DatasetRow, 'id' | 'projectId'>,
  byUserId: string | null
) {
  return {
    kind: 'dataset-version' as const,
    id: version.id,
    projectId: dataset.projectId,
    parentId: dataset.id,
    byUserId
  };
}
