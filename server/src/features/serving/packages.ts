import { and, desc, eq, isNull, sum } from 'drizzle-orm';
import type { Page, Scenario } from '@topsdl/contract';
import type { App } from '../../app.ts';
import type { Database, Orm, Transaction } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import { contains, namedOrdering, type NamedRequest, type PageRequest } from '../../db/paging.ts';
import { countRows, listRows, requireFreeName } from '../../db/rows.ts';
import { ProblemError } from '../../http/problem.ts';
import { algorithmSets, modelSets } from '../../sets/service.ts';
import type { Use } from '../../uses.ts';
import {
  packages,
  packageVersions,
  type Packed,
  type PackageRow,
  type PackageVersionRow
} from './table.ts';

/** What a person writes into a version. */
export interface VersionInput {
  readonly modelVersionIds: readonly string[];
  readonly algorithmVersionIds: readonly string[];
  readonly port: number;
  readonly arguments: readonly string[];
  readonly requirements: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly setupCommand: string;
}

/** Variables whose names begin so are the platform's. */
export const OURS = 'TOPSDL_';

const byNumber = {
  name: 'package-versions',
  columns: [packageVersions.number],
  direction: 'descending' as const,
  keys: (row: PackageVersionRow) => [row.number]
};

/** Model packages and their versions; building them is another's work. */
export class Packages {
  readonly #app: App;
  readonly #db: Database;

  constructor(app: App) {
    this.#app = app;
    this.#db = app.db;
  }

  find(id: string, orm: Orm = this.#db.orm): PackageRow | undefined {
    return orm.select().from(packages).where(eq(packages.id, id)).get();
  }

  /** @throws ProblemError `not-found` */
  get(id: string, orm: Orm = this.#db.orm): PackageRow {
    const row = this.find(id, orm);
    if (!row) {
      throw new ProblemError('not-found', { kind: 'package' });
    }
    return row;
  }

  findVersion(id: string, orm: Orm = this.#db.orm): PackageVersionRow | undefined {
    return orm.select().from(packageVersions).where(eq(packageVersions.id, id)).get();
  }

  /** @throws ProblemError `not-found` */
  getVersion(id: string, orm: Orm = this.#db.orm): PackageVersionRow {
    const row = this.findVersion(id, orm);
    if (!row) {
      throw new ProblemError('not-found', { kind: 'package-version' });
    }
    return row;
  }

  list(projectId: string, query: NamedRequest): Page<PackageRow> {
    const filter = and(
      eq(packages.projectId, projectId),
      contains(packages.name, query.search),
      query.createdBy === undefined ? undefined : eq(packages.createdBy, query.createdBy)
    );
    const ordering = namedOrdering('packages', packages, query);
    return listRows(this.#db.orm, packages, ordering, filter, query);
  }

  listVersions(packageId: string, request: PageRequest): Page<PackageVersionRow> {
    const filter = eq(packageVersions.packageId, packageId);
    return listRows(this.#db.orm, packageVersions, byNumber, filter, request);
  }

  newest(packageId: string, limit: number): PackageVersionRow[] {
    return this.#db.orm
      .select()
      .from(packageVersions)
      .where(eq(packageVersions.packageId, packageId))
      .orderBy(desc(packageVersions.number))
      .limit(limit)
      .all();
  }

  countVersions(packageId: string, orm: Orm = this.#db.orm): number {
    return countRows(orm, packageVersions, eq(packageVersions.packageId, packageId));
  }

  /** Ids of all versions, for those who clear away what belongs to none. */
  versionIds(): Set<string> {
    const rows = this.#db.orm.select({ id: packageVersions.id }).from(packageVersions).all();
    return new Set(rows.map(({ id }) => id));
  }

  /** Bytes of a project's images. */
  bytes(projectId: string): number {
    const row = this.#db.orm
      .select({ bytes: sum(packageVersions.bytes) })
      .from(packageVersions)
      .where(eq(packageVersions.projectId, projectId))
      .get();
    return Number(row?.bytes ?? 0);
  }

  create(
    projectId: string,
    input: { name: string; scenario: Scenario; details: string },
    userId: string
  ): PackageRow {
    return this.#db.write(tx => {
      requireFreeName(tx, packages, input.name, eq(packages.projectId, projectId));
      const row = tx
        .insert(packages)
        .values({ ...input, id: newId(), projectId, createdAt: Date.now(), createdBy: userId })
        .returning()
        .get();
      this.#emit(tx, 'created', row, userId);
      return row;
    });
  }

  update(id: string, details: string, userId: string): PackageRow {
    return this.#db.write(tx => {
      const row = tx.update(packages).set({ details }).where(eq(packages.id, id)).returning().get();
      this.#emit(tx, 'updated', row, userId);
      return row;
    });
  }

  /** @throws ProblemError `not-empty` while there are versions */
  delete(id: string, userId: string): void {
    this.#db.write(tx => {
      const row = this.get(id, tx);
      const versions = this.countVersions(id, tx);
      if (versions > 0) {
        throw new ProblemError('not-empty', { count: versions, what: 'versions' });
      }
      tx.delete(packages).where(eq(packages.id, id)).run();
      this.#emit(tx, 'deleted', row, userId);
    });
  }

  /** @throws ProblemError `not-found`, `set-twice`, `variable-reserved`, `invalid`, naming the field */
  addVersion(
    tx: Transaction,
    packageId: string,
    input: VersionInput,
    userId: string
  ): PackageVersionRow {
    const { nextNumber, projectId } = this.get(packageId, tx);
    if ((input.arguments[0] ?? '') === '') {
      throw new ProblemError('invalid', {}, 'body.arguments', {
        fields: [{ field: 'body.arguments', code: 'rule.required', params: {} }]
      });
    }
    refuseOurs(input.environment);
    tx.update(packages)
      .set({ nextNumber: nextNumber + 1 })
      .where(eq(packages.id, packageId))
      .run();
    const row = tx
      .insert(packageVersions)
      .values({
        id: newId(),
        packageId,
        projectId,
        number: nextNumber,
        models: this.#packed('model', projectId, input.modelVersionIds),
        algorithms: this.#packed('algorithm', projectId, input.algorithmVersionIds),
        port: input.port,
        arguments: [...input.arguments],
        requirements: [...input.requirements],
        environment: { ...input.environment },
        setupCommand: input.setupCommand,
        createdAt: Date.now(),
        createdBy: userId
      })
      .returning()
      .get();
    this.emitVersion(tx, 'created', row, userId);
    return row;
  }

  /** Says that a version changed; one that is new or gone is also activity of the project. */
  emitVersion(
    tx: Transaction,
    type: 'created' | 'updated' | 'deleted',
    row: PackageVersionRow,
    userId: string | null
  ): void {
    tx.emit({
      type,
      kind: 'package-version',
      id: row.id,
      projectId: row.projectId,
      parentId: row.packageId,
      byUserId: userId,
      ...(type === 'updated' ? {} : { name: this.nameOf(row, tx) })
    });
  }

  /** What people call a version. */
  nameOf(row: PackageVersionRow, orm: Orm = this.#db.orm): string {
    return `${this.find(row.packageId, orm)?.name ?? ''} v${row.number}`;
  }

  /** Versions that still need a version of a set: those that are not built have no copy of it. */
  usesOfSetVersion(kind: 'models' | 'algorithms', versionId: string): Use[] {
    return this.#db.orm
      .select()
      .from(packageVersions)
      .where(isNull(packageVersions.bytes))
      .all()
      .filter(row => row[kind].some(packed => packed.versionId === versionId))
      .map(row => ({ kind: 'package-version', name: this.nameOf(row) }));
  }

  usesOfProject(projectId: string): Use[] {
    return this.#db.orm
      .select({ name: packages.name })
      .from(packages)
      .where(eq(packages.projectId, projectId))
      .all()
      .map(({ name }) => ({ kind: 'package', name }));
  }

  /** What is packed: versions of the project's own sets, or of public ones, each set once. */
  #packed(kind: 'model' | 'algorithm', projectId: string, ids: readonly string[]): Packed[] {
    const { sets } = this.#app.services.get(kind === 'model' ? modelSets : algorithmSets);
    const seen = new Set<string>();
    return ids.map((versionId, place) => {
      const field = `body.${kind}VersionIds.${place}`;
      const found = sets.findVersion(versionId);
      if (!found || (found.set.projectId !== null && found.set.projectId !== projectId)) {
        throw new ProblemError('not-found', { kind: `${kind}-version` }, field);
      }
      const { set, version } = found;
      if (seen.has(set.id)) {
        throw new ProblemError('set-twice', { name: set.name }, field);
      }
      seen.add(set.id);
      return {
        versionId,
        setId: set.id,
        name: set.name,
        number: version.number,
        public: set.projectId === null
      };
    });
  }

  #emit(
    tx: Transaction,
    type: 'created' | 'updated' | 'deleted',
    row: PackageRow,
    userId: string
  ): void {
    tx.emit({
      type,
      kind: 'package',
      id: row.id,
      projectId: row.projectId,
      byUserId: userId,
      name: row.name
    });
  }
}

/** @throws ProblemError `variable-reserved` for a variable that the platform sets itself */
export function refuseOurs(environment: Readonly<Record<string, string>>): void {
  const ours = Object.keys(environment).find(name => name.startsWith(OURS));
  if (ours !== undefined) {
    throw new ProblemError('variable-reserved', { name: ours }, `body.environment.${ours}`);
  }
}
