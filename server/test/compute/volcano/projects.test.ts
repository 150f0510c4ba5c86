import { afterEach, beforeEach, expect, test } from '@jest/globals';

import { Contact } from '../../../src/compute/volcano/contact.ts';
import type { ClusterApi } from '../../../src/compute/volcano/client.ts';
import type { VolcanoEngineConfig } from '../../../src/compute/volcano/config.ts';
import { KINDS, pathOf } from '../../../src/compute/volcano/kinds.ts';
import { namespaceManifest } from '../../../src/compute/volcano/manifests/project.ts';
import { namespaceName } from '../../../src/compute/volcano/names.ts';
import type { ClusterObject } from '../../../src/compute/volcano/objects.ts';
import { Projects } from '../../../src/compute/volcano/projects.ts';
import {
  clusterFaults,
  clusterSettings,
  type ClusterSettings
} from '../../../src/compute/volcano/settings.ts';
import { answer, ApiServer, refuse } from './apiServer.ts';
import { CONFIG } from './samples.ts';

const GIVEN: VolcanoEngineConfig = {
  ...CONFIG,
  projects: 'given',
  watch: 'namespace',
  namespaces: { vision: 'team-a' }
};
const VISION = { id: 'project-1', name: 'vision', quotas: { cpu: '4' } };
const SPEECH = { id: 'project-2', name: 'speech', quotas: {} };

let server: ApiServer;
let api: ClusterApi;

beforeEach(async () => {
  server = await ApiServer.start();
  api = server.client();
});

afterEach(async () => {
  await api.close();
  await server.dispose();
});

function projectsOf(config: VolcanoEngineConfig): Projects {
  return new Projects(config, api, new Contact(() => api.get('/readyz')));
}

function addNamespace(name: string): void {
  server.put(`/api/v1/namespaces/${name}/serviceaccounts`, { metadata: { name: 'default' } });
}

test('a namespace that is given is looked for, and nothing is made or removed', async () => {
  addNamespace('team-a');
  const projects = projectsOf(GIVEN);
  await projects.set([VISION, SPEECH]);
  expect(projects.namespaceOf(VISION.id)).toBe('team-a');
  expect(projects.namespaces().sort()).toEqual(['team-a', namespaceName('topsdl', SPEECH.id)]);
  await projects.ready(VISION.id);
  await projects.set([]);
  expect(server.requests.map(({ method, path }) => [method, path])).toEqual([
    ['GET', '/api/v1/namespaces/team-a/serviceaccounts/default']
  ]);
});

test('a project without a namespace that may be used says what its name has to be, until there is one', async () => {
  const projects = projectsOf(GIVEN);
  await projects.set([VISION, SPEECH]);
  const namespace = namespaceName('topsdl', SPEECH.id);
  await expect(projects.ready(SPEECH.id)).rejects.toMatchObject({
    code: 'start_failed',
    message: expect.stringContaining(`The project “speech” has no namespace ${namespace} `)
  });
  server.intercept = (_request, response) => {
    refuse(response, 403, 'Forbidden');
    return true;
  };
  await expect(projects.ready(SPEECH.id)).rejects.toMatchObject({ code: 'start_failed' });
  server.intercept = () => false;
  addNamespace(namespace);
  await projects.ready(SPEECH.id);
});

test('what could not be removed of a project that is no more is removed the next time', async () => {
  const queues = pathOf(KINDS.queue);
  const namespaces = pathOf(KINDS.namespace);
  const { metadata } = namespaceManifest(CONFIG, VISION);
  server.put(namespaces, { metadata });
  server.put(queues, { metadata: { name: metadata.name } });
  server.intercept = ({ method, path }, response) => {
    const refused = method === 'DELETE' && path.startsWith(queues);
    if (refused) {
      refuse(response, 400, 'BadRequest', 'the queue has allocated Pods: 1');
    }
    return refused;
  };
  const projects = projectsOf(CONFIG);
  await expect(projects.set([])).rejects.toThrow('allocated Pods');
  server.intercept = () => false;
  await projects.set([]);
  expect([...server.objects(queues), ...server.objects(namespaces)]).toEqual([]);
});

test('a claim that is bound to no volume is named', async () => {
  server.intercept = ({ method, path, body }, response) => {
    if (method !== 'PATCH') {
      return false;
    }
    answer(response, 200, server.put(path.slice(0, path.lastIndexOf('/')), JSON.parse(body)));
    return true;
  };
  server.put('/api/v1/namespaces/topsdl/persistentvolumeclaims', {
    metadata: { name: 'topsdl-data' },
    spec: { accessModes: ['ReadWriteMany'] }
  } as ClusterObject);
  const projects = projectsOf(CONFIG);
  await projects.set([VISION]);
  await expect(projects.ready(VISION.id)).rejects.toMatchObject({
    code: 'start_failed',
    message: expect.stringContaining('The claim topsdl/topsdl-data is bound to no volume yet')
  });
});

test('the name of a project is no property of an object', async () => {
  const projects = projectsOf(GIVEN);
  await projects.set([{ ...SPEECH, name: 'constructor' }]);
  expect(projects.namespaceOf(SPEECH.id)).toBe(namespaceName('topsdl', SPEECH.id));
});

test('namespaces are for projects that are given, one each', () => {
  const faults = (more: Partial<ClusterSettings>) =>
    clusterFaults({ ...clusterSettings.parse({ image: 'a', claim: 'a/b' }), ...more }).map(
      ({ setting }) => setting
    );
  const namespaces = { vision: 'team-a', speech: 'team-b' };
  expect(faults({ projects: 'given', namespaces })).toEqual([]);
  expect(faults({ projects: 'given' })).toEqual([]);
  expect(faults({ namespaces })).toEqual(['namespaces']);
  const from = { namespace: {}, pod: {} };
  const gateway = {
    namespace: 'gateways',
    name: 'public',
    host: 'models',
    path: '/services',
    from
  };
  expect(faults({ gateway })).toEqual([]);
  expect(faults({ projects: 'given', gateway })).toEqual(['gateway']);
  expect(faults({ projects: 'given', namespaces: { a: 'team-a', b: 'team-a' } })).toEqual([
    'namespaces'
  ]);
});
