import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { operations } from '@topsdl/contract';
import type { Client } from '@topsdl/client';
import { startCompanion, type Companion } from '@topsdl/testing';

const { admin: administration } = operations;

// Real processes on a machine that may have others to run.
jest.setTimeout(60_000);

let companion: Companion;
let admin: Client;

beforeAll(async () => {
  companion = await startCompanion();
  admin = await companion.admin();
}, 60_000);

afterAll(() => companion.stop());

const GIB = 1024 ** 3;
const spec = {
  name: 'X1',
  model: 'x',
  cpu: 2,
  memoryBytes: GIB,
  cards: 0,
  cardResource: null,
  ib: false,
  roce: false
};

test('users are found by name and by permission', async () => {
  for (const [name, permissions] of [
    ['labeler 1', ['label']],
    ['labeler 2', ['label', 'review']],
    ['reviewer', ['review']]
  ] as const) {
    await admin.call(administration.createUser, {
      body: { name, password: 'password', permissions: [...permissions] }
    });
  }
  const find = async (query: { search?: string; permission?: 'label' | 'review' }) =>
    (await admin.call(administration.listUsers, { query })).items.map(({ name }) => name);
  expect(await find({ search: 'LABELER' })).toEqual(['labeler 1', 'labeler 2']);
  const reviewers = await find({ permission: 'review' });
  expect(reviewers).toEqual(expect.arrayContaining(['labeler 2', 'reviewer']));
  expect(reviewers).not.toContain('labeler 1');
  await expect(
    admin.call(administration.createUser, {
      body: { name: 'reviewer', password: 'password', permissions: [] }
    })
  ).rejects.toMatchObject({ code: 'name-taken', field: 'name' });
});

test('changed permissions count at once', async () => {
  const user = await admin.call(administration.createUser, {
    body: { name: 'promoted', password: 'password', permissions: [] }
  });
  const client = await companion.signIn('promoted', 'password');
  const params = { userId: user.id };
  await expect(client.call(administration.listUsers, {})).rejects.toMatchObject({ status: 403 });
  await admin.call(administration.updateUser, { params, body: { permissions: ['admin'] } });
  expect((await client.call(administration.listUsers, {})).total).toBeGreaterThan(1);
  await admin.call(administration.updateUser, { params, body: { permissions: [] } });
  await expect(client.call(administration.listUsers, {})).rejects.toMatchObject({ status: 403 });
});

test('compute specs are kept consistent', async () => {
  const made = await admin.call(administration.createSpec, { body: spec });
  const params = { specId: made.id };
  await expect(admin.call(administration.createSpec, { body: spec })).rejects.toMatchObject({
    code: 'name-taken'
  });
  await expect(
    admin.call(administration.updateSpec, { params, body: { cards: 2 } })
  ).rejects.toMatchObject({ status: 400, field: 'cardResource' });
  const withCards = await admin.call(administration.updateSpec, {
    params,
    body: { cards: 2, cardResource: 'enflame.com/dtu' }
  });
  expect(withCards).toMatchObject({ cards: 2, cardResource: 'enflame.com/dtu', cpu: 2 });
  await admin.call(administration.deleteSpec, { params });
  await expect(admin.call(administration.getSpec, { params })).rejects.toMatchObject({
    status: 404
  });
});

test('everyone’s use is shown by project', async () => {
  const { items } = await admin.call(administration.resources, {});
  const project = items.find(({ name }) => name === 'default');
  expect(project?.resources.map(({ resource }) => resource)).toEqual(
    expect.arrayContaining(['cpu', 'memory', 'storage', 'requests.enflame.com/dtu'])
  );
});
