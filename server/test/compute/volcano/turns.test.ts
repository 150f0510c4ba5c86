import { expect, test } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';

import { Turns } from '../../../src/compute/volcano/turns.ts';

test('no more than so many at a time, in the order in which they came', async () => {
  const turns = new Turns(3);
  const began: number[] = [];
  let now = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      turns.take(async () => {
        began.push(i);
        most = Math.max(most, ++now);
        await turn();
        now--;
      })
    )
  );
  expect(most).toBe(3);
  expect(began).toEqual(Array.from({ length: 20 }, (_, i) => i));
});

test('a failure gives its turn to the next', async () => {
  const turns = new Turns(1);
  const answers = await Promise.allSettled([
    turns.take(() => Promise.reject(new Error('no'))),
    turns.take(() => Promise.resolve('yes'))
  ]);
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
});
