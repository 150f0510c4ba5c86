import { and, eq, sql, type InferSelectModel, type SQL } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Page } from '@topsdl/contract';
import { ProblemError } from '../http/problem.ts';
import type { Orm } from './database.ts';
import { keyset, type Ordering, type PageRequest } from './paging.ts';

/** How many rows a filter lets through. */
export function countRows(orm: Orm, table: SQLiteTable, filter: SQL | undefined): number {
  const row = orm
    .select({ count: sql<number>`count(*)` })
    .from(table)
    .where(filter)
    .get();
  return row?.count ?? 0;
}

/** One page of the rows that a filter lets through, with the number of all of them. */
export function listRows<Table extends SQLiteTable>(
  orm: Orm,
  table: Table,
  ordering: Ordering<InferSelectModel<Table>>,
  filter: SQL | undefined,
  request: PageRequest
): Page<InferSelectModel<Table>> {
  const page = keyset(ordering, request);
  const rows = orm
    .select()
    .from<SQLiteTable>(table)
    .where(and(filter, page.where))
    .orderBy(...page.orderBy)
    .limit(page.limit)
    .all() as InferSelectModel<Table>[];
  return page.page(rows, row => row, countRows(orm, table, filter));
}

/** A page as it is shown. */
export function mapPage<From, To>(page: Page<From>, present: (item: From) => To): Page<To> {
  return { ...page, items: page.items.map(present) };
}

/**
 * Asked in the transaction that gives something its name.
 *
 * @param within the rows among which it has to be the only one
 * @throws ProblemError `name-taken` at `body.name`
 */
export function requireFreeName(
  orm: Orm,
  table: SQLiteTable & { readonly name: SQLiteColumn },
  name: string,
  within?: SQL
): void {
  if (countRows(orm, table, and(within, eq(table.name, name))) > 0) {
    throw new ProblemError('name-taken', { name }, 'body.name');
  }
}
