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

test('a compute spec says on which machines of a cluster its nodes may be', async () => {
  const { id, ...plain } = await admin.call(administration.createSpec, {
    body: { ...spec, name: 'anywhere' }
  });
  expect(plain).toMatchObject({ nodeSelector: {}, tolerations: [] });
  const placement = {
    nodeSelector: { 'enflame.com/card': 'T20' },
    tolerations: [{ key: 'enflame.com/dtu', operator: 'Exists' as const }]
  };
  const params = { specId: id };
  await admin.call(administration.updateSpec, { params, body: placement });
  expect(await admin.call(administration.getSpec, { params })).toMatchObject(placement);
  await admin.call(administration.updateSpec, { params, body: { cpu: 3 } });
  expect(await admin.call(administration.getSpec, { params })).toMatchObject(placement);
  for (const [body, field] of [
    [{ nodeSelector: { 'a b': 'x' } }, 'nodeSelector.a b'],
    [{ nodeSelector: { pool: 'a\nprivileged: true' } }, 'nodeSelector.pool'],
    [{ tolerations: [{ operator: 'Exists' }, { value: 'x' }] }, 'tolerations.1.key'],
    [{ tolerations: [{ key: 'a', hostPath: '/' }] }, 'tolerations.0.hostPath'],
    [{ hostPath: '/' }, 'hostPath'],
    [{ cardResource: 'cpu', cards: 1 }, 'cardResource'],
    [{ cardResource: 'requests.a/b', cards: 1 }, 'cardResource']
  ] as const) {
    await expect(
      admin.call(administration.updateSpec, { params, body: body as object })
    ).rejects.toMatchObject({ status: 400, field });
  }
  await admin.call(administration.updateSpec, {
    params,
    body: { nodeSelector: {}, tolerations: [] }
  });
  expect(await admin.call(administration.getSpec, { params })).toMatchObject({
    nodeSelector: {},
    tolerations: []
  });
  await admin.call(administration.deleteSpec, { params });
});

test('amounts that are none are refused, at the field', async () => {
  const name = 'amounts';
  for (const limit of ['1e9', '-1', '1Ki;', '0x10', ' 1', '1 ', '１', '1e400', '', 'Infinity']) {
    for (const [resource, index] of [
      ['cpu', 0],
      ['requests.enflame.com/dtu', 1]
    ] as const) {
      const quotas = [
        { resource: 'cpu', limit: '1' },
        { resource: 'requests.enflame.com/dtu', limit: '1' }
      ].map((quota, i) => (i === index ? { resource, limit } : quota));
      await expect(
        admin.call(operations.projects.create, { body: { name, quotas } })
      ).rejects.toMatchObject({ status: 400, field: `quotas.${index}.limit` });
    }
  }
  for (const resource of ['requests.foo', 'limits.cpu', 'pods', 'requests.a..b/c', '猫', 'cpu\n']) {
    await expect(
      admin.call(operations.projects.create, {
        body: { name, quotas: [{ resource, limit: '1' }] }
      })
    ).rejects.toMatchObject({ status: 400, field: 'quotas.0.resource' });
  }
  for (const field of ['cpu', 'memoryBytes', 'cards'] as const) {
    for (const amount of ['1e9', '1', -1, 0.05, 1e300, null, Number.NaN]) {
      await expect(
        admin.call(administration.createSpec, { body: { ...spec, name, [field]: amount } as never })
      ).rejects.toMatchObject({ status: 400, field });
    }
  }
});

test('everyone’s use is shown by project', async () => {
  const { items } = await admin.call(administration.resources, {});
  const project = items.find(({ name }) => name === 'default');
  expect(project?.resources.map(({ resource }) => resource)).toEqual(
    expect.arrayContaining(['cpu', 'memory', 'storage', 'requests.enflame.com/dtu'])
  );
});
