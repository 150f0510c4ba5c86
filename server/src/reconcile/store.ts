import { and, asc, count, desc, eq, inArray, isNotNull, isNull, lt, type SQL } from 'drizzle-orm';
import type { Orm } from '../db/database.ts';
import { HOLDING } from './states.ts';
import { workloads, type Workload, type WorkloadKind } from './table.ts';

/** Reads and writes of the workloads' table; pass the transaction, or the database's `orm` to read. */
export const store = {
  get(orm: Orm, id: string): Workload | undefined {
    return orm.select().from(workloads).where(eq(workloads.id, id)).get();
  },

  /** The attempts of an owner, the first one first. */
  attempts(orm: Orm, kind: WorkloadKind, ownerId: string): Workload[] {
    return orm
      .select()
      .from(workloads)
      .where(and(eq(workloads.kind, kind), eq(workloads.ownerId, ownerId)))
      .orderBy(asc(workloads.attempt))
      .all();
  },

  latest(orm: Orm, kind: WorkloadKind, ownerId: string): Workload | undefined {
    return orm
      .select()
      .from(workloads)
      .where(and(eq(workloads.kind, kind), eq(workloads.ownerId, ownerId)))
      .orderBy(desc(workloads.attempt))
      .limit(1)
      .get();
  },

  /** Whether anything was ever asked to run for it. */
  isOwner(orm: Orm, ownerId: string): boolean {
    const row = orm
      .select({ id: workloads.id })
      .from(workloads)
      .where(eq(workloads.ownerId, ownerId))
      .limit(1)
      .get();
    return row !== undefined;
  },

  insert(tx: Orm, row: typeof workloads.$inferInsert): Workload {
    return tx.insert(workloads).values(row).returning().get();
  },

  update(tx: Orm, id: string, change: Partial<typeof workloads.$inferInsert>): Workload {
    return tx.update(workloads).set(change).where(eq(workloads.id, id)).returning().get();
  },

  remove(tx: Orm, kind: WorkloadKind, ownerId: string): void {
    tx.delete(workloads)
      .where(and(eq(workloads.kind, kind), eq(workloads.ownerId, ownerId)))
      .run();
  },

  /** All that wait, in the order they came. */
  pending(orm: Orm, projectId?: string): Workload[] {
    return inOrder(orm, and(eq(workloads.state, 'pending'), ofProject(projectId)));
  },

  /** All that hold resources. */
  holding(orm: Orm, projectId?: string): Workload[] {
    return inOrder(orm, and(inArray(workloads.state, HOLDING), ofProject(projectId)));
  },

  /** All that the reconciler still has to do with. */
  unsettled(orm: Orm): Workload[] {
    return inOrder(orm, isNull(workloads.settledAt));
  },

  started(orm: Orm): Workload[] {
    return inOrder(orm, and(isNull(workloads.settledAt), isNotNull(workloads.handle)));
  },

  /** How many of a project wait before one. */
  ahead(orm: Orm, workload: Workload): number {
    const row = orm
      .select({ total: count() })
      .from(workloads)
      .where(
        and(
          eq(workloads.state, 'pending'),
          eq(workloads.projectId, workload.projectId),
          lt(workloads.seq, workload.seq)
        )
      )
      .get();
    return row?.total ?? 0;
  }
};

function inOrder(orm: Orm, where: SQL | undefined): Workload[] {
  return orm.select().from(workloads).where(where).orderBy(asc(workloads.seq)).all();
}

function ofProject(projectId: string | undefined): SQL | undefined {
  return projectId === undefined ? undefined : eq(workloads.projectId, projectId);
}
