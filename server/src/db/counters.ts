import { and, eq, sql } from 'drizzle-orm';
import type { Orm } from './database.ts';
import { counters } from './table.ts';

/** Adds to a counter. Call it in the transaction that adds or removes what is counted. */
export function count(tx: Orm, scope: string, name: string, change: number): void {
  tx.insert(counters)
    .values({ scope, name, value: change })
    .onConflictDoUpdate({
      target: [counters.scope, counters.name],
      set: { value: sql`${counters.value} + ${change}` }
    })
    .run();
}

/** A counter's value; 0 where nothing was counted yet. */
export function counted(orm: Orm, scope: string, name: string): number {
  const row = orm
    .select({ value: counters.value })
    .from(counters)
    .where(and(eq(counters.scope, scope), eq(counters.name, name)))
    .get();
  return row?.value ?? 0;
}
