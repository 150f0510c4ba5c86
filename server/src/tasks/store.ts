import { and, asc, count, eq, inArray } from 'drizzle-orm';
import type { Orm } from '../db/database.ts';
import { tasks, type TaskRow } from './table.ts';

const ACTIVE = ['queued', 'running'] as const;

/** Reads of the tasks' table. */
export const taskStore = {
  get(orm: Orm, id: string): TaskRow | undefined {
    return orm.select().from(tasks).where(eq(tasks.id, id)).get();
  },

  /** Those in a state, in the order they came. */
  inState(orm: Orm, state: TaskRow['state']): TaskRow[] {
    return orm.select().from(tasks).where(eq(tasks.state, state)).orderBy(asc(tasks.id)).all();
  },

  /** Those of a subject that have not ended. */
  activeOf(orm: Orm, subjectId: string): TaskRow[] {
    return orm
      .select()
      .from(tasks)
      .where(and(eq(tasks.subjectId, subjectId), inArray(tasks.state, ACTIVE)))
      .all();
  },

  /** How many have not ended. */
  countActive(orm: Orm): number {
    const row = orm
      .select({ total: count() })
      .from(tasks)
      .where(inArray(tasks.state, ACTIVE))
      .get();
    return row?.total ?? 0;
  }
};
