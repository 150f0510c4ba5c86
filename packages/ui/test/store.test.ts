import { expect, jest, test } from '@jest/globals';
import type { ChangeEvent, Page } from '@topsdl/contract';
import { PagedList } from '../src/store/list.ts';
import { Query } from '../src/store/query.ts';

interface Row {
  readonly id: string;
  readonly name: string;
}

const rows = (count: number, from = 0): Row[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `r${from + index}`,
    name: `row ${from + index}`
  }));

function event(part: Partial<ChangeEvent>): ChangeEvent {
  return {
    seq: 1,
    time: '2026-01-01T00:00:00.000Z',
    type: 'updated',
    kind: 'training',
    id: 'r1',
    projectId: null,
    parentId: null,
    byUserId: null,
    ...part
  };
}

/** A server's list in pages of ten; the cursor is where the next page begins. */
function server(all: Row[]) {
  const asked: (string | undefined)[] = [];
  const fetch = async (cursor: string | undefined): Promise<Page<Row>> => {
    asked.push(cursor);
    const from = Number(cursor ?? 0);
    const next = from + 10 < all.length ? String(from + 10) : undefined;
    return { items: all.slice(from, from + 10), next, total: all.length };
  };
  return { all, asked, fetch };
}

const settled = async () => {
  for (let turn = 0; turn < 20; turn += 1) {
    await Promise.resolve();
  }
};

test('a list asks for its first page when somebody listens, and for more when asked', async () => {
  const source = server(rows(25));
  const list = new PagedList<Row>({ fetch: source.fetch, watch: [{ kinds: ['training'] }] });
  expect(source.asked).toEqual([]);
  list.subscribe(() => undefined);
  await settled();
  expect(list.getState()).toMatchObject({ total: 25, hasMore: true, loading: false });
  await list.more();
  await list.more();
  await list.more();
  expect(list.getState().items).toEqual(rows(25));
  expect(list.getState().hasMore).toBe(false);
  expect(source.asked).toEqual([undefined, '10', '20']);
});

test('an event about a row costs one request for it, however many events come', async () => {
  jest.useFakeTimers();
  const source = server(rows(25));
  const item = jest.fn(async (id: string) => ({ id, name: 'changed' }));
  const list = new PagedList<Row>({ fetch: source.fetch, watch: [{ kinds: ['training'] }], item });
  list.subscribe(() => undefined);
  await settled();
  for (let count = 0; count < 50; count += 1) {
    list.onEvent(event({ id: 'r3' }));
  }
  jest.advanceTimersByTime(200);
  await settled();
  expect(item).toHaveBeenCalledTimes(1);
  expect(list.getState().items[3]).toEqual({ id: 'r3', name: 'changed' });
  expect(source.asked).toHaveLength(1);
  jest.useRealTimers();
});

test('a new row is put at the top, and what was read further down stays', async () => {
  jest.useFakeTimers();
  const source = server(rows(25));
  const list = new PagedList<Row>({ fetch: source.fetch, watch: [{ kinds: ['training'] }] });
  list.subscribe(() => undefined);
  await settled();
  await list.more();
  source.all.unshift({ id: 'new', name: 'new' });
  list.onEvent(event({ type: 'created', id: 'new' }));
  jest.advanceTimersByTime(200);
  await settled();
  expect(list.getState().items).toHaveLength(21);
  expect(list.getState().items[0]?.id).toBe('new');
  expect(new Set(list.getState().items.map(({ id }) => id)).size).toBe(21);
  jest.useRealTimers();
});

test('where rows have places of their own, a new one and a renamed one come to theirs', async () => {
  jest.useFakeTimers();
  const source = server([...'abcdefghijklmnopqrstuvwxyz'].map(name => ({ id: `r${name}`, name })));
  const list = new PagedList<Row>({
    fetch: source.fetch,
    watch: [{ kinds: ['training'] }],
    item: async id => source.all.find(row => row.id === id) as Row,
    placedBy: ({ name }) => name
  });
  list.subscribe(() => undefined);
  await settled();
  await list.more();
  const shown = () => list.getState().items.map(({ name }) => name);
  const happens = async (type: ChangeEvent['type'], id: string) => {
    source.all.sort((a, b) => (a.name < b.name ? -1 : 1));
    list.onEvent(event({ type, id }));
    jest.advanceTimersByTime(200);
    await settled();
  };
  source.all.push({ id: 'new', name: 'mm' });
  await happens('created', 'new');
  expect(shown().slice(11, 15)).toEqual(['l', 'm', 'mm', 'n']);
  source.all[0] = { id: 'ra', name: 'nn' };
  await happens('updated', 'ra');
  expect(shown().slice(0, 2)).toEqual(['b', 'c']);
  expect(shown().slice(12, 15)).toEqual(['mm', 'n', 'nn']);
  jest.useRealTimers();
});

test('a deleted row goes at once, without a request', async () => {
  const source = server(rows(5));
  const list = new PagedList<Row>({ fetch: source.fetch, watch: [{ kinds: ['training'] }] });
  list.subscribe(() => undefined);
  await settled();
  list.onEvent(event({ type: 'deleted', id: 'r2' }));
  expect(list.getState().items.map(({ id }) => id)).toEqual(['r0', 'r1', 'r3', 'r4']);
  expect(list.getState().total).toBe(4);
  expect(source.asked).toHaveLength(1);
});

test('an optimistic change and an optimistic removal are taken back', async () => {
  const list = new PagedList<Row>({ fetch: server(rows(3)).fetch, watch: [] });
  list.subscribe(() => undefined);
  await settled();
  const undoPatch = list.patch('r1', old => ({ ...(old as Row), name: 'x' }));
  const undoHide = list.hide('r0');
  expect(list.getState().items.map(({ name }) => name)).toEqual(['x', 'row 2']);
  undoHide?.();
  undoPatch?.();
  expect(list.getState().items).toEqual(rows(3));
  expect(list.getState().total).toBe(3);
});

test('a list that failed keeps its rows and can be asked again', async () => {
  let fail = false;
  const source = server(rows(3));
  const fetch = (cursor: string | undefined) =>
    fail ? Promise.reject(new Error('down')) : source.fetch(cursor);
  const list = new PagedList<Row>({ fetch, watch: [] });
  list.subscribe(() => undefined);
  await settled();
  fail = true;
  await list.reload();
  expect(list.getState()).toMatchObject({ items: rows(3), loading: false });
  expect(String(list.getState().error)).toContain('down');
  fail = false;
  await list.reload();
  expect(list.getState().error).toBeUndefined();
});

test('a query asks again for events that concern it, and only once after those that come while it asks', async () => {
  let answers: ((value: string) => void)[] = [];
  const ask = jest.fn(() => new Promise<string>(resolve => answers.push(resolve)));
  const query = new Query(ask, [{ kinds: ['training'], id: 'r1' }]);
  query.subscribe(() => undefined);
  query.onEvent(event({ id: 'other' }));
  query.onEvent(event({}));
  query.onEvent(event({}));
  expect(ask).toHaveBeenCalledTimes(1);
  answers[0]?.('old');
  await settled();
  expect(ask).toHaveBeenCalledTimes(2);
  answers[1]?.('new');
  await settled();
  expect(ask).toHaveBeenCalledTimes(2);
  expect(query.getState()).toEqual({ data: 'new', error: undefined, loading: false });
  answers = [];
});

test('a query that nobody shows is not asked for, but is old when somebody does', async () => {
  const ask = jest.fn(async () => 1);
  const query = new Query(ask, [{ kinds: ['training'] }]);
  const stop = query.subscribe(() => undefined);
  await settled();
  stop();
  query.onEvent(event({}));
  await settled();
  expect(ask).toHaveBeenCalledTimes(1);
  query.subscribe(() => undefined);
  await settled();
  expect(ask).toHaveBeenCalledTimes(2);
});
