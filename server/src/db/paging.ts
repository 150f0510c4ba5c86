import { asc, desc, sql, type SQL } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { ProblemError } from '../http/problem.ts';

/** Rows of a page where the caller does not say. */
export const DEFAULT_LIMIT = 50;

/** The form that the API's document gives. */
const FORM = /^WyJ[A-Za-z0-9_-]+$/;

type Key = string | number | null;

/**
 * The order of a list: columns from the most to the least significant, the last one unique, all in one
 * direction. An index on them makes every page cost the same.
 */
export interface Ordering<Row> {
  /** Distinguishes the cursors of this list from others'. */
  readonly name: string;
  readonly columns: readonly (SQLiteColumn | SQL)[];
  readonly direction: 'ascending' | 'descending';
  /** The values of the columns in a row that was read. */
  readonly keys: (row: Row) => readonly Key[];
}

export interface PageRequest {
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
}

/** What a list of things with names is asked for. */
export interface NamedRequest extends PageRequest {
  readonly search?: string | undefined;
  readonly sort?: 'newest' | 'name' | undefined;
  /** Only what this user created. */
  readonly createdBy?: string | undefined;
}

/** The order that was asked for: the newest first, or by name, without regard to (ASCII) case. */
export function namedOrdering<Row extends { readonly id: string; readonly name: string }>(
  list: string,
  table: { readonly id: SQLiteColumn; readonly name: SQLiteColumn },
  { sort }: NamedRequest
): Ordering<Row> {
  return sort === 'name'
    ? {
        name: `${list} by name`,
        columns: [sql`${table.name} COLLATE NOCASE`, table.id],
        direction: 'ascending',
        keys: row => [row.name, row.id]
      }
    : { name: list, columns: [table.id], direction: 'descending', keys: row => [row.id] };
}

/** An opaque cursor after these keys. */
export function encodeCursor(name: string, keys: readonly Key[]): string {
  return Buffer.from(JSON.stringify([name, ...keys])).toString('base64url');
}

/**
 * The keys in a cursor.
 *
 * @throws ProblemError `bad-cursor` when it was not made by this list
 */
export function decodeCursor(name: string, length: number, cursor: string): Key[] {
  try {
    const [owner, ...keys] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as Key[];
    const sound = keys.every(
      key => key === null || typeof key === 'string' || Number.isFinite(key)
    );
    if (owner === name && keys.length === length && sound) {
      return keys;
    }
  } catch {
    // Answered below: whoever sent it made it up.
  }
  throw badCursor(cursor);
}

/** What has the form of a cursor names a page that is not there; what has not is no cursor. */
export function badCursor(cursor: string): ProblemError {
  const status = FORM.test(cursor) ? 404 : 400;
  return new ProblemError('bad-cursor', {}, 'query.cursor', { status });
}

/** What a list's query needs for one page: ask for `limit` rows and give them to `page`. */
export interface Keyset<Row> {
  readonly where: SQL | undefined;
  readonly orderBy: SQL[];
  /** One more than a page has, so that the last page is known. */
  readonly limit: number;
  page<Item>(
    rows: readonly Row[],
    present: (row: Row) => Item,
    total: number
  ): { items: Item[]; next?: string; total: number };
}

/** Paging by the keys of the last row seen: stable while rows come and go, and no slower on page 10,000. */
export function keyset<Row>(ordering: Ordering<Row>, request: PageRequest): Keyset<Row> {
  const limit = request.limit ?? DEFAULT_LIMIT;
  const { columns, name, direction } = ordering;
  let where: SQL | undefined;
  if (request.cursor !== undefined) {
    const keys = decodeCursor(name, columns.length, request.cursor);
    const left = sql.join(
      columns.map(column => sql`${column}`),
      sql`, `
    );
    const right = sql.join(
      keys.map(key => sql`${key}`),
      sql`, `
    );
    where = direction === 'ascending' ? sql`(${left}) > (${right})` : sql`(${left}) < (${right})`;
  }
  return {
    where,
    orderBy: columns.map(column => (direction === 'ascending' ? asc(column) : desc(column))),
    limit: limit + 1,
    page(rows, present, total) {
      const items = rows.slice(0, limit);
      const last = items.at(-1);
      const more = rows.length > limit && last !== undefined;
      return {
        items: items.map(present),
        ...(more ? { next: encodeCursor(name, ordering.keys(last)) } : {}),
        total
      };
    }
  };
}

/** A condition that a column holds a text anywhere, without regard to (ASCII) case. */
export function contains(column: SQLiteColumn, text: string | undefined): SQL | undefined {
  if (text === undefined || text.trim() === '') {
    return undefined;
  }
  const escaped = text.normalize('NFC').replace(/[\\%_]/g, '\\$&');
  return sql`${column} LIKE ${`%${escaped}%`} ESCAPE '\\'`;
}
