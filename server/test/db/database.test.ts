import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { count, counted } from '../../src/db/counters.ts';
import { newId, timeOfId } from '../../src/db/ids.ts';
import { settings } from '../../src/db/table.ts';
import { Events } from '../../src/events/hub.ts';
import { openStage, silent, type Stage } from './stage.ts';

// Real processes on a machine that may have others to run.
jest.setTimeout(60_000);

let stage: Stage;
beforeEach(() => {
  stage = openStage();
});
afterEach(() => stage.close());

const put = (name: string) => ({ name, value: name });

test('a change and its event are one: both or neither', () => {
  const { db } = stage;
  const events = new Events(db, silent);
  const seen: string[] = [];
  events.on('*', row => seen.push(row.objectId));
  const change = (id: string, fail: boolean) => () =>
    db.write(tx => {
      tx.insert(settings).values(put(id)).run();
      tx.emit({ type: 'created', kind: 'project', id, projectId: null });
      expect(seen).not.toContain(id);
      if (fail) {
        throw new Error('no');
      }
    });
  change('one', false)();
  expect(change('two', true)).toThrow('no');
  change('three', false)();
  expect(seen).toEqual(['one', 'three']);
  expect(
    db.orm
      .select()
      .from(settings)
      .all()
      .map(({ name }) => name)
  ).toEqual(['one', 'three']);
  events.close();
});

test('a part of a transaction that fails is undone alone', () => {
  const { db } = stage;
  const ran: string[] = [];
  const events = new Events(db, silent);
  db.write(tx => {
    tx.insert(settings).values(put('outer')).run();
    tx.afterCommit(() => ran.push('outer'));
    expect(() =>
      db.write(inner => {
        inner.insert(settings).values(put('inner')).run();
        inner.emit({ type: 'created', kind: 'project', id: 'inner', projectId: null });
        inner.afterCommit(() => ran.push('inner'));
        throw new Error('no');
      })
    ).toThrow('no');
    db.write(inner => {
      inner.insert(settings).values(put('second')).run();
      inner.afterCommit(() => ran.push('second'));
    });
    expect(ran).toEqual([]);
  });
  expect(ran).toEqual(['outer', 'second']);
  expect(
    db.orm
      .select()
      .from(settings)
      .all()
      .map(({ name }) => name)
  ).toEqual(['outer', 'second']);
  expect(events.after(0)).toEqual([]);
  events.close();
});

test('a listener that changes something is told in order, each once', () => {
  const { db } = stage;
  const events = new Events(db, silent);
  const seen: number[] = [];
  events.on('*', row => {
    seen.push(row.seq);
    if (row.seq < 10) {
      db.write(tx => tx.emit({ type: 'updated', kind: 'usage', id: 'x', projectId: null }));
    }
  });
  db.write(tx => tx.emit({ type: 'updated', kind: 'usage', id: 'x', projectId: null }));
  expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  events.close();
});

test('events are kept a week, and an older gap is known', () => {
  const { db } = stage;
  for (let i = 0; i < 5; i++) {
    db.write(tx => tx.emit({ type: 'updated', kind: 'usage', id: 'x', projectId: null }));
  }
  db.sqlite.prepare('UPDATE events SET time = time - 8 * 86400000 WHERE seq <= 3').run();
  const events = new Events(db, silent);
  expect([0, 2, 3, 5, 6].map(since => events.reaches(since))).toEqual([
    false,
    false,
    true,
    true,
    false
  ]);
  db.sqlite.prepare('UPDATE events SET time = 0').run();
  events.prune();
  expect(events.seq).toBe(5);
  expect([4, 5].map(since => events.reaches(since))).toEqual([false, true]);
  events.close();
});

test('ids ascend within and across milliseconds, also when the clock is set back', () => {
  const now = Date.now() + 1000;
  const ids = [
    ...Array.from({ length: 5000 }, () => newId(now)),
    newId(now - 60_000),
    newId(now + 1000)
  ];
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(timeOfId(ids[0]!)).toBe(now);
});

test('readers read beside the writer and only read, and nobody waits who gave up', async () => {
  const { db } = stage;
  db.orm.insert(settings).values(put('read me')).run();
  const { readers } = db;
  expect(
    await readers.all({ sql: 'SELECT name FROM settings WHERE name = ?', params: ['read me'] })
  ).toEqual([{ name: 'read me' }]);
  await expect(readers.all({ sql: 'SELECT nonsense', params: [] })).rejects.toMatchObject({
    code: 'SQLITE_ERROR'
  });
  await expect(
    readers.all({ sql: "DELETE FROM settings WHERE name = 'read me' RETURNING name", params: [] })
  ).rejects.toMatchObject({ code: 'SQLITE_READONLY' });
  const aborter = new AbortController();
  const long = readers.all(
    {
      sql: 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 3000000) SELECT count(*) AS c FROM n',
      params: []
    },
    aborter.signal
  );
  setTimeout(() => aborter.abort(new Error('enough')), 50);
  await expect(long).rejects.toThrow('enough');
  expect(await readers.all({ sql: 'SELECT 1 AS one', params: [] })).toEqual([{ one: 1 }]);
}, 30_000);

test('counters belong to the transaction', () => {
  const { db } = stage;
  db.write(tx => count(tx, 'project', 'datasets', 2));
  expect(() =>
    db.write(tx => {
      count(tx, 'project', 'datasets', 5);
      throw new Error('no');
    })
  ).toThrow();
  db.write(tx => count(tx, 'project', 'datasets', -1));
  expect(counted(db.orm, 'project', 'datasets')).toBe(1);
  expect(counted(db.orm, 'project', 'models')).toBe(0);
});
