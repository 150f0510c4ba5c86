import { afterEach, beforeEach, expect, test } from '@jest/globals';

import type { ServiceRoute } from '../../../src/compute/engine.ts';
import type { ClusterApi } from '../../../src/compute/volcano/client.ts';
import { planWorkload } from '../../../src/compute/volcano/plan.ts';
import type { GatewayConfig, VolcanoEngineConfig } from '../../../src/compute/volcano/config.ts';
import { Contact } from '../../../src/compute/volcano/contact.ts';
import { httpRouteName } from '../../../src/compute/volcano/manifests/httpRoute.ts';
import type { ClusterObject } from '../../../src/compute/volcano/objects.ts';
import { Projects } from '../../../src/compute/volcano/projects.ts';
import { Routes } from '../../../src/compute/volcano/routes.ts';
import { clusterSettings } from '../../../src/compute/volcano/settings.ts';
import { answer, ApiServer, refuse } from './apiServer.ts';
import { CONFIG, RUN, SPEC } from './samples.ts';

const GATEWAY: GatewayConfig = {
  namespace: 'gateways',
  name: 'public',
  host: 'models.example.org',
  path: '/services',
  from: { namespace: {}, pod: {} }
};
const CLOSED: VolcanoEngineConfig = {
  ...CONFIG,
  projects: 'given',
  watch: 'namespace',
  namespaces: { vision: 'team-a' }
};
const OPEN: VolcanoEngineConfig = { ...CLOSED, gateway: GATEWAY };
const COLLECTION = '/apis/gateway.networking.k8s.io/v1/namespaces/team-a/httproutes';

let server: ApiServer;
let api: ClusterApi;

beforeEach(async () => {
  server = await ApiServer.start();
  api = server.client();
  server.put('/api/v1/namespaces/team-a/serviceaccounts', { metadata: { name: 'default' } });
  server.intercept = keeps;
});

afterEach(async () => {
  await api.close();
  await server.dispose();
});

/** What a server with the Gateway API does beside the rest. */
const keeps: ApiServer['intercept'] = ({ method, path, body }, response) => {
  if (method === 'PATCH') {
    answer(response, 200, server.put(COLLECTION, JSON.parse(body) as ClusterObject));
  } else if (method === 'GET' && path === COLLECTION) {
    answer(response, 200, { items: server.objects(COLLECTION) });
  } else {
    return false;
  }
  return true;
};

async function routesOf(config: VolcanoEngineConfig): Promise<Routes> {
  const contact = new Contact(() => api.get('/readyz'));
  const projects = new Projects(config, api, contact);
  await projects.set([{ id: SPEC.projectId, name: 'vision', quotas: {} }]);
  return new Routes(config, api, contact, projects);
}

function route(id: string): ServiceRoute {
  const spec = { ...SPEC, kind: 'service', nodes: 1, ports: [8080] } as const;
  const { handle } = planWorkload(OPEN, spec, { ...RUN, id }, 'team-a');
  return {
    id,
    name: id,
    projectId: SPEC.projectId,
    versions: [{ handle, port: 8080, share: 1 }]
  };
}

/** Requests for routes since the last look. */
function asked(): string[] {
  const { requests } = server;
  const found = requests.flatMap(({ method, path }) =>
    path.startsWith(COLLECTION) ? [`${method} ${path.slice(COLLECTION.length)}`] : []
  );
  requests.length = 0;
  return found;
}

const there = (): string[] => server.objects(COLLECTION).map(({ metadata }) => metadata.name);

test('a route is made once, changed with what it says, and removed when nobody tells of it', async () => {
  const old = { name: 'of-a-service-that-is-gone', namespace: 'team-a' };
  server.put(COLLECTION, { metadata: old });
  const routes = await routesOf(OPEN);
  await routes.set([route('a'), route('b')]);
  expect(there()).toEqual([httpRouteName('a'), httpRouteName('b')]);
  expect(asked()).toHaveLength(4);
  await routes.set([route('a'), route('b')]);
  expect(asked()).toEqual([]);
  await routes.set([{ ...route('a'), name: 'renamed' }]);
  expect(asked().sort()).toEqual([`DELETE /${httpRouteName('b')}`, `PATCH /${httpRouteName('a')}`]);
  expect(there()).toEqual([httpRouteName('a')]);
});

test('one that is refused keeps no other from being made, and is tried again', async () => {
  const routes = await routesOf(OPEN);
  server.intercept = (request, response) => {
    if (request.method === 'PATCH' && request.path.endsWith(httpRouteName('a'))) {
      refuse(response, 422, 'Invalid', 'no');
      return true;
    }
    return keeps(request, response);
  };
  await expect(routes.set([route('a'), route('b')])).rejects.toMatchObject({ status: 422 });
  expect(there()).toEqual([httpRouteName('b')]);
  server.intercept = keeps;
  asked();
  await routes.set([route('a'), route('b')]);
  expect(asked()).toEqual([`PATCH /${httpRouteName('a')}`]);
});

test('where no gateway is configured any more, nothing is left of it', async () => {
  await (await routesOf(OPEN)).set([route('a')]);
  const closed = await routesOf(CLOSED);
  await closed.set([route('a')]);
  expect(there()).toEqual([]);
  server.intercept = (_, response) => {
    refuse(response, 403, 'Forbidden');
    return true;
  };
  await (await routesOf(CLOSED)).set([route('a')]);
  await expect((await routesOf(OPEN)).set([route('a')])).rejects.toMatchObject({ status: 403 });
});

test('a cluster without the Gateway API is asked for nothing more', async () => {
  server.intercept = ({ path }, response) => {
    const lacks = path.startsWith('/apis/gateway.networking.k8s.io/');
    if (lacks) {
      refuse(response, 404, 'NotFound');
    }
    return lacks;
  };
  await (await routesOf(OPEN)).set([route('a')]);
  expect(asked()).toEqual(['GET ']);
});

test('a gateway is named with its namespace, and with a host of its own', () => {
  const { gateway } = clusterSettings.parse({
    gateway: { parent: 'gateways/public', host: 'models.example.org' }
  });
  expect(gateway).toEqual({
    namespace: 'gateways',
    name: 'public',
    host: 'models.example.org',
    path: '/services',
    from: { namespace: { 'kubernetes.io/metadata.name': 'gateways' }, pod: {} }
  });
  for (const wrong of [
    { parent: 'public', host: 'models.example.org' },
    { parent: 'gateways/public' },
    { parent: 'gateways/public', host: '*.example.org' },
    { parent: 'gateways/public', host: 'models.example.org', path: 'services/' }
  ]) {
    expect(clusterSettings.safeParse({ gateway: wrong }).success).toBe(false);
  }
});
