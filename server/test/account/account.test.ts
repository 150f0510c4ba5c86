import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { operations } from '@topsdl/contract';
import type { Client } from '@topsdl/client';
import { openSocket, startCompanion, type Companion } from '@topsdl/testing';

const { account, admin: administration } = operations;

// Real processes on a machine that may have others to run.
jest.setTimeout(60_000);

let companion: Companion;
let admin: Client;

beforeAll(async () => {
  companion = await startCompanion();
  admin = await companion.admin();
}, 60_000);

afterAll(() => companion.stop());

const addUser = (name: string, password = 'password') =>
  admin.call(administration.createUser, { body: { name, password, permissions: ['data'] } });

const signedIn = async (client: Client) =>
  client.call(account.session, {}).then(
    () => true,
    () => false
  );

test('a changed password ends every session, token and socket of the user within a second', async () => {
  const user = await addUser('changes');
  const token = await companion.tokenOf('changes', 'password');
  const client = companion.client(token);
  const { token: pat } = await client.call(account.createToken, { body: { name: 'script' } });
  const elsewhere = await companion.signIn('changes', 'password');
  const socket = await openSocket(companion, token);
  const stream = await companion.fetch('/events', { headers: { Authorization: `Bearer ${pat}` } });
  expect(stream.status).toBe(200);

  await expect(
    client.call(account.update, { body: { password: 'another', currentPassword: 'wrong' } })
  ).rejects.toMatchObject({ code: 'wrong-password' });
  const began = performance.now();
  await client.call(account.update, { body: { password: 'another', currentPassword: 'password' } });
  expect(await socket.closed()).toBe(4401);
  await expect(stream.text()).rejects.toThrow();
  expect(performance.now() - began).toBeLessThan(1000);
  for (const old of [client, elsewhere, companion.client(pat)]) {
    expect(await signedIn(old)).toBe(false);
  }
  const anew = await companion.signIn('changes', 'another');
  expect(await signedIn(anew)).toBe(true);

  await admin.call(administration.updateUser, {
    params: { userId: user.id },
    body: { password: 'by admin' }
  });
  expect(await signedIn(anew)).toBe(false);
});

test('a deleted user is gone, and stays the name of what they made', async () => {
  const user = await addUser('leaves');
  const client = await companion.signIn('leaves', 'password');
  await admin.call(administration.deleteUser, { params: { userId: user.id } });
  expect(await signedIn(client)).toBe(false);
  await expect(companion.tokenOf('leaves', 'password')).rejects.toMatchObject({
    code: 'sign-in-failed'
  });
  await expect(
    admin.call(administration.getUser, { params: { userId: user.id } })
  ).rejects.toMatchObject({ status: 404 });
  expect((await addUser('leaves')).id).not.toBe(user.id);
});

test('signing out ends this session alone', async () => {
  await addUser('twice');
  const [one, two] = [
    await companion.signIn('twice', 'password'),
    await companion.signIn('twice', 'password')
  ];
  await one.call(account.signOut, {});
  expect(await signedIn(one)).toBe(false);
  expect(await signedIn(two)).toBe(true);
});

test('signing out with a personal access token leaves it: it is no session', async () => {
  await addUser('script');
  const client = await companion.signIn('script', 'password');
  const { token } = await client.call(account.createToken, { body: { name: 'job' } });
  await companion.client(token).call(account.signOut, {});
  expect(await signedIn(companion.client(token))).toBe(true);
});

test('guessing gets slower by account and address, for unknown names as for known ones', async () => {
  await addUser('guessed');
  const attempt = (name: string, address: string, password = 'wrong one') =>
    companion
      .client(undefined, { 'X-Forwarded-For': address })
      .call(account.signIn, { body: { name, password } })
      .then(
        () => 'in',
        (error: { code: string; message: string }) => `${error.code}: ${error.message}`
      );
  const known: string[] = [];
  const unknown: string[] = [];
  for (let i = 0; i < 12; i++) {
    known.push(await attempt('guessed', '10.0.0.1'));
    unknown.push(await attempt('nobody', '10.0.0.1'));
  }
  expect(known.at(-1)).toContain('too-many-tries');
  expect(known.map(answer => answer.split(':')[0])).toEqual(
    unknown.map(answer => answer.split(':')[0])
  );
  expect(await attempt('guessed', '10.0.0.1', 'password')).toContain('too-many-tries');
  expect(await attempt('guessed', '10.0.0.2', 'password')).toBe('in');
}, 30_000);

test('an unknown name takes as long as a wrong password', async () => {
  await addUser('timed');
  const time = async (name: string, address: string) => {
    const began = performance.now();
    await companion
      .client(undefined, { 'X-Forwarded-For': address })
      .call(account.signIn, { body: { name, password: 'wrong one' } })
      .catch(() => {});
    return performance.now() - began;
  };
  const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1]!;
  const known: number[] = [];
  const unknown: number[] = [];
  for (let i = 0; i < 15; i++) {
    known.push(await time('timed', `10.1.0.${i}`));
    unknown.push(await time('no such name', `10.1.0.${i}`));
  }
  const ratio = median(known) / median(unknown);
  expect(ratio).toBeGreaterThan(0.5);
  expect(ratio).toBeLessThan(2);
}, 30_000);

test('passwords are counted in characters, and any character counts', async () => {
  for (const password of ['12345', '12345678901234567', '\u0000234567']) {
    await expect(addUser('counted', password)).rejects.toMatchObject({
      problem: { fields: [{ field: 'body.password', code: 'rule.password' }] }
    });
  }
  await addUser('emoji', '🔑'.repeat(16));
  expect(await signedIn(await companion.signIn('emoji', '🔑'.repeat(16)))).toBe(true);
});

test('the built-in administrator is not changed from here', async () => {
  const { user } = await admin.call(account.session, {});
  for (const refused of [
    () => admin.call(account.update, { body: { password: 'another', currentPassword: 'x' } }),
    () => admin.call(account.update, { body: { email: 'a@example.org' } }),
    () =>
      admin.call(administration.updateUser, { params: { userId: user.id }, body: { name: 'x' } }),
    () => admin.call(administration.deleteUser, { params: { userId: user.id } })
  ]) {
    await expect(refused()).rejects.toMatchObject({ status: 403, code: 'builtin-user' });
  }
});

test('administrators do not shut themselves out', async () => {
  const made = await admin.call(administration.createUser, {
    body: { name: 'second', password: 'password', permissions: ['admin', 'data'] }
  });
  const params = { userId: made.id };
  const second = await companion.signIn('second', 'password');
  for (const refused of [
    () => second.call(administration.deleteUser, { params }),
    () => second.call(administration.updateUser, { params, body: { permissions: ['data'] } }),
    () => second.call(administration.updateUser, { params, body: { password: 'another' } })
  ]) {
    await expect(refused()).rejects.toMatchObject({ status: 403, code: 'own-account' });
  }
  const body = { email: 'second@example.org', permissions: ['admin' as const] };
  expect(await second.call(administration.updateUser, { params, body })).toMatchObject(body);
  await admin.call(administration.deleteUser, { params });
  expect(await signedIn(second)).toBe(false);
});

test('a sign-in that began with the old password opens nothing once it is changed', async () => {
  const user = await addUser('races');
  const signIns = Array.from({ length: 12 }, (_, i) =>
    companion
      .client(undefined, { 'X-Forwarded-For': `10.2.0.${i}` })
      .call(account.signIn, { body: { name: 'races', password: 'password' } })
      .then(({ token }) => token)
      .catch(() => undefined)
  );
  await admin.call(administration.updateUser, {
    params: { userId: user.id },
    body: { password: 'another' }
  });
  const tokens = (await Promise.all(signIns)).filter(token => token !== undefined);
  for (const token of tokens) {
    expect(await signedIn(companion.client(token))).toBe(false);
  }
});

test('nobody makes themselves more than they are', async () => {
  const user = await addUser('climbs');
  const token = await companion.tokenOf('climbs', 'password');
  for (const extra of [
    { permissions: ['admin'] },
    { isAdmin: true },
    { builtin: true },
    { id: user.id, owner: true },
    { projectId: user.id },
    { role: 'admin' }
  ]) {
    const response = await companion.fetch('/api/account', {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
      body: JSON.stringify(extra)
    });
    expect(response.status).toBe(400);
  }
  const after = await admin.call(administration.getUser, { params: { userId: user.id } });
  expect(after).toMatchObject({ permissions: ['data'], owner: false, builtin: false });
});

test('personal access tokens are listed without their secret and can be revoked', async () => {
  await addUser('tokens');
  const client = await companion.signIn('tokens', 'password');
  const made = await client.call(account.createToken, { body: { name: 'ci', expiresInDays: 1 } });
  const listed = await client.call(account.listTokens, {});
  expect(JSON.stringify(listed)).not.toContain(made.token);
  expect(listed.items.map(({ name }) => name)).toEqual(['ci']);
  expect(await signedIn(companion.client(made.token))).toBe(true);
  await expect(
    (await companion.owner()).call(account.deleteToken, { params: { tokenId: made.id } })
  ).rejects.toMatchObject({ status: 404 });
  await client.call(account.deleteToken, { params: { tokenId: made.id } });
  expect(await signedIn(companion.client(made.token))).toBe(false);
});
