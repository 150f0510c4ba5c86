import { afterEach, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';

import type { ClusterApi } from '../../../src/compute/volcano/client.ts';
import { isApiError } from '../../../src/compute/volcano/apiError.ts';
import { Contact } from '../../../src/compute/volcano/contact.ts';
import { KINDS, pathOf } from '../../../src/compute/volcano/kinds.ts';
import type { ClusterObject, Pod } from '../../../src/compute/volcano/objects.ts';
import { Backoff } from '../../../src/compute/volcano/pause.ts';
import { Watch } from '../../../src/compute/volcano/watch.ts';
import { ApiServer, refuse } from './apiServer.ts';

jest.setTimeout(30_000);

const PODS = '/api/v1/pods';

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) {
    await close();
  }
});

/** A watch of pods, and what it told, in order. */
async function follow(
  server: ApiServer,
  options: { silenceMs?: number } = {}
): Promise<{
  told: string[];
  watch: Watch<Pod>;
  contact: Contact;
  api: ClusterApi;
  settled(): Promise<void>;
}> {
  const api = server.client();
  const contact = new Contact(() => api.get('/readyz'), new Backoff(20, 100));
  const told: string[] = [];
  let syncs = 0;
  const name = ({ metadata }: Pod) =>
    `${metadata.name}/${metadata.uid}@${metadata.resourceVersion}`;
  const watch = new Watch<Pod>(
    {
      list: query => contact.ask(() => api.list<Pod>(KINDS.pod, undefined, query)),
      watch: (query, signal) =>
        api.lines(pathOf(KINDS.pod), query, signal, options.silenceMs ?? 5_000)
    },
    contact,
    {
      changed: pod => told.push(`+${name(pod)}`),
      removed: pod => told.push(`-${pod.metadata.name}/${pod.metadata.uid}`),
      synced: () => syncs++
    },
    { random: () => 0, gap: new Backoff(10, 50) }
  );
  void watch.run();
  closers.push(
    () => watch.close(),
    () => contact.close(),
    () => api.close()
  );
  await until(() => syncs > 0 || watch.failure !== undefined || contact.away !== undefined);
  return {
    told,
    watch,
    contact,
    api,
    /** Everything that the server has was told. */
    settled: () =>
      until(
        () =>
          JSON.stringify(sorted(watch.objects())) === JSON.stringify(sorted(server.objects(PODS)))
      )
  };
}

function sorted(objects: Iterable<ClusterObject>): [string, string | undefined][] {
  return [...objects]
    .map(({ metadata }): [string, string | undefined] => [metadata.name, metadata.resourceVersion])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

async function until(wanted: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!wanted()) {
    if (Date.now() > deadline) {
      throw new Error('It did not come to that.');
    }
    await new Promise(resolve => setTimeout(resolve, 5));
  }
}

async function started(): Promise<ApiServer> {
  const server = await ApiServer.start();
  closers.push(() => server.dispose());
  return server;
}

const pod = (name: string, more: object = {}): Pod => ({ metadata: { name, ...more } });

test('lists in pages and follows from there', async () => {
  const server = await started();
  server.pageSize = 2;
  for (const name of ['a', 'b', 'c', 'd', 'e']) {
    server.put(PODS, pod(name));
  }
  const { told, settled } = await follow(server);
  expect(told.map(line => line.slice(0, 2))).toEqual(['+a', '+b', '+c', '+d', '+e']);
  await until(() => server.watching === 1);
  server.put(PODS, pod('a'));
  server.delete(PODS, 'b');
  await settled();
  expect(told.slice(5).map(line => line.slice(0, 2))).toEqual(['+a', '-b']);
});

test('goes on from a bookmark, and asks for nothing twice', async () => {
  const server = await started();
  server.put(PODS, pod('a'));
  const { told, settled } = await follow(server);
  await until(() => server.watching === 1);
  server.bookmark();
  const marked = server.put(PODS, pod('b'));
  await settled();
  server.compact();
  server.endWatches('end');
  await until(() => server.watching === 1);
  const watches = server.requests.filter(({ query }) => query.get('watch') === 'true');
  expect(watches.at(-1)?.query.get('resourceVersion')).toBe(marked.metadata.resourceVersion);
  expect(watches.every(({ query }) => query.get('allowWatchBookmarks') === 'true')).toBe(true);
  expect(server.requests.filter(({ query }) => query.has('limit'))).toHaveLength(1);
  expect(told).toHaveLength(2);
});

test.each(['end', 'reset', 'half', 'expired'] as const)(
  'tells what happened while it was away: %s',
  async how => {
    const server = await started();
    server.put(PODS, pod('kept'));
    server.put(PODS, pod('gone'));
    const { told, settled } = await follow(server);
    await until(() => server.watching === 1);
    const before = told.length;
    server.endWatches(how);
    server.put(PODS, pod('kept'));
    server.delete(PODS, 'gone');
    server.put(PODS, pod('new'));
    if (how !== 'end') {
      // What the watch was to go on from is forgotten: it gets 410 as an answer.
      server.compact();
    }
    await settled();
    expect(
      told
        .slice(before)
        .map(line => line.replace(/\/.*/, ''))
        .sort()
    ).toEqual(['+kept', '+new', '-gone']);
  }
);

test('a list whose next page is no longer known is begun anew', async () => {
  const server = await started();
  server.pageSize = 2;
  for (const name of ['a', 'b', 'c']) {
    server.put(PODS, pod(name));
  }
  let expired = 0;
  server.intercept = ({ query }, response) => {
    if (query.has('continue') && expired++ === 0) {
      refuse(response, 410, 'Expired', 'The provided continue parameter is too old');
      return true;
    }
    return false;
  };
  const { told, settled } = await follow(server);
  await settled();
  expect(told.map(line => line.slice(0, 2))).toEqual(['+a', '+b', '+c']);
  expect(expired).toBe(2);
});

test('an object that was made again under the same name is another', async () => {
  const server = await started();
  server.put(PODS, pod('a', { uid: 'one' }));
  const { told, settled } = await follow(server);
  await until(() => server.watching === 1);
  server.endWatches('expired');
  server.delete(PODS, 'a');
  server.put(PODS, pod('a', { uid: 'two' }));
  server.compact();
  await settled();
  expect(told.map(line => line.replace(/@.*/, ''))).toEqual(['+a/one', '-a/one', '+a/two']);
});

test('a connection that is dead and does not say so is given up', async () => {
  const server = await started();
  server.put(PODS, pod('a'));
  const { settled } = await follow(server, { silenceMs: 300 });
  await until(() => server.watching === 1);
  // It takes requests and never says anything again on this one.
  let hung = false;
  server.intercept = ({ query }, response) => {
    if (query.get('watch') === 'true' && !hung) {
      hung = true;
      response.writeHead(200);
      response.flushHeaders();
      return true;
    }
    return false;
  };
  server.endWatches('end');
  await until(() => hung);
  server.put(PODS, pod('b'));
  await settled();
});

test('a right that is missing is named and not asked for over and over', async () => {
  const server = await started();
  server.intercept = (_request, response) => {
    refuse(response, 403, 'Forbidden', 'pods is forbidden: User "u" cannot list resource "pods"');
    return true;
  };
  const { watch } = await follow(server);
  await until(() => watch.failure !== undefined);
  expect(watch.failure?.message).toContain('cannot list resource');
  const before = server.requests.length;
  await new Promise(resolve => setTimeout(resolve, 300));
  expect(server.requests.length - before).toBeLessThan(20);
  server.intercept = () => false;
  await until(() => watch.failure === undefined && watch.synced);
});

test('while the server is away one asks, seldom, and all others are refused at once', async () => {
  const server = await started();
  server.put(PODS, pod('a'));
  const api = server.client();
  const contact = new Contact(() => api.get('/readyz'));
  closers.push(
    () => contact.close(),
    () => api.close()
  );
  server.intercept = (_request, response) => {
    response.socket?.destroy();
    return true;
  };
  const begin = performance.now();
  let refused = 0;
  while (performance.now() - begin < 6_000) {
    await contact
      .ask(() => api.get(`${PODS}/a`))
      .catch((error: unknown) => {
        refused += isApiError(error) && error.status === 0 ? 1 : 0;
      });
    await new Promise(resolve => setTimeout(resolve, 10));
  }
  expect(refused).toBeGreaterThan(100);
  expect(server.requests.length).toBeLessThan(6);
  server.intercept = () => false;
  await contact.back();
  expect(await contact.ask(() => api.get<Pod>(`${PODS}/a`))).toMatchObject({
    metadata: { name: 'a' }
  });
}, 30_000);

test('whatever happens to the connection, each object ends as it is, and no change is told twice', async () => {
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        op: fc.constant('put' as const),
        name: fc.constantFrom('a', 'b', 'c')
      })
    },
    {
      weight: 3,
      arbitrary: fc.record({
        op: fc.constant('delete' as const),
        name: fc.constantFrom('a', 'b', 'c')
      })
    },
    {
      weight: 3,
      arbitrary: fc.record({
        op: fc.constantFrom('end' as const, 'reset' as const, 'half' as const, 'expired' as const),
        name: fc.constant('')
      })
    },
    {
      weight: 2,
      arbitrary: fc.record({
        op: fc.constantFrom('compact' as const, 'bookmark' as const, 'wait' as const),
        name: fc.constant('')
      })
    }
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async steps => {
      const server = await ApiServer.start();
      const { told, settled, watch, contact, api } = await follow(server);
      for (const { op, name } of steps) {
        switch (op) {
          case 'put':
            server.put(PODS, pod(name));
            break;
          case 'delete':
            server.delete(PODS, name);
            break;
          case 'compact':
            server.compact();
            break;
          case 'bookmark':
            server.bookmark();
            break;
          case 'wait':
            await new Promise(resolve => setTimeout(resolve, 3));
            break;
          default:
            server.endWatches(op);
        }
      }
      await settled();
      expect(new Set(told).size).toBe(told.length);
      watch.close();
      contact.close();
      await api.close();
      await server.dispose();
    }),
    { numRuns: 40 }
  );
}, 60_000);
