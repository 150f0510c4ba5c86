import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { newId } from '../../src/db/ids.ts';
import { projects } from '../../src/features/projects/table.ts';
import { UsageHistory } from '../../src/features/projects/usage-history.ts';
import { Usage } from '../../src/usage.ts';
import { openStage, silent, type Stage } from '../db/stage.ts';

let stage: Stage;
beforeEach(() => {
  stage = openStage();
});
afterEach(() => stage.close());

/** Lets the database grow no more, and fills what it has. */
function fillDatabase(): void {
  const { sqlite } = stage.db;
  sqlite.exec('CREATE TABLE ballast (text)');
  const insert = sqlite.prepare('INSERT INTO ballast VALUES (?)');
  sqlite.pragma(`max_page_count = ${sqlite.pragma('page_count', { simple: true }) as number}`);
  for (const text of ['x'.repeat(5000), 'x'.repeat(500), 'x']) {
    expect(() => {
      for (;;) {
        insert.run(text);
      }
    }).toThrow(expect.objectContaining({ code: 'SQLITE_FULL' }));
  }
}

test('use that cannot be written down on a full disk ends nothing, and is written later', () => {
  const id = newId();
  stage.db.orm.insert(projects).values({ id, name: 'p', quotas: [], createdAt: 0 }).run();
  const usage = new Usage();
  const errors: unknown[] = [];
  const log = { ...silent, error: (error: unknown) => errors.push(error) };
  const resources = Array.from({ length: 200 }, (_, at) => ({
    resource: `requests.cards/${at}`,
    used: 3,
    limit: null
  }));
  const history = new UsageHistory(
    { db: stage.db, usage, log: log as unknown as typeof silent },
    { exists: () => true, ids: () => [id], resources: () => resources }
  );
  usage.changed(id);
  fillDatabase();
  // A little later, for a step has a length only then.
  const used = () =>
    history.series(id, 60, Date.now() + 120_000)[0]?.points.map(point => point.used);
  expect(used()).toEqual([]);
  expect(errors).toEqual([{ err: expect.objectContaining({ code: 'SQLITE_FULL' }) }]);
  stage.db.sqlite.pragma('max_page_count = 1000000');
  expect(used()?.at(-1)).toBe(3);
  history.stop();
});
