import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Page, Quota, ResourceUse } from '@topsdl/contract';
import { notFound, type Memberships } from '../../access/access.ts';
import type { App } from '../../app.ts';
import type { EngineProject } from '../../compute/engine.ts';
import type { Transaction } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import { contains, type Ordering, type PageRequest } from '../../db/paging.ts';
import { listRows, requireFreeName } from '../../db/rows.ts';
import { ProblemError } from '../../http/problem.ts';
import { parseQuantity } from '../../quantity.ts';
import type { ProjectDirectory, ProjectInput } from './directory.ts';
import { engineProjects } from './engine.ts';
import { presentUse } from './present.ts';
import { projectMembers, projects, type ProjectRow } from './table.ts';

const byName: Ordering<ProjectRow> = {
  name: 'projects',
  columns: [projects.name, projects.id],
  direction: 'ascending',
  keys: row => [row.name, row.id]
};

/** Keeps projects and who belongs to them. */
export class ProjectService implements Memberships, ProjectDirectory {
  readonly #app: App;
  readonly #isMember;
  readonly #exists;

  constructor(app: App) {
    this.#app = app;
    // Asked for every request and every event.
    this.#isMember = app.db.sqlite
      .prepare<[string, string], number>(
        'SELECT 1 FROM project_members WHERE project_id = ? AND user_id = ?'
      )
      .pluck();
    this.#exists = app.db.sqlite
      .prepare<[string], number>('SELECT 1 FROM projects WHERE id = ?')
      .pluck();
  }

  isMember(userId: string, projectId: string): boolean {
    return this.#isMember.get(projectId, userId) !== undefined;
  }

  exists(projectId: string): boolean {
    return this.#exists.get(projectId) !== undefined;
  }

  projectsOf(userId: string): string[] {
    return this.#app.db.orm
      .select({ id: projectMembers.projectId })
      .from(projectMembers)
      .where(eq(projectMembers.userId, userId))
      .all()
      .map(({ id }) => id);
  }

  ids(): string[] {
    return this.#app.db.orm
      .select({ id: projects.id })
      .from(projects)
      .all()
      .map(({ id }) => id);
  }

  forEngine(): EngineProject[] {
    return engineProjects(this.#app.db.orm);
  }

  /** @param of only those that this user is a member of, and, with `mine`, has created */
  list(
    request: PageRequest & { search?: string | undefined },
    of: { memberId?: string; createdBy?: string } = {}
  ): Page<ProjectRow> {
    const filter = and(
      of.memberId === undefined
        ? undefined
        : sql`EXISTS (SELECT 1 FROM ${projectMembers}
            WHERE ${projectMembers.projectId} = ${projects.id} AND ${projectMembers.userId} = ${of.memberId})`,
      contains(projects.name, request.search),
      of.createdBy === undefined ? undefined : eq(projects.createdBy, of.createdBy)
    );
    return listRows(this.#app.db.orm, projects, byName, filter, request);
  }

  resources(projectId: string): ResourceUse[] {
    return presentUse(this.#app.usage.used(projectId), this.limits(projectId));
  }

  name(projectId: string): string | undefined {
    return this.#find(projectId)?.name;
  }

  limits(projectId: string): ReadonlyMap<string, number> {
    const quotas = this.#find(projectId)?.quotas ?? [];
    return new Map(quotas.map(({ resource, limit }) => [resource, parseQuantity(limit)]));
  }

  requireStorage(projectId: string, bytes: number, field?: string): void {
    const resource = 'storage';
    const limit = this.limits(projectId).get(resource);
    const used = this.#app.usage.used(projectId).get(resource) ?? 0;
    if (limit !== undefined && used + bytes > limit) {
      const params = { resource, requested: bytes, used, limit };
      throw new ProblemError('storage-exhausted', params, field);
    }
  }

  /** @throws ProblemError `not-found` */
  get(projectId: string): ProjectRow {
    const row = this.#find(projectId);
    if (!row) {
      throw notFound('project');
    }
    return row;
  }

  memberIds(projectId: string): string[] {
    return this.#app.db.orm
      .select({ id: projectMembers.userId })
      .from(projectMembers)
      .where(eq(projectMembers.projectId, projectId))
      .all()
      .map(({ id }) => id);
  }

  /** @throws ProblemError `name-taken`, `invalid` for doubled quotas and unknown members */
  create(input: ProjectInput, by: string | null): ProjectRow {
    return this.#app.db.write(tx => {
      requireFreeName(tx, projects, input.name);
      const quotas = soundQuotas(input.quotas ?? []);
      const row = tx
        .insert(projects)
        .values({ id: newId(), name: input.name, quotas, createdAt: Date.now(), createdBy: by })
        .returning()
        .get();
      const changed = this.#setMembers(tx, row, input.memberIds ?? []);
      this.#emit(tx, 'created', row, by);
      return changed;
    });
  }

  /** @throws ProblemError as {@link create} */
  update(projectId: string, input: Partial<ProjectInput>, by: string): ProjectRow {
    return this.#app.db.write(tx => {
      const before = this.get(projectId);
      if (input.name !== undefined && input.name !== before.name) {
        requireFreeName(tx, projects, input.name);
      }
      let row = tx
        .update(projects)
        .set({
          name: input.name ?? before.name,
          quotas: input.quotas ? soundQuotas(input.quotas) : before.quotas
        })
        .where(eq(projects.id, projectId))
        .returning()
        .get();
      if (input.memberIds) {
        row = this.#setMembers(tx, row, input.memberIds);
      }
      this.#emit(tx, 'updated', row, by);
      if (input.quotas) {
        tx.afterCommit(() => this.#app.usage.changed(projectId));
      }
      return row;
    });
  }

  /** @throws ProblemError `still-used` where something lies in it */
  delete(projectId: string, by: string): void {
    this.#app.db.write(tx => {
      const row = this.get(projectId);
      this.#app.uses.refuseUsed('project', projectId);
      tx.delete(projects).where(eq(projects.id, projectId)).run();
      this.#emit(tx, 'deleted', row, by);
      tx.afterCommit(() => this.#app.access.live.recheck());
    });
  }

  addMember(projectId: string, userId: string): void {
    if (!this.isMember(userId, projectId)) {
      this.#app.db.write(tx => {
        const row = this.#setMembers(tx, this.get(projectId), [
          ...this.memberIds(projectId),
          userId
        ]);
        this.#emit(tx, 'updated', row, null);
      });
    }
  }

  /** Takes a user who is deleted out of every project. */
  removeUser(tx: Transaction, userId: string): void {
    const left = this.projectsOf(userId);
    if (left.length === 0) {
      return;
    }
    tx.delete(projectMembers).where(eq(projectMembers.userId, userId)).run();
    const rows = tx
      .update(projects)
      .set({ memberCount: sql`${projects.memberCount} - 1` })
      .where(inArray(projects.id, left))
      .returning()
      .all();
    for (const row of rows) {
      this.#emit(tx, 'updated', row, null);
    }
  }

  #find(projectId: string): ProjectRow | undefined {
    return this.#app.db.orm.select().from(projects).where(eq(projects.id, projectId)).get();
  }

  #setMembers(tx: Transaction, row: ProjectRow, memberIds: readonly string[]): ProjectRow {
    const wanted = new Set(memberIds);
    const present = new Set(this.memberIds(row.id));
    const added = [...wanted].filter(id => !present.has(id));
    const removed = [...present].filter(id => !wanted.has(id));
    const unknown = added.find(id => !this.#app.access.accounts.isActive(id));
    if (unknown !== undefined) {
      throw new ProblemError('not-found', { kind: 'user' }, 'body.memberIds', { status: 400 });
    }
    if (removed.length > 0) {
      tx.delete(projectMembers)
        .where(and(eq(projectMembers.projectId, row.id), inArray(projectMembers.userId, removed)))
        .run();
    }
    if (added.length > 0) {
      tx.insert(projectMembers)
        .values(added.map(userId => ({ projectId: row.id, userId })))
        .run();
    }
    if (removed.length > 0) {
      tx.afterCommit(() => this.#app.access.live.recheck());
    }
    return tx
      .update(projects)
      .set({ memberCount: wanted.size })
      .where(eq(projects.id, row.id))
      .returning()
      .get();
  }

  #emit(
    tx: Transaction,
    type: 'created' | 'updated' | 'deleted',
    row: ProjectRow,
    by: string | null
  ): void {
    tx.emit({ type, kind: 'project', id: row.id, projectId: row.id, byUserId: by, name: row.name });
  }
}

/** Each resource once. The contract has checked their names and quantities. */
function soundQuotas(quotas: readonly Quota[]): Quota[] {
  const seen = new Set<string>();
  for (const [index, { resource }] of quotas.entries()) {
    if (seen.has(resource)) {
      throw new ProblemError('name-taken', { name: resource }, `body.quotas.${index}.resource`);
    }
    seen.add(resource);
  }
  return [...quotas];
}
