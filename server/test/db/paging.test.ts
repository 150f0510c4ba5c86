import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { counters } from '../../src/db/table.ts';
import { sqliteTable, text } from 'drizzle-orm/sqlite-core';
import {
  contains,
  decodeCursor,
  encodeCursor,
  keyset,
  namedOrdering,
  type NamedRequest,
  type Ordering
} from '../../src/db/paging.ts';
import { listRows } from '../../src/db/rows.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(() => {
  stage = openStage();
});
afterAll(() => stage.close());

type Row = typeof counters.$inferSelect;

const ordering = (direction: Ordering<Row>['direction']): Ordering<Row> => ({
  name: 'test',
  columns: [counters.value, counters.name],
  direction,
  keys: row => [row.value, row.name]
});

function fill(rows: readonly (readonly [string, number])[]): void {
  const { db } = stage;
  db.orm.delete(counters).run();
  for (const [name, value] of rows) {
    db.orm.insert(counters).values({ scope: 'x', name, value }).onConflictDoNothing().run();
  }
}

function readPage(order: Ordering<Row>, limit: number, cursor?: string) {
  const paging = keyset(order, { limit, cursor });
  const rows = stage.db.orm
    .select()
    .from(counters)
    .where(paging.where)
    .orderBy(...paging.orderBy)
    .limit(paging.limit)
    .all();
  return paging.page(rows, row => row.name, 0);
}

test('pages are the list, cut, whatever the limit and the values', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(fc.string({ maxLength: 8 }), fc.integer({ min: -3, max: 3 })), {
        selector: ([name]) => name,
        maxLength: 30
      }),
      fc.integer({ min: 1, max: 7 }),
      fc.constantFrom('ascending' as const, 'descending' as const),
      (rows, limit, direction) => {
        fill(rows);
        const order = ordering(direction);
        const whole = readPage(order, 200).items;
        const paged: string[] = [];
        let cursor: string | undefined;
        do {
          const page = readPage(order, limit, cursor);
          expect(page.items.length).toBeLessThanOrEqual(limit);
          paged.push(...page.items);
          cursor = page.next;
        } while (cursor !== undefined);
        expect(paged).toEqual(whole);
      }
    ),
    { numRuns: 60 }
  );
});

test('rows that come and go between pages neither double nor hide others', () => {
  fill(Array.from({ length: 10 }, (_, i) => [`n${i}`, i] as const));
  const order = ordering('ascending');
  const first = readPage(order, 4);
  stage.db.orm.insert(counters).values({ scope: 'x', name: 'early', value: -1 }).run();
  stage.db.sqlite.prepare("DELETE FROM counters WHERE name IN ('n3', 'n5')").run();
  const second = readPage(order, 4, first.next);
  expect([...first.items, ...second.items]).toEqual([
    'n0',
    'n1',
    'n2',
    'n3',
    'n4',
    'n6',
    'n7',
    'n8'
  ]);
});

test('things with names come the newest first or by name, in pages of the same order', () => {
  const names = ['beta', 'Alpha', 'gamma', '数据', 'alpha 2', 'Beta 2'];
  const rows = names.map((name, index) => ({ id: `0${index}`, name }));
  const things = sqliteTable('things', {
    id: text('id').primaryKey(),
    name: text('name').notNull()
  });
  const { sqlite, orm } = stage.db;
  sqlite.exec('CREATE TEMP TABLE things (id TEXT PRIMARY KEY, name TEXT NOT NULL)');
  orm.insert(things).values(rows).run();
  const paged = (sort: NamedRequest['sort']): string[] => {
    const found: string[] = [];
    const ordering = namedOrdering<(typeof rows)[number]>('things', things, { sort });
    for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
      const page = listRows(orm, things, ordering, undefined, { limit: 2, cursor });
      found.push(...page.items.map(({ name }) => name));
      cursor = page.next;
    }
    return found;
  };
  expect(paged('name')).toEqual(['Alpha', 'alpha 2', 'beta', 'Beta 2', 'gamma', '数据']);
  expect(paged('newest')).toEqual(names.toReversed());
  expect(paged(undefined)).toEqual(names.toReversed());
  const { next } = listRows(orm, things, namedOrdering('things', things, {}), undefined, {
    limit: 2
  });
  const byName = namedOrdering<(typeof rows)[number]>('things', things, { sort: 'name' });
  expect(() => keyset(byName, { cursor: next })).toThrow(
    expect.objectContaining({ code: 'bad-cursor' })
  );
});

test('a cursor is taken by its own list only, and made-up ones are refused', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string(), fc.integer(), fc.constant(null))), keys => {
      expect(decodeCursor('list', keys.length, encodeCursor('list', keys))).toEqual(keys);
    })
  );
  fc.assert(
    fc.property(fc.string(), text => {
      expect(() => decodeCursor('list', 2, text)).toThrow(
        expect.objectContaining({ code: 'bad-cursor' })
      );
    })
  );
  for (const cursor of [
    encodeCursor('other', ['a', 1]),
    encodeCursor('list', ['a']),
    Buffer.from('["list",{"a":1},2]').toString('base64url'),
    Buffer.from('null').toString('base64url')
  ]) {
    expect(() => decodeCursor('list', 2, cursor)).toThrow(
      expect.objectContaining({ code: 'bad-cursor' })
    );
  }
});

test('a search finds its text anywhere and takes nothing for a pattern', () => {
  fill([
    ['100%', 1],
    ['100 a', 2],
    ['a_b', 3],
    ['axb', 4],
    ['Straße 数据', 5],
    ['back\\slash', 6]
  ]);
  const find = (text: string) =>
    stage.db.orm
      .select()
      .from(counters)
      .where(contains(counters.name, text))
      .all()
      .map(({ name }) => name);
  expect(find('100%')).toEqual(['100%']);
  expect(find('A_B')).toEqual(['a_b']);
  expect(find('数据')).toEqual(['Straße 数据']);
  expect(find('\\')).toEqual(['back\\slash']);
  expect(contains(counters.name, ' ')).toBeUndefined();
});
