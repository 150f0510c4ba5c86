import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { operations } from '@topsdl/contract';
import type { Client } from '@topsdl/client';
import { openSocket, startCompanion, type Companion } from '@topsdl/testing';

const { projects, admin: administration } = operations;

// Real processes on a machine that may have others to run.
jest.setTimeout(60_000);

let companion: Companion;
let admin: Client;

beforeAll(async () => {
  companion = await startCompanion();
  admin = await companion.admin();
}, 60_000);

afterAll(() => companion.stop());

const addUser = (name: string) =>
  admin.call(administration.createUser, {
    body: { name, password: 'password', permissions: ['data', 'platform'] }
  });

test('a project is made, edited, found and deleted', async () => {
  const made = await admin.call(projects.create, {
    body: {
      name: '视觉 project',
      quotas: [
        { resource: 'cpu', limit: '48' },
        { resource: 'memory', limit: '128Gi' },
        { resource: 'requests.enflame.com/dtu', limit: '4' }
      ]
    }
  });
  const params = { projectId: made.id };
  await expect(
    admin.call(projects.create, { body: { name: '视觉 project' } })
  ).rejects.toMatchObject({ code: 'name-taken', field: 'name' });
  const found = await admin.call(projects.list, { query: { search: '视觉' } });
  expect(found.items.map(({ id }) => id)).toEqual([made.id]);
  const renamed = await admin.call(projects.update, { params, body: { name: 'renamed' } });
  expect(renamed).toMatchObject({ name: 'renamed', quotas: made.quotas });
  const { resources } = await admin.call(projects.overview, { params });
  expect(resources).toEqual(
    expect.arrayContaining([
      { resource: 'cpu', used: 0, limit: 48 },
      { resource: 'memory', used: 0, limit: 128 * 1024 ** 3 },
      { resource: 'requests.enflame.com/dtu', used: 0, limit: 4 }
    ])
  );
  const { series } = await admin.call(projects.usage, { params });
  expect(series.map(({ resource }) => resource)).toContain('cpu');
  const activity = await admin.call(projects.activity, { params });
  expect(activity.items.map(({ type, name }) => [type, name])).toEqual([
    ['updated', 'renamed'],
    ['created', '视觉 project']
  ]);
  await admin.call(projects.delete, { params });
  await expect(admin.call(projects.get, { params })).rejects.toMatchObject({ status: 404 });
});

test('quotas are quantities, each resource once', async () => {
  const bad: [{ resource: string; limit: string }[], string][] = [
    [[{ resource: 'cpu', limit: '-1' }], 'body.quotas.0.limit'],
    [[{ resource: 'cpu', limit: '1e9' }], 'body.quotas.0.limit'],
    [[{ resource: 'gpu', limit: '1' }], 'body.quotas.0.resource'],
    [
      [
        { resource: 'cpu', limit: '1' },
        { resource: 'cpu', limit: '2' }
      ],
      'body.quotas.1.resource'
    ]
  ];
  for (const [quotas, field] of bad) {
    await expect(
      admin.call(projects.create, { body: { name: 'quotas', quotas } })
    ).rejects.toMatchObject({ problem: { field } });
  }
});

test('a project that holds something is not deleted, and says what', async () => {
  const made = await admin.call(projects.create, { body: { name: 'full' } });
  const params = { projectId: made.id };
  await admin.call(operations.algorithms.create, {
    params,
    body: { name: 'in the way', scenario: 'image-classification' }
  });
  await expect(admin.call(projects.delete, { params })).rejects.toMatchObject({
    code: 'still-used',
    params: { users: expect.stringContaining('in the way') }
  });
});

test('who is taken out of a project loses its events and sees it no more', async () => {
  const [stays, goes] = [await addUser('stays'), await addUser('goes')];
  const made = await admin.call(projects.create, {
    body: { name: 'shared', memberIds: [stays.id, goes.id] }
  });
  const params = { projectId: made.id };
  const sockets = await Promise.all(
    ['stays', 'goes'].map(async name =>
      openSocket(companion, await companion.tokenOf(name, 'password'))
    )
  );
  const rename = (name: string) => admin.call(projects.update, { params, body: { name } });
  await rename('shared 2');
  for (const socket of sockets) {
    await socket.message(m => m.type === 'change' && m.event.id === made.id);
  }
  const members = await admin.call(projects.members, { params });
  expect(members.items.map(({ name }) => name)).toEqual(['goes', 'stays']);

  await admin.call(projects.update, { params, body: { memberIds: [stays.id] } });
  await rename('shared 3');
  await sockets[0]!.message(
    m => m.type === 'change' && sockets[0]!.messages.filter(x => x.type === 'change').length === 3
  );
  expect(sockets[1]!.messages.filter(({ type }) => type === 'change')).toHaveLength(1);
  const client = await companion.signIn('goes', 'password');
  await expect(client.call(projects.get, { params })).rejects.toMatchObject({ status: 404 });
  expect((await client.call(projects.list, {})).total).toBe(0);
  sockets.forEach(socket => socket.close());
});

test('an unknown member is refused, and nothing is changed', async () => {
  await expect(
    admin.call(projects.create, {
      body: { name: 'unknown', memberIds: ['01890a5d-ac96-774b-bcce-b302099a8057'] }
    })
  ).rejects.toMatchObject({ status: 400, field: 'memberIds' });
  expect((await admin.call(projects.list, { query: { search: 'unknown' } })).total).toBe(0);
});
