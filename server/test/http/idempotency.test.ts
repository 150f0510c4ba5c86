import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { operations } from '@topsdl/contract';
import type { Client } from '@topsdl/client';
import { startCompanion, type Companion } from '@topsdl/testing';

const { training } = operations;

// Real processes on a machine that may have others to run.
jest.setTimeout(60_000);

let companion: Companion;
let owner: Client;
let trainingIds: string[];

beforeAll(async () => {
  companion = await startCompanion();
  owner = await companion.owner();
  const projects = await owner.call(operations.projects.list, {});
  const specs = await owner.call(operations.admin.listSpecs, {});
  trainingIds = [];
  for (const name of ['one', 'two']) {
    const made = await owner.call(training.create, {
      params: { projectId: projects.items[0]!.id },
      body: { name, specId: specs.items[0]!.id, command: 'true', nodes: 1 }
    });
    trainingIds.push(made.id);
  }
}, 60_000);

afterAll(() => companion.stop());

const start = (index: number, idempotencyKey: string) =>
  owner.call(
    training.startRun,
    { params: { trainingId: trainingIds[index]! } },
    { idempotencyKey }
  );

test('the same request with the same key is done once, also many at a time', async () => {
  const runs = await Promise.all(Array.from({ length: 10 }, () => start(0, 'once')));
  expect(new Set(runs.map(({ id }) => id)).size).toBe(1);
  const again = await start(0, 'once');
  expect(again.id).toBe(runs[0]!.id);
  const listed = await owner.call(training.listRuns, { params: { trainingId: trainingIds[0]! } });
  expect(listed.total).toBe(1);
});

test('another request under the same key is refused, and a key of no form, too', async () => {
  await expect(start(1, 'once')).rejects.toMatchObject({ code: 'idempotency-conflict' });
  await expect(start(1, 'not a key')).rejects.toMatchObject({
    problem: { fields: [{ field: 'headers.Idempotency-Key' }] }
  });
});

test('a key outlives the process', async () => {
  const before = await start(1, 'lasting');
  const token = await companion.ownerToken();
  await companion.kill();
  await companion.start();
  owner = companion.client(token);
  expect((await start(1, 'lasting')).id).toBe(before.id);
}, 60_000);
