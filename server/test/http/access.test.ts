import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { allOperations, operations, Permission, type Operation } from '@topsdl/contract';
import { startCompanion, type Companion } from '@topsdl/testing';
import { seed, type Seeded } from './seed.ts';

// Each test makes some hundred calls.
jest.setTimeout(120_000);

let companion: Companion;
let seeded: Seeded;
/** Bearer tokens: a member of the seeded project for each permission, and people elsewhere. */
const tokens = new Map<string, string>();

beforeAll(async () => {
  companion = await startCompanion();
  const owner = await companion.owner();
  seeded = await seed(companion, owner);
  const admin = await companion.admin();
  const { id: ownerId } = (await owner.call(operations.account.session, {})).user;
  const members = [ownerId];
  const add = async (name: string, permissions: Permission[]) => {
    const user = await admin.call(operations.admin.createUser, {
      body: { name: `user ${name}`, password: 'password', permissions }
    });
    tokens.set(name, await companion.tokenOf(`user ${name}`, 'password'));
    return user.id;
  };
  for (const permission of Permission.options) {
    members.push(await add(permission, [permission]));
  }
  members.push(await add('member without permissions', []));
  const stranger = await add('stranger', ['platform', 'data', 'label', 'review']);
  await admin.call(operations.projects.update, {
    params: { projectId: seeded.projectId },
    body: { memberIds: members }
  });
  await admin.call(operations.projects.create, {
    body: { name: 'elsewhere', memberIds: [stranger] }
  });
}, 180_000);

afterAll(() => companion.stop());

/** An operation's path with the seeded ids. */
function address(operation: Operation): string {
  let path = operation.path;
  for (const [pattern, id] of seeded.ids) {
    path = path.replaceAll(new RegExp(`${escapePattern(pattern)}`, 'g'), whole =>
      whole.replace(/\{\w+\}/, id)
    );
  }
  return path.replace('{role}', 'production');
}

const escapePattern = (pattern: string) => pattern.replace(/[{}/]/g, '\\$&');

/**
 * Calls an operation with a query that no operation takes. Whoever may call it gets as far as the
 * check of the query, 400, and nothing is done; others are stopped before.
 */
async function probe(operation: Operation, token?: string) {
  const response = await companion.fetch(`/api${address(operation)}?no-such-parameter=1`, {
    method: operation.method,
    headers: { ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }) }
  });
  const problem = (await response.json().catch(() => ({}))) as { code?: string };
  return `${response.status} ${problem.code ?? ''}`.trim();
}

const isPublic = ({ access }: Operation) => access.scope === 'public';

test('every operation of the contract has an implementation', async () => {
  const missing: string[] = [];
  const token = await companion.ownerToken();
  for (const operation of allOperations) {
    const answer = await probe(operation, token);
    if (address(operation).includes('{') || answer.startsWith('405')) {
      missing.push(operation.id);
    }
    const unknown = await companion.fetch(`/api${address(operation)}`, { method: 'OPTIONS' });
    if (unknown.status !== 405) {
      missing.push(operation.id);
    }
  }
  expect(missing).toEqual([]);
});

test('nobody gets anywhere but to public operations', async () => {
  for (const operation of allOperations.filter(candidate => !isPublic(candidate))) {
    expect([operation.id, await probe(operation)]).toEqual([operation.id, '401 not-signed-in']);
    expect([operation.id, await probe(operation, 'topsdl_ses_forged')]).toEqual([
      operation.id,
      '401 not-signed-in'
    ]);
  }
});

test('for a member of another project nothing of this one exists', async () => {
  const token = tokens.get('stranger');
  for (const operation of allOperations) {
    const { scope } = operation.access;
    if (scope === 'project') {
      expect([operation.id, await probe(operation, token)]).toEqual([
        operation.id,
        '404 not-found'
      ]);
    } else if (scope === 'admin') {
      expect([operation.id, await probe(operation, token)]).toEqual([
        operation.id,
        '403 not-allowed'
      ]);
    }
  }
});

test('what one may not see and what is not there are told alike', async () => {
  const call = async (id: string) => {
    const response = await companion.fetch(`/api/datasets/${id}`, {
      headers: { Authorization: `Bearer ${tokens.get('stranger')}` }
    });
    return [response.status, await response.text()];
  };
  const hidden = await call(seeded.ids.get('/datasets/{datasetId}')!);
  expect(await call('01890a5d-ac96-774b-bcce-b302099a8057')).toEqual(hidden);
});

describe.each([...Permission.options, 'member without permissions'])('a member with %s', name => {
  test('may do what the contract declares, and nothing else', async () => {
    const token = tokens.get(name);
    for (const operation of allOperations.filter(candidate => !isPublic(candidate))) {
      const { access } = operation;
      const allowed =
        access.scope === 'signedIn' ||
        (access.scope === 'admin' && name === 'admin') ||
        (access.scope === 'project' && access.anyOf.some(permission => permission === name));
      expect([operation.id, await probe(operation, token)]).toEqual([
        operation.id,
        allowed ? '400 invalid' : '403 not-allowed'
      ]);
    }
  });
});

test('everyone reads what is public, administrators write it', async () => {
  const admin = await companion.admin();
  const dataset = await admin.call(operations.datasets.create, {
    params: { projectId: seeded.projectId },
    body: { name: 'for all', dataType: 'image', annotationType: 'classification', public: true }
  });
  expect(dataset.projectId).toBeNull();
  const own = { ...seeded, ids: new Map([['/datasets/{datasetId}', dataset.id]]) };
  const before = seeded;
  seeded = own;
  const { datasets } = operations;
  for (const name of ['stranger', 'data', 'member without permissions']) {
    expect(await probe(datasets.get, tokens.get(name))).toBe('400 invalid');
    expect(await probe(datasets.update, tokens.get(name))).toBe('403 public-read-only');
  }
  expect(await probe(datasets.update, tokens.get('admin'))).toBe('400 invalid');
  seeded = before;
});

test('nothing that is read, and no nonsense that is sent, makes the server fail', async () => {
  const token = await companion.ownerToken();
  const authorization = { Authorization: `Bearer ${token}` };
  const failed: string[] = [];
  const check = async (operation: Operation, init: RequestInit) => {
    const aborter = new AbortController();
    const response = await companion.fetch(`/api${address(operation)}`, {
      method: operation.method,
      signal: aborter.signal,
      ...init
    });
    if (response.status >= 500) {
      failed.push(`${operation.id} ${String(init.body)}: ${await response.text()}`);
    }
    aborter.abort();
  };
  for (const operation of allOperations) {
    if (operation.method === 'GET') {
      await check(operation, { headers: authorization });
    } else if (operation.body) {
      for (const body of ['null', '[]', '"text"', '0', '{"a":{"b":[]}}']) {
        await check(operation, {
          headers: { ...authorization, 'Content-Type': 'application/json' },
          body
        });
      }
    }
  }
  expect(failed).toEqual([]);
});
