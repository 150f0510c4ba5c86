import { afterEach, beforeEach, expect, test } from '@jest/globals';

import { command } from '../../../src/compute/volcano/commands.ts';
import { Unnoticed } from '../../../src/compute/volcano/unnoticed.ts';
import { RunBench } from './runBench.ts';

let bench: RunBench;
let unnoticed: Unnoticed;
let looking: () => void;

beforeEach(async () => {
  bench = await RunBench.open();
  const { api, contact, cluster, run } = bench;
  unnoticed = new Unnoticed((which, action) => command(api, contact, which, action), 200);
  looking = cluster.onChange(() => void unnoticed.look(run));
});

afterEach(async () => {
  looking();
  unnoticed.close();
  await bench.close();
});

/** The action of the next command that the controller carries out. */
function nextCommand(...lost: (() => void)[]): Promise<string> {
  return new Promise(resolve => bench.obey(...lost, resolve));
}

function node(index: number): string {
  return bench.run.data.nodes[index] ?? '';
}

test('a job whose master has succeeded is completed, though its controller does not say so', async () => {
  const commanded = nextCommand();
  bench.node(node(0), 'Succeeded');
  expect(await commanded).toBe('CompleteJob');
});

test('a job of which a node has failed is terminated, by another command where one is lost', async () => {
  const commanded = nextCommand(() => undefined);
  bench.node(node(1), 'Failed');
  expect(await commanded).toBe('TerminateJob');
  expect(bench.timesCommanded).toBe(2);
});

test('what the controller has begun to do is not due any more', async () => {
  const { cluster, run } = bench;
  const change = () =>
    new Promise<void>(resolve => {
      const unlisten = cluster.onChange(() => {
        unlisten();
        resolve();
      });
    });
  bench.node(node(0), 'Succeeded');
  await change();
  expect(await run.due()).toBe('CompleteJob');
  bench.job('Completing');
  await change();
  expect(await run.due()).toBeUndefined();
});
