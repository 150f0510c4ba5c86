import { and, asc, desc, eq } from 'drizzle-orm';
import type { Page } from '@topsdl/contract';
import type { Database, Orm, Transaction } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import { contains, namedOrdering, type NamedRequest } from '../../db/paging.ts';
import { countRows, listRows, requireFreeName } from '../../db/rows.ts';
import { ProblemError } from '../../http/problem.ts';
import type { Use } from '../../uses.ts';
import type { MountIds } from './references.ts';
import {
  trainingMounts,
  trainingRuns,
  trainings,
  type MountKind,
  type TrainingRow
} from './table.ts';

/** What a person writes into a definition. */
export interface DefinitionInput {
  readonly name: string;
  readonly mounts: MountIds;
  readonly specId: string;
  readonly command: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly nodes: number;
  readonly graceSeconds: number;
  readonly saveModelSetId: string | null;
}

/** Training definitions. */
export class Definitions {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  find(id: string, orm: Orm = this.#db.orm): TrainingRow | undefined {
    return orm.select().from(trainings).where(eq(trainings.id, id)).get();
  }

  get(id: string, orm: Orm = this.#db.orm): TrainingRow {
    const row = this.find(id, orm);
    if (!row) {
      throw new ProblemError('not-found', { kind: 'training' });
    }
    return row;
  }

  list(projectId: string, query: NamedRequest): Page<TrainingRow> {
    const filter = and(
      eq(trainings.projectId, projectId),
      contains(trainings.name, query.search),
      query.createdBy === undefined ? undefined : eq(trainings.createdBy, query.createdBy)
    );
    const ordering = namedOrdering('training', trainings, query);
    return listRows(this.#db.orm, trainings, ordering, filter, query);
  }

  /** Ids of the versions that a definition mounts, by kind, in the order they were chosen. */
  mountsOf(trainingId: string, orm: Orm = this.#db.orm): MountIds {
    const rows = orm
      .select()
      .from(trainingMounts)
      .where(eq(trainingMounts.trainingId, trainingId))
      .orderBy(asc(trainingMounts.kind), asc(trainingMounts.place))
      .all();
    const of = (kind: MountKind) =>
      rows.filter(row => row.kind === kind).map(({ versionId }) => versionId);
    return { dataset: of('dataset'), algorithm: of('algorithm'), model: of('model') };
  }

  inputOf(row: TrainingRow): DefinitionInput {
    return { ...row, mounts: this.mountsOf(row.id) };
  }

  create(projectId: string, input: DefinitionInput, userId: string): TrainingRow {
    return this.#db.write(tx => {
      requireFreeName(tx, trainings, input.name, eq(trainings.projectId, projectId));
      const { mounts, ...fields } = pick(input);
      const row = tx
        .insert(trainings)
        .values({ ...fields, id: newId(), projectId, createdAt: Date.now(), createdBy: userId })
        .returning()
        .get();
      writeMounts(tx, row.id, mounts);
      this.#emit(tx, 'created', row, userId);
      return row;
    });
  }

  update(id: string, input: DefinitionInput, userId: string): TrainingRow {
    return this.#db.write(tx => {
      const before = this.get(id, tx);
      if (before.name !== input.name) {
        requireFreeName(tx, trainings, input.name, eq(trainings.projectId, before.projectId));
      }
      const { mounts, ...fields } = pick(input);
      const row = tx.update(trainings).set(fields).where(eq(trainings.id, id)).returning().get();
      tx.delete(trainingMounts).where(eq(trainingMounts.trainingId, id)).run();
      writeMounts(tx, id, mounts);
      this.#emit(tx, 'updated', row, userId);
      return row;
    });
  }

  /** @throws ProblemError `not-empty` while there are runs */
  delete(id: string, userId: string): void {
    this.#db.write(tx => {
      const row = this.get(id, tx);
      const runs = this.countRuns(id, tx);
      if (runs > 0) {
        throw new ProblemError('not-empty', { count: runs, what: 'runs' });
      }
      tx.delete(trainings).where(eq(trainings.id, id)).run();
      this.#emit(tx, 'deleted', row, userId);
    });
  }

  countRuns(id: string, orm: Orm = this.#db.orm): number {
    return countRows(orm, trainingRuns, eq(trainingRuns.trainingId, id));
  }

  /** Takes the next number for a run. */
  nextRun(tx: Transaction, id: string): number {
    const row = this.get(id, tx);
    tx.update(trainings)
      .set({ nextRun: row.nextRun + 1 })
      .where(eq(trainings.id, id))
      .run();
    return row.nextRun;
  }

  /** Definitions that mount a version. */
  usesOfVersion(kind: MountKind, versionId: string): Use[] {
    return this.#db.orm
      .selectDistinct({ name: trainings.name })
      .from(trainingMounts)
      .innerJoin(trainings, eq(trainings.id, trainingMounts.trainingId))
      .where(and(eq(trainingMounts.versionId, versionId), eq(trainingMounts.kind, kind)))
      .orderBy(trainings.name)
      .all()
      .map(asUse);
  }

  /** Definitions that name a spec, a model set or that lie in a project. */
  usesBy(column: 'specId' | 'saveModelSetId' | 'projectId', id: string): Use[] {
    return this.#db.orm
      .select({ name: trainings.name })
      .from(trainings)
      .where(eq(trainings[column], id))
      .orderBy(desc(trainings.id))
      .all()
      .map(asUse);
  }

  #emit(
    tx: Transaction,
    type: 'created' | 'updated' | 'deleted',
    row: TrainingRow,
    userId: string
  ): void {
    tx.emit({
      type,
      kind: 'training',
      id: row.id,
      projectId: row.projectId,
      byUserId: userId,
      name: row.name
    });
  }
}

function asUse({ name }: { name: string }): Use {
  return { kind: 'training', name };
}

function pick(input: DefinitionInput): DefinitionInput {
  return {
    name: input.name,
    mounts: input.mounts,
    specId: input.specId,
    command: input.command,
    environment: { ...input.environment },
    nodes: input.nodes,
    graceSeconds: input.graceSeconds,
    saveModelSetId: input.saveModelSetId
  };
}

function writeMounts(tx: Transaction, trainingId: string, mounts: MountIds): void {
  const rows = Object.entries(mounts).flatMap(([kind, ids]) =>
    ids.map((versionId, place) => ({ trainingId, kind: kind as MountKind, place, versionId }))
  );
  if (rows.length > 0) {
    tx.insert(trainingMounts).values(rows).run();
  }
}
