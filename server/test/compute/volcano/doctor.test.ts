import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, test } from '@jest/globals';

import { ClusterApi } from '../../../src/compute/volcano/client.ts';
import { expiryOf } from '../../../src/compute/volcano/credentials.ts';
import { connect, examineConnection } from '../../../src/compute/volcano/doctor/connection.ts';
import { examineMachines, usableNodes } from '../../../src/compute/volcano/doctor/machines.ts';
import {
  examinePrograms,
  findPrograms,
  versionOf
} from '../../../src/compute/volcano/doctor/programs.ts';
import { judgeQuota } from '../../../src/compute/volcano/doctor/queues.ts';
import {
  examineRights,
  groupOf,
  neededRights,
  resourceOf
} from '../../../src/compute/volcano/doctor/rights.ts';
import { examineScheduler, judge } from '../../../src/compute/volcano/doctor/scheduler.ts';
import { examineServed } from '../../../src/compute/volcano/doctor/served.ts';
import {
  judgeClaim,
  judgeHostPath,
  judgeOwner
} from '../../../src/compute/volcano/doctor/volume.ts';
import type { VolcanoEngineConfig } from '../../../src/compute/volcano/config.ts';
import type { Finding } from '../../../src/compute/volcano/finding.ts';
import { namespaceName } from '../../../src/compute/volcano/names.ts';
import type {
  ClusterNode,
  ClusterObject,
  Deployment
} from '../../../src/compute/volcano/objects.ts';
import type { ApiServer } from './apiServer.ts';
import { answer, refuse } from './apiServer.ts';
import { deployed } from './installation.ts';
import { told, withServer } from './findings.ts';
import { CONFIG } from './samples.ts';

describe('the connection', () => {
  test('a kubeconfig that is not there, is none, or has no such context', () => {
    const directory = mkdtempSync(join(tmpdir(), 'topsdl-doctor-'));
    try {
      const path = join(directory, 'kubeconfig');
      expect(connect({ kubeconfig: path })).toMatchObject({
        state: 'missing',
        detail: expect.stringContaining('set cluster.kubeconfig')
      });
      writeFileSync(path, 'clusters: [\n');
      expect(connect({ kubeconfig: path })).toMatchObject({ state: 'wrong', what: 'kubeconfig' });
      writeFileSync(
        path,
        JSON.stringify({
          clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
          users: [{ name: 'u', user: {} }],
          contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
          'current-context': 'x'
        })
      );
      expect(connect({ kubeconfig: path })).toBeInstanceOf(ClusterApi);
      expect(connect({ kubeconfig: path, context: 'y' })).toMatchObject({
        state: 'wrong',
        detail: expect.stringContaining('no cluster for the context “y”; its contexts: x')
      });
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test('a server that answers, refuses, or is not there', async () => {
    await withServer(async (server, api) => {
      server.intercept = ({ path }, response) => {
        if (path === '/version') {
          answer(response, 200, { gitVersion: 'v1.30.1' });
        } else {
          answer(response, 201, { status: { userInfo: { username: 'someone' } } });
        }
        return true;
      };
      expect(told(await examineConnection(api))).toEqual([
        expect.stringMatching(/^ok API server: http:.*, Kubernetes v1\.30\.1, answered in \d+ ms$/),
        'ok credentials: those of someone'
      ]);
      server.intercept = (_request, response) => {
        refuse(response, 401, 'Unauthorized');
        return true;
      };
      expect(told(await examineConnection(api))).toEqual([
        expect.stringMatching(/^wrong credentials: http:.* does not take those of u: get new ones/)
      ]);
      const later = server.client();
      await server.stop();
      expect(told(await examineConnection(later))).toEqual([
        expect.stringMatching(/^wrong API server: .*nothing listens there.*ECONNREFUSED/)
      ]);
    });
  });
});

test('credentials say when they end', () => {
  const token = (claims: object): string =>
    `Bearer x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.y`;
  expect(expiryOf(undefined, token({ exp: 1_700_000_000 }))).toEqual({
    at: new Date(1_700_000_000_000),
    token: true
  });
  expect(expiryOf(undefined, token({}))).toBeUndefined();
  expect(expiryOf(undefined, 'Bearer opaque')).toBeUndefined();
  expect(expiryOf('no certificate', undefined)).toBeUndefined();
});

describe('rights', () => {
  const granted = (refused: (attributes: Record<string, string>) => boolean) =>
    withServer(async (server, api) => {
      server.intercept = ({ body }, response) => {
        const { resourceAttributes } = (
          JSON.parse(body) as { spec: { resourceAttributes: Record<string, string> } }
        ).spec;
        asked.push(resourceAttributes);
        answer(response, 201, { status: { allowed: !refused(resourceAttributes) } });
        return true;
      };
      findings = await examineRights(api, CONFIG, []);
    });
  let findings: readonly Finding[] = [];
  let asked: Record<string, string>[] = [];

  test('each is asked for, in the namespace where it is needed', async () => {
    asked = [];
    await granted(() => false);
    expect(told(findings)).toEqual([
      `ok rights: all ${asked.length} that the engine needs are there`
    ]);
    expect(asked).toContainEqual({ group: 'batch.volcano.sh', resource: 'jobs', verb: 'create' });
    expect(asked).toContainEqual({
      group: '',
      resource: 'persistentvolumeclaims',
      verb: 'get',
      namespace: 'topsdl',
      name: 'topsdl-data'
    });
    expect(asked).toContainEqual({ group: '', resource: 'pods', verb: 'get', subresource: 'exec' });
    // The direct way to pods needs no forwarding.
    expect(asked).not.toContainEqual(expect.objectContaining({ subresource: 'portforward' }));
  });

  test('what is missing is named with what it is for', async () => {
    await granted(({ resource, verb }) => resource === 'jobs' && verb !== 'get');
    expect(told(findings)).toEqual([
      'missing right to jobs of batch.volcano.sh: they may not create, delete, list, watch, which is needed for runs: allow it in a role of these credentials'
    ]);
  });

  test('what the engine can do without is a note', async () => {
    await granted(({ resource }) => resource === 'nodes');
    expect(findings).toMatchObject([{ state: 'note', what: 'right to nodes' }]);
  });

  test('queues and claims are needed only where the engine makes them', () => {
    const named = neededRights({ ...CONFIG, queue: 'research', volume: { hostPath: '/data' } });
    const plurals = named.map(({ kind }) => kind.plural);
    expect(plurals).not.toContain('queues');
    expect(plurals).not.toContain('persistentvolumes');
    const given = neededRights({ ...CONFIG, projects: 'given' });
    expect(given.map(({ kind }) => kind.plural)).not.toContain('namespaces');
  });
});

describe('the rights that deploy gives', () => {
  interface Role extends ClusterObject {
    rules?: readonly { apiGroups: string[]; resources: string[]; verbs: string[] }[];
  }
  const given = (...roles: string[]): string[] =>
    deployed<Role>('base/rights.yaml')
      .filter(({ metadata, rules }) => rules !== undefined && roles.includes(metadata.name))
      .flatMap(({ rules = [] }) => rules)
      .flatMap(({ apiGroups, resources, verbs }) =>
        verbs.map(verb => `${verb} ${apiGroups.join()} ${resources.join()}`)
      );
  const needed = (more: Partial<VolcanoEngineConfig>): string[] =>
    neededRights({ ...CONFIG, ...more }).flatMap(right =>
      right.verbs.map(verb => `${verb} ${groupOf(right.kind)} ${resourceOf(right)}`)
    );

  test('are those that are looked for', () => {
    const all = given('topsdl-runs', 'topsdl-projects', 'topsdl-volume');
    expect(all.sort()).toEqual(needed({}).sort());
  });

  test('and in namespaces that are given', () => {
    const inside = needed({ projects: 'given', watch: 'namespace' });
    expect(given('topsdl-runs', 'topsdl-volume').sort()).toEqual(inside.sort());
  });
});

describe('Volcano', () => {
  test('what is not served, and in which version there is something else', async () => {
    await withServer(async (server, api) => {
      server.intercept = ({ path }, response) => {
        const served: Record<string, object> = {
          '/apis/batch.volcano.sh/v1alpha1': { resources: [{ name: 'jobs' }] },
          '/apis/scheduling.volcano.sh': { versions: [{ version: 'v1alpha2' }] },
          '/apis/bus.volcano.sh/v1alpha1': { resources: [{ name: 'commands' }] }
        };
        const found = served[path];
        if (found === undefined) {
          refuse(response, 404, 'NotFound');
        } else {
          answer(response, 200, found);
        }
        return true;
      };
      expect(told(await examineServed(api))).toEqual([
        'missing Volcano: podgroups and queues of scheduling.volcano.sh/v1beta1 are not served (of scheduling.volcano.sh there is v1alpha2): install Volcano 1.6 or later in the cluster'
      ]);
    });
  });

  const deployment = (app: string, image: string, more: Partial<Deployment> = {}): Deployment => ({
    metadata: { name: app, namespace: 'volcano-system', labels: { app } },
    spec: { template: { spec: { containers: [{ image, args: ['--scheduler-name=volcano'] }] } } },
    status: { availableReplicas: 1 },
    ...more
  });
  const programs = (server: ApiServer, ...items: Deployment[]): void => {
    server.intercept = ({ path }, response) => {
      if (path === '/apis/apps/v1/deployments') {
        refuse(response, 403, 'Forbidden');
        return true;
      }
      if (path === '/apis/apps/v1/namespaces/volcano-system/deployments') {
        answer(response, 200, { items });
        return true;
      }
      return false;
    };
  };

  test('versions are those of the images', async () => {
    await withServer(async (server, api) => {
      programs(
        server,
        deployment('volcano-scheduler', 'registry.invalid:5000/vc-scheduler:v1.9.0'),
        deployment('volcano-controller', 'vc-controller-manager:latest'),
        deployment('volcano-admission', 'vc-webhook-manager:v1.9.0@sha256:00')
      );
      expect(told(await examinePrograms(() => findPrograms(api)))).toEqual([
        "ok Volcano's programs: controller of no known version, scheduler v1.9.0 and admission v1.9.0"
      ]);
      programs(server, deployment('volcano-scheduler', 'vc-scheduler:v1.5.1', { status: {} }));
      expect(told(await examinePrograms(() => findPrograms(api)))).toEqual([
        expect.stringContaining('no pod of the scheduler is ready: see `kubectl -n volcano-system'),
        expect.stringContaining('the scheduler is v1.5.1: update Volcano to 1.6 or later')
      ]);
    });
    expect(versionOf(deployment('a', 'registry.invalid:5000/vc-scheduler'))).toBeUndefined();
  });

  test('a scheduler of another name than the one that jobs ask for', async () => {
    await withServer(async (server, api) => {
      programs(server, deployment('volcano-scheduler', 'vc-scheduler:v1.9.0'));
      const findings = await examineScheduler(api, { ...CONFIG, scheduler: 'other' }, () =>
        findPrograms(api)
      );
      expect(told(findings)).toEqual([
        'wrong scheduler: it is called volcano, and jobs ask for other: set cluster.scheduler to volcano'
      ]);
    });
  });

  test('what the configuration of the scheduler means', () => {
    const configuration = (...plugins: string[]): string =>
      `actions: "enqueue, allocate"\ntiers:\n- plugins:\n${plugins.map(name => `  - name: ${name}\n`).join('')}`;
    const own = {};
    expect(told(judge(configuration('gang', 'proportion'), own, 'a/b'))).toEqual([
      'ok scheduler: plugins gang and proportion (a/b)'
    ]);
    expect(judge(configuration('gang', 'proportion'), { queue: 'all' }, 'a/b')).toMatchObject([
      { state: 'note', detail: expect.stringContaining('add `- name: resourcequota`') }
    ]);
    expect(judge(configuration('proportion'), own, 'a/b')).toMatchObject([
      { state: 'wrong', detail: expect.stringContaining('add `- name: gang`') }
    ]);
    expect(judge(configuration('gang', 'proportion', 'capacity'), own, 'a/b')).toMatchObject([
      { state: 'wrong', detail: expect.stringContaining('exclude each other') }
    ]);
    expect(judge(configuration('gang'), own, 'a/b')).toMatchObject([{ state: 'wrong' }]);
    for (const nonsense of ['', 'tiers: 3', ': [', '[]']) {
      expect(judge(nonsense, own, 'a/b')).toMatchObject([
        { state: 'wrong', detail: expect.stringContaining('no YAML with tiers') }
      ]);
    }
  });
});

test('quotas are told of beside what is used of them', () => {
  const project = { id: 'p', name: 'Cats', quotas: { cpu: '48', 'requests.enflame.com/dtu': '4' } };
  const quota = (hard: Record<string, string>, used: Record<string, string>, name = 'topsdl') => ({
    metadata: { name, namespace: namespaceName(CONFIG.namespacePrefix, 'p') },
    spec: { hard },
    status: { used }
  });
  const judged = (...given: Parameters<typeof quota>): Finding =>
    judgeQuota(CONFIG, project, quota(...given));
  const own = { cpu: '48', 'requests.enflame.com/dtu': '4' };
  expect(judged(own, { cpu: '500m' })).toMatchObject({
    state: 'ok',
    detail: expect.stringMatching(
      /^Cats \(.*\): cpu 500m of 48 and requests\.enflame\.com\/dtu 0 of 4$/
    )
  });
  expect(judged({ ...own, cpu: '48000m' }, { 'requests.enflame.com/dtu': '4' })).toMatchObject({
    state: 'note',
    detail: expect.stringContaining('of requests.enflame.com/dtu nothing is left')
  });
  expect(judged({ ...own, cpu: '12' }, {})).toMatchObject({ state: 'wrong' });
  expect(judged({ pods: '10' }, {}, 'theirs')).toMatchObject({ state: 'ok' });
});

describe('machines', () => {
  const node = (
    name: string,
    allocatable: Record<string, string>,
    more: object = {}
  ): ClusterNode => ({
    metadata: { name, labels: { zone: 'a' } },
    status: {
      allocatable: { cpu: '8', memory: '32Gi', ...allocatable },
      conditions: [{ type: 'Ready', status: 'True' }]
    },
    ...more
  });
  const spec = (name: string, cards: number, cardResource: string | null, cpu = 4) => ({
    name,
    cpu,
    memoryBytes: 1024 ** 3,
    cards,
    cardResource
  });

  test('cards that specs name and nobody offers, with those that are offered instead', () => {
    const nodes = [
      node('a', { 'enflame.com/gcu': '8', 'hugepages-2Mi': '0' }),
      node('b', { 'enflame.com/gcu': '8' })
    ];
    const specs = [
      spec('CPU', 0, null),
      spec('T10x1', 1, 'enflame.com/dtu'),
      spec('T10x8', 8, 'enflame.com/dtu')
    ];
    expect(told(examineMachines(CONFIG, nodes, specs))).toEqual([
      'ok machines: 2 ready',
      'missing cards: no machine offers enflame.com/dtu, asked for by T10x1 and T10x8; offered are 16 × enflame.com/gcu on 2 machines: change the compute specs to that, under Administration'
    ]);
    expect(examineMachines(CONFIG, [node('a', {})], specs)[1]?.detail).toContain(
      'nor any other card: install the device plugin'
    );
    expect(told(examineMachines(CONFIG, nodes, [spec('G', 8, 'enflame.com/gcu')]))).toEqual([
      'ok machines: 2 ready',
      'ok cards: 16 × enflame.com/gcu on 2 machines'
    ]);
  });

  test('specs that are too large for every machine', () => {
    const nodes = [node('a', { 'enflame.com/gcu': '4' })];
    const large = spec('Large', 0, null, 16);
    const specs = [spec('G8', 8, 'enflame.com/gcu'), large];
    expect(told(examineMachines(CONFIG, nodes, specs)).slice(2)).toEqual([
      'note compute specs: runs with G8 wait for ever, as no machine has 8 × enflame.com/gcu (the most are 4)',
      'note compute specs: runs with Large wait for ever, as no machine has 16 cores (the most are 8)'
    ]);
    expect(examineMachines({ ...CONFIG, overcommit: 4 }, nodes, [large])).toHaveLength(1);
    const elsewhere = { ...spec('Far', 0, null), nodeSelector: { zone: 'b' } };
    expect(told(examineMachines(CONFIG, nodes, [elsewhere]))).toContain(
      'note compute specs: runs with Far wait for ever, as no machine has its labels and taints'
    );
  });

  test('only those that runs may come to', () => {
    const taint = { key: 'control', effect: 'NoSchedule' };
    const nodes = [
      node('a', {}),
      node('cordoned', {}, { spec: { unschedulable: true } }),
      node('tainted', {}, { spec: { taints: [taint] } }),
      node('away', {}, { status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } })
    ];
    const names = (more: Parameters<typeof usableNodes>[0]): string[] =>
      usableNodes(more, nodes).map(({ metadata }) => metadata.name);
    expect(names({ nodeSelector: {}, tolerations: [] })).toEqual(['a']);
    expect(names({ nodeSelector: { zone: 'b' }, tolerations: [] })).toEqual([]);
    expect(
      names({ nodeSelector: {}, tolerations: [{ key: 'control', operator: 'Exists' }] })
    ).toEqual(['a', 'tainted']);
    expect(
      examineMachines({ overcommit: 1, tolerations: [], nodeSelector: { zone: 'b' } }, nodes, [])
    ).toMatchObject([
      { state: 'missing', detail: expect.stringContaining('zone=b: correct cluster.node_selector') }
    ]);
  });
});

test('volumes', () => {
  const claim = (phase: string, ...accessModes: string[]) => ({
    metadata: { name: 'data' },
    spec: { accessModes, resources: { requests: {} } },
    status: { phase }
  });
  expect(judgeClaim(claim('Bound', 'ReadWriteMany'), 'a/data')).toMatchObject({ state: 'ok' });
  expect(judgeClaim(claim('Bound', 'ReadWriteOnce'), 'a/data')).toMatchObject({ state: 'wrong' });
  expect(judgeClaim(claim('Pending', 'ReadWriteMany'), 'a/data')).toMatchObject({ state: 'wrong' });
  expect(judgeHostPath('/data', 1)).toMatchObject({ state: 'ok' });
  expect(judgeHostPath('/data', 3)).toMatchObject({ state: 'note' });
  expect(judgeHostPath('/data', undefined)).toMatchObject({ state: 'note' });
  expect(judgeOwner({ uid: 65_532 }, 0)).toMatchObject({ state: 'ok' });
  expect(judgeOwner({ uid: 65_532 }, 1000)).toMatchObject({
    state: 'wrong',
    detail: expect.stringContaining('set cluster.uid to 1000')
  });
});
