import { expect, jest, test } from '@jest/globals';
import { Worker } from '../worker.ts';

/** A worker that notes what it does and can be held up. */
function noting(fails: (request: string) => boolean = () => false) {
  const done: string[] = [];
  const idle = Promise.withResolvers<undefined>();
  const worker = new Worker<string>(
    async (key, request) => {
      await new Promise(setImmediate);
      if (fails(request)) {
        throw new Error('not now');
      }
      done.push(`${key}:${request}`);
      if (request === 'last') {
        idle.resolve(undefined);
      }
    },
    (a, b) => a === b
  );
  return { worker, done, idle: idle.promise };
}

test('does what is asked in order, and the same in a row once', async () => {
  const { worker, done, idle } = noting();
  for (const request of ['a', 'a', 'a', 'b', 'b', 'a', 'last']) {
    worker.add('k', request);
  }
  await idle;
  // The first one had begun when the second came, and may have looked too early.
  expect(done).toEqual(['k:a', 'k:a', 'k:b', 'k:a', 'k:last']);
});

test('does again what failed before anything later of the same key', async () => {
  jest.spyOn(console, 'log').mockImplementation(() => undefined);
  let failures = 2;
  const { worker, done, idle } = noting(request => request === 'a' && failures-- > 0);
  worker.add('k', 'a');
  worker.add('k', 'last');
  worker.add('other', 'b');
  await idle;
  expect(done).toEqual(['other:b', 'k:a', 'k:last']);
});
