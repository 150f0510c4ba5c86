import {
  and,
  asc,
  count,
  desc,
  eq,
  inArray,
  isNotNull,
  isNull,
  lt,
  sql,
  type SQL
} from 'drizzle-orm';
import type { Orm } from '../db/database.ts';
import { prepared } from '../db/prepared.ts';
import { HOLDING } from './states.ts';
import { workloads, type Workload, type WorkloadKind } from './table.ts';

/** Thousandths of a core, bytes of memory and cards. */
export interface Held {
  readonly projectId: string;
  readonly milliCpu: number;
  readonly memoryBytes: number;
  readonly cards: number;
  readonly cardResource: string | null;
}

const byId = prepared(orm =>
  orm
    .select()
    .from(workloads)
    .where(eq(workloads.id, sql.placeholder('id')))
    .prepare()
);

type NewRow = typeof workloads.$inferInsert;
type Change = Partial<NewRow>;
type Run = (values: Record<string, unknown>) => Workload;

/** Rows that are written are of few forms: a statement for each set of columns, and those of them that are null. */
class Forms {
  readonly #build: (columns: Change) => Run;
  readonly #statements = new Map<string, Run>();

  constructor(build: (columns: Change) => Run) {
    this.#build = build;
  }

  run(row: Change, more: Record<string, unknown> = {}): Workload {
    const columns = Object.entries(row).filter(([, value]) => value !== undefined);
    const form = columns.map(([name, value]) => (value === null ? `-${name}` : name)).join(' ');
    let statement = this.#statements.get(form);
    if (statement === undefined) {
      const placeholders = columns.map(([name, value]) => [
        name,
        value === null ? null : sql.placeholder(name)
      ]);
      statement = this.#build(Object.fromEntries(placeholders) as Change);
      this.#statements.set(form, statement);
    }
    return statement({ ...row, ...more });
  }
}

const inserts = prepared(
  orm =>
    new Forms(columns => {
      const built = orm
        .insert(workloads)
        .values(columns as NewRow)
        .returning()
        .prepare();
      return values => built.get(values);
    })
);

const updates = prepared(
  orm =>
    new Forms(columns => {
      const built = orm
        .update(workloads)
        .set(columns)
        .where(eq(workloads.id, sql.placeholder('of')))
        .returning()
        .prepare();
      return values => built.get(values);
    })
);

const anyPending = prepared(orm =>
  orm
    .select({ id: workloads.id })
    .from(workloads)
    .where(eq(workloads.state, 'pending'))
    .limit(1)
    .prepare()
);

const sums = prepared(orm => {
  const { projectId, cardResource, cpu, memoryBytes, cards, nodes, state, counted } = workloads;
  return orm
    .select({
      projectId,
      cardResource,
      milliCpu: sql<number>`sum(cast(round(${cpu} * 1000) as integer) * ${nodes})`,
      memoryBytes: sql<number>`sum(${memoryBytes} * ${nodes})`,
      cards: sql<number>`sum(${cards} * ${nodes})`
    })
    .from(workloads)
    .where(and(inArray(state, HOLDING), eq(counted, true)))
    .groupBy(projectId, cardResource)
    .prepare();
});

/** Reads and writes of the workloads' table; pass the transaction, or the database's `orm` to read. */
export const store = {
  get(orm: Orm, id: string): Workload | undefined {
    return byId(orm).get({ id });
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

  insert(tx: Orm, row: NewRow): Workload {
    return inserts(tx).run(row);
  },

  update(tx: Orm, id: string, change: Change): Workload {
    return updates(tx).run(change, { of: id });
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

  /** What all that hold resources have together and count for, by project and kind of card. */
  held(orm: Orm): Held[] {
    return sums(orm).all();
  },

  /** All that the reconciler still has to do with. */
  unsettled(orm: Orm): Workload[] {
    return inOrder(orm, isNull(workloads.settledAt));
  },

  started(orm: Orm): Workload[] {
    return inOrder(orm, and(isNull(workloads.settledAt), isNotNull(workloads.handle)));
  },

  /** Whether any waits. */
  isAnyPending(orm: Orm): boolean {
    return anyPending(orm).get() !== undefined;
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
