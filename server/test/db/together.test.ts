import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Together } from '../../src/db/together.ts';
import { settings } from '../../src/db/table.ts';
import type { Transaction } from '../../src/db/database.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
beforeEach(() => {
  stage = openStage();
});
afterEach(() => stage.close());

const put = (name: string) => (tx: Transaction) => {
  tx.insert(settings).values({ name, value: name }).run();
  return name;
};
const names = () =>
  stage.db.orm
    .select()
    .from(settings)
    .all()
    .map(({ name }) => name);

test('what is asked for at the same time is one commit, in order', async () => {
  const together = new Together(stage.db);
  const { sqlite } = stage.db;
  const commits: number[] = [];
  const answers = ['one', 'two', 'three'].map(async name => {
    const answer = await together.write(tx => {
      tx.afterCommit(() => commits.push(names().length));
      return put(name)(tx);
    });
    expect(sqlite.inTransaction).toBe(false);
    return answer;
  });
  expect(names()).toEqual([]);
  expect(await Promise.all(answers)).toEqual(['one', 'two', 'three']);
  expect(names()).toEqual(['one', 'two', 'three']);
  expect(commits).toEqual([3, 3, 3]);
});

test('what fails is undone alone, and said to whoever asked for it', async () => {
  const together = new Together(stage.db);
  const answers = await Promise.allSettled([
    together.write(put('one')),
    together.write(tx => {
      put('two')(tx);
      throw new Error('no');
    }),
    together.write(put('one')),
    together.write(put('three'))
  ]);
  expect(answers.map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'rejected',
    'fulfilled'
  ]);
  expect(names()).toEqual(['one', 'three']);
});

test('where the commit fails everybody hears of it, and nothing was written', async () => {
  const together = new Together(stage.db);
  const { sqlite } = stage.db;
  const answers = Promise.allSettled([
    together.write(put('one')),
    // As SQLite itself does on a full disk.
    together.write(() => void sqlite.exec('ROLLBACK')),
    together.write(put('two'))
  ]);
  const found = await answers;
  expect(found.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(names()).toEqual([]);
  expect(await together.write(put('three'))).toBe('three');
});

test('what waits can be done at once', () => {
  const together = new Together(stage.db);
  void together.write(put('one'));
  together.flush();
  expect(names()).toEqual(['one']);
});
