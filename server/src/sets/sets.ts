import { and, desc, eq, isNull, or, sum } from 'drizzle-orm';
import type { EventKind, Page, Scenario } from '@topsdl/contract';
import type { Database, Orm, Transaction } from '../db/database.ts';
import { newId } from '../db/ids.ts';
import { contains, namedOrdering, type NamedRequest, type PageRequest } from '../db/paging.ts';
import { countRows, listRows, mapPage, requireFreeName } from '../db/rows.ts';
import { ProblemError } from '../http/problem.ts';
import type { Use } from '../uses.ts';
import { fileSets, setVersions, type SetKind, type SetRow, type SetVersionRow } from './table.ts';

/** Versions that a set shows in a list. */
const NEWEST = 5;

/** Sets that stand for all that a project has, in a refusal to delete it. */
const MOST_USES = 20;

const words = {
  algorithms: { set: 'algorithm', version: 'algorithm-version' },
  models: { set: 'model', version: 'model-version' }
} as const satisfies Record<SetKind, { set: EventKind; version: EventKind }>;

export interface SetQuery extends NamedRequest {
  readonly scenario?: Scenario | undefined;
  readonly visibility?: 'project' | 'public' | 'all' | undefined;
}

/** A set with what lists show of its versions. */
export interface SetSummary {
  readonly set: SetRow;
  readonly versionCount: number;
  readonly versions: readonly SetVersionRow[];
}

/** Who asks for a deletion. */
export interface Deleter {
  readonly userId: string;
  readonly admin: boolean;
}

const byNumber = {
  name: 'set-versions',
  columns: [setVersions.number],
  direction: 'descending' as const,
  keys: (row: SetVersionRow) => [row.number]
};

/** The rows of one kind of sets: names, details and which versions there are. */
export class Sets {
  readonly kind: SetKind;
  readonly #db: Database;
  readonly #nameOf: (userId: string) => string | undefined;

  /** @param nameOf the name of a user, for the answer to who may not delete */
  constructor(kind: SetKind, db: Database, nameOf: (userId: string) => string | undefined) {
    this.kind = kind;
    this.#db = db;
    this.#nameOf = nameOf;
  }

  /** The set, if there is one of this kind. */
  find(id: string, orm: Orm = this.#db.orm): SetRow | undefined {
    return orm
      .select()
      .from(fileSets)
      .where(and(eq(fileSets.id, id), eq(fileSets.kind, this.kind)))
      .get();
  }

  get(id: string, orm: Orm = this.#db.orm): SetRow {
    const row = this.find(id, orm);
    if (!row) {
      throw new ProblemError('not-found', { kind: words[this.kind].set });
    }
    return row;
  }

  /** A version of a set of this kind, with its set. */
  findVersion(
    id: string,
    orm: Orm = this.#db.orm
  ): { version: SetVersionRow; set: SetRow } | undefined {
    const row = orm
      .select()
      .from(setVersions)
      .innerJoin(fileSets, eq(fileSets.id, setVersions.setId))
      .where(and(eq(setVersions.id, id), eq(fileSets.kind, this.kind)))
      .get();
    return row && { version: row.set_versions, set: row.file_sets };
  }

  getVersion(id: string, orm: Orm = this.#db.orm): { version: SetVersionRow; set: SetRow } {
    const found = this.findVersion(id, orm);
    if (!found) {
      throw new ProblemError('not-found', { kind: words[this.kind].version });
    }
    return found;
  }

  list(projectId: string, query: SetQuery): Page<SetSummary> {
    const visibility = query.visibility ?? 'project';
    const own = eq(fileSets.projectId, projectId);
    const everyones = isNull(fileSets.projectId);
    const filter = and(
      eq(fileSets.kind, this.kind),
      visibility === 'project' ? own : visibility === 'public' ? everyones : or(own, everyones),
      contains(fileSets.name, query.search),
      query.scenario && eq(fileSets.scenario, query.scenario),
      query.createdBy === undefined ? undefined : eq(fileSets.createdBy, query.createdBy)
    );
    const ordering = namedOrdering('sets', fileSets, query);
    return mapPage(listRows(this.#db.orm, fileSets, ordering, filter, query), row =>
      this.summary(row)
    );
  }

  listVersions(setId: string, request: PageRequest): Page<SetVersionRow> {
    return listRows(this.#db.orm, setVersions, byNumber, eq(setVersions.setId, setId), request);
  }

  /** How many sets a project has. */
  count(projectId: string): number {
    const own = and(eq(fileSets.kind, this.kind), eq(fileSets.projectId, projectId));
    return countRows(this.#db.orm, fileSets, own);
  }

  /** Bytes of all files in a project's versions. */
  bytes(projectId: string): number {
    const row = this.#db.orm
      .select({ bytes: sum(setVersions.bytes) })
      .from(setVersions)
      .innerJoin(fileSets, eq(fileSets.id, setVersions.setId))
      .where(and(eq(fileSets.kind, this.kind), eq(fileSets.projectId, projectId)))
      .get();
    return Number(row?.bytes ?? 0);
  }

  /** The project's sets, for the answer to who wants to delete the project. */
  usesOfProject(projectId: string): Use[] {
    return this.#db.orm
      .select({ name: fileSets.name })
      .from(fileSets)
      .where(and(eq(fileSets.kind, this.kind), eq(fileSets.projectId, projectId)))
      .limit(MOST_USES)
      .all()
      .map(({ name }) => ({ kind: words[this.kind].set, name }));
  }

  summary(set: SetRow): SetSummary {
    const versions = this.#db.orm
      .select()
      .from(setVersions)
      .where(eq(setVersions.setId, set.id))
      .orderBy(desc(setVersions.number))
      .limit(NEWEST)
      .all();
    return { set, versionCount: this.#countVersions(this.#db.orm, set.id), versions };
  }

  create(request: {
    projectId: string | null;
    name: string;
    scenario: Scenario;
    details: string;
    userId: string;
  }): SetRow {
    const row: SetRow = {
      id: newId(),
      kind: this.kind,
      projectId: request.projectId,
      name: request.name,
      scenario: request.scenario,
      details: request.details,
      nextNumber: 1,
      createdAt: Date.now(),
      createdBy: request.userId
    };
    this.#db.write(tx => {
      const owner =
        row.projectId === null ? isNull(fileSets.projectId) : eq(fileSets.projectId, row.projectId);
      requireFreeName(tx, fileSets, row.name, and(eq(fileSets.kind, this.kind), owner));
      tx.insert(fileSets).values(row).run();
      this.#emit(tx, 'created', row, request.userId);
    });
    return row;
  }

  update(id: string, details: string, userId: string): SetRow {
    return this.#db.write(tx => {
      const row = tx.update(fileSets).set({ details }).where(eq(fileSets.id, id)).returning().get();
      this.#emit(tx, 'updated', row, userId);
      return row;
    });
  }

  /** @throws ProblemError `creator-only`, `not-empty` */
  delete(id: string, deleter: Deleter): void {
    this.#db.write(tx => {
      const row = this.get(id, tx);
      if (row.createdBy !== deleter.userId && !deleter.admin) {
        const creator = row.createdBy === null ? '' : (this.#nameOf(row.createdBy) ?? '');
        throw new ProblemError('creator-only', { creator });
      }
      const versions = this.#countVersions(tx, id);
      if (versions > 0) {
        throw new ProblemError('not-empty', { count: versions, what: 'versions' });
      }
      tx.delete(fileSets).where(eq(fileSets.id, id)).run();
      this.#emit(tx, 'deleted', row, deleter.userId);
    });
  }

  /** Adds a version's row; its directory is there already. */
  addVersion(
    tx: Transaction,
    setId: string,
    version: Pick<SetVersionRow, 'id' | 'origin' | 'sealed' | 'fileCount' | 'bytes' | 'createdBy'>
  ): SetVersionRow {
    const set = this.get(setId, tx);
    tx.update(fileSets)
      .set({ nextNumber: set.nextNumber + 1 })
      .where(eq(fileSets.id, setId))
      .run();
    const row = tx
      .insert(setVersions)
      .values({ ...version, setId, number: set.nextNumber, createdAt: Date.now() })
      .returning()
      .get();
    this.emitVersion(tx, 'created', row, set, version.createdBy);
    return row;
  }

  /** Says that a version changed; one that is new or gone is also activity of the project. */
  emitVersion(
    tx: Transaction,
    type: 'created' | 'updated' | 'deleted',
    version: SetVersionRow,
    set: SetRow,
    userId: string | null
  ): void {
    tx.emit({
      type,
      kind: words[this.kind].version,
      id: version.id,
      projectId: set.projectId,
      parentId: set.id,
      byUserId: userId,
      ...(type === 'updated' ? {} : { name: `${set.name} v${version.number}` })
    });
  }

  #emit(
    tx: Transaction,
    type: 'created' | 'updated' | 'deleted',
    row: SetRow,
    userId: string
  ): void {
    tx.emit({
      type,
      kind: words[this.kind].set,
      id: row.id,
      projectId: row.projectId,
      byUserId: userId,
      name: row.name
    });
  }

  #countVersions(orm: Orm, setId: string): number {
    return countRows(orm, setVersions, eq(setVersions.setId, setId));
  }
}
