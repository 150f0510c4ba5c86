import { afterEach, beforeEach, expect, test } from '@jest/globals';

import { Endings } from '../../../src/compute/volcano/ending.ts';
import { RunBench } from './runBench.ts';

let bench: RunBench;
let endings: Endings;

beforeEach(async () => {
  bench = await RunBench.open();
  endings = new Endings(bench.api, bench.contact, bench.cluster);
});

afterEach(() => bench.close());

test('a command is given once when the job’s phase tells that it was taken', async () => {
  bench.obey(() => bench.job('Aborting'));
  await endings.stop(bench.run, undefined);
  expect(bench.timesCommanded).toBe(1);
});

test('a command that is taken away and has no effect is given again', async () => {
  bench.obey(
    () => undefined,
    () => bench.job('Aborting')
  );
  await endings.stop(bench.run, undefined);
  expect(bench.timesCommanded).toBe(2);
});

test('no command is given to a job that has ended', async () => {
  bench.obey(() => bench.job('Aborted'));
  await endings.stop(bench.run, undefined);
  await bench.run.observe();
  await endings.stop(bench.run, undefined);
  expect(bench.timesCommanded).toBe(1);
});
