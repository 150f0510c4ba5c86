import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { operations } from '@topsdl/contract';
import type { Client } from '@topsdl/client';
import { startCompanion, type Companion } from '@topsdl/testing';

import { KINDS, pathOf, type Kind } from '../../../src/compute/volcano/kinds.ts';
import type { ClusterObject } from '../../../src/compute/volcano/objects.ts';
import { answer, ApiServer } from './apiServer.ts';
import { SMUGGLED } from './hostile.ts';
import { JobShape, NamespaceShape, QueueShape, QuotaShape } from './shapes.ts';

jest.setTimeout(120_000);

const { admin: administration, projects, training } = operations;

let directory: string;
let server: ApiServer;
let companion: Companion;
let admin: Client;
/** Objects as they came, by their kind, and who waits for the next. */
const sent = new Map<string, ClusterObject[]>();
let arrived: () => void = () => undefined;

/** The first object of a kind that is so, when it comes. */
async function object(kind: string, wanted: (object: ClusterObject) => boolean) {
  for (;;) {
    const came = new Promise<void>(resolve => (arrived = resolve));
    const found = sent.get(kind)?.find(wanted);
    if (found) {
      return found;
    }
    await came;
  }
}

/** Answers as the API server and Volcano's controllers do, and keeps what came. */
function take(path: string, body: string): ClusterObject {
  const made = JSON.parse(body) as ClusterObject;
  const collection = path.endsWith(`/${made.metadata.name}`)
    ? path.slice(0, path.lastIndexOf('/'))
    : path;
  const kept = server.put(
    collection,
    made.kind === 'Queue' ? ({ ...made, status: { state: 'Open' } } as ClusterObject) : made
  );
  if (made.kind === 'Namespace') {
    const account = pathOf(KINDS.serviceAccount, made.metadata.name);
    server.put(account, { metadata: { name: 'default', namespace: made.metadata.name } });
  }
  sent.set(made.kind ?? '', [...(sent.get(made.kind ?? '') ?? []), made]);
  arrived();
  return kept;
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'topsdl-sent-'));
  server = await ApiServer.start();
  server.intercept = ({ method, path, body }, response) => {
    if (method !== 'PATCH' && method !== 'POST') {
      return false;
    }
    answer(response, 201, take(path, body));
    return true;
  };
  const claim = { capacity: { storage: '1Ti' }, accessModes: ['ReadWriteMany'] };
  const own = (kind: Kind, namespace: string | undefined, name: string, more: object) =>
    server.put(pathOf(kind, namespace), { metadata: { name }, ...more } as ClusterObject);
  own(KINDS.claim, 'topsdl', 'topsdl-data', {
    spec: { ...claim, volumeName: 'pv' },
    status: { phase: 'Bound', ...claim }
  });
  own(KINDS.volume, undefined, 'pv', { spec: { ...claim, nfs: { server: 'nfs', path: '/' } } });
  companion = await startCompanion({
    dataDir: directory,
    env: {
      TOPSDL_COMPUTE_ENGINE: 'volcano',
      TOPSDL_CLUSTER_KUBECONFIG: server.kubeconfig(),
      TOPSDL_CLUSTER_IMAGE: 'registry.invalid/workload:1',
      TOPSDL_CLUSTER_CLAIM: 'topsdl/topsdl-data',
      TOPSDL_CLUSTER_NODE_SELECTOR: '{"pool": "cards"}',
      ...(process.getuid?.() === 0
        ? {}
        : {
            TOPSDL_CLUSTER_UID: String(process.getuid?.()),
            TOPSDL_CLUSTER_GID: String(process.getgid?.())
          })
    }
  });
  admin = await companion.admin();
});

afterAll(async () => {
  await companion.stop();
  await server.dispose();
  rmSync(directory, { recursive: true, force: true });
});

const NAMES = [
  '{{ .Values.x }} - &a !!b',
  '\ufeff猫'.padEnd(50, '狗'),
  '训练 # x, [y] %z @`$(HOME)'
];

test.each(NAMES)('what is called %j is text in what the cluster gets', async name => {
  const { id: userId } = (await admin.call(administration.listUsers, { query: {} })).items.find(
    user => user.builtin
  )!;
  const project = await admin.call(projects.create, {
    body: {
      name,
      memberIds: [userId],
      quotas: [
        { resource: 'cpu', limit: '4' },
        { resource: 'storage', limit: '1Ti' },
        { resource: 'requests.enflame.com/dtu', limit: '8' }
      ]
    }
  });
  const spec = await admin.call(administration.createSpec, {
    body: {
      name,
      model: '{{ privileged: true }}',
      cpu: 1,
      memoryBytes: 1024 ** 3,
      cards: 1,
      cardResource: 'enflame.com/dtu',
      ib: true,
      roce: true,
      nodeSelector: { pool: 'cards' },
      tolerations: [{ key: 'night', operator: 'Exists' }]
    }
  });
  const body = {
    name,
    specId: spec.id,
    datasetVersionIds: [],
    algorithmVersionIds: [],
    modelVersionIds: [],
    saveModelSetId: null,
    command: 'echo "{{ x }}"\n--- \nhostPath: /\nprivileged: true $(HOME)',
    environment: { A: '{{ x }} $(HOME) \u2028 &a', hostNetwork: 'true', serviceAccountName: 'x' },
    nodes: 2,
    graceSeconds: 5
  };
  const params = { projectId: project.id };
  for (const [field, value] of Object.entries(SMUGGLED)) {
    if (field !== 'toString') {
      await expect(
        admin.call(training.create, { params, body: { ...body, [field]: value } as typeof body })
      ).rejects.toMatchObject({ status: 400, field });
    }
  }
  const definition = await admin.call(training.create, { params, body });
  const run = await admin.call(training.startRun, { params: { trainingId: definition.id } });
  const job = await object(
    'Job',
    ({ metadata }) => metadata.annotations?.['topsdl/name']?.includes(name) ?? false
  );
  JobShape.parse(job);
  expect(JSON.stringify(job)).not.toMatch(/"privileged|hostPath|hostNetwork|serviceAccountName/);
  const { namespace } = job.metadata;
  for (const [kind, shape] of [
    ['Namespace', NamespaceShape],
    ['Queue', QueueShape]
  ] as const) {
    shape.parse(await object(kind, ({ metadata }) => metadata.name === namespace));
  }
  const quota = await object('ResourceQuota', ({ metadata }) => metadata.namespace === namespace);
  expect(QuotaShape.parse(quota).spec.hard).toEqual({ cpu: '4', 'requests.enflame.com/dtu': '8' });
  await admin.call(training.stopRun, { params: { runId: run.id } });
});

test('a compute spec for machines that are not this installation’s is refused where it is used', async () => {
  const [project] = (await admin.call(projects.list, { query: {} })).items;
  const spec = await admin.call(administration.createSpec, {
    body: {
      name: 'elsewhere',
      model: '',
      cpu: 1,
      memoryBytes: 1024 ** 3,
      cards: 0,
      cardResource: null,
      ib: false,
      roce: false,
      nodeSelector: { pool: 'other' }
    }
  });
  const body = {
    name: 'elsewhere',
    specId: spec.id,
    datasetVersionIds: [],
    algorithmVersionIds: [],
    modelVersionIds: [],
    saveModelSetId: null,
    command: 'true',
    environment: {},
    nodes: 1,
    graceSeconds: 5
  };
  await expect(
    admin.call(training.create, { params: { projectId: project!.id }, body })
  ).rejects.toMatchObject({
    status: 422,
    code: 'placement-excluded',
    field: 'specId',
    params: { label: 'pool', wanted: 'other', value: 'cards' }
  });
});
