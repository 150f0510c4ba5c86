import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import type { WorkloadSpec } from '../../../src/compute/engine.ts';
import { EngineError, PlanError } from '../../../src/compute/engine.ts';
import { clusterPlanOf } from '../../../src/compute/volcano/clusterPlan.ts';
import type { VolcanoEngineConfig } from '../../../src/compute/volcano/config.ts';
import { httpRouteManifest, weightsOf } from '../../../src/compute/volcano/manifests/httpRoute.ts';
import { jobManifest } from '../../../src/compute/volcano/manifests/job.ts';
import { networkPolicies } from '../../../src/compute/volcano/manifests/networkPolicy.ts';
import {
  namespaceManifest,
  queueManifest,
  quotaManifest
} from '../../../src/compute/volcano/manifests/project.ts';
import {
  serviceManifest,
  statefulSetManifest
} from '../../../src/compute/volcano/manifests/statefulSet.ts';
import { projectStorage } from '../../../src/compute/volcano/manifests/storage.ts';
import { planWorkload } from '../../../src/compute/volcano/plan.ts';
import { subPathOf } from '../../../src/compute/volcano/share.ts';
import { nasty, projects, workloads } from './hostile.ts';
import { clusterPlan, CONFIG, planned, PROGRAM, RUN, SPEC } from './samples.ts';
import { JobShape, NamespaceShape, QueueShape, QuotaShape, StatefulSetShape } from './shapes.ts';

const PROJECT = {
  id: SPEC.projectId,
  name: '猫 & dogs',
  quotas: { cpu: '48', memory: '128Gi', 'requests.enflame.com/dtu': '4' }
};

test('a job of a master and a worker', () => {
  expect(jobManifest(CONFIG, clusterPlan(), 'hash', PROGRAM)).toMatchSnapshot();
});

test('a run of one node has no worker, and still a list of workers', () => {
  const { spec } = jobManifest(CONFIG, clusterPlan({ nodes: 1 }), 'hash', PROGRAM);
  expect(spec.minAvailable).toBe(1);
  expect(spec.tasks.map(({ name, replicas }) => [name, replicas])).toEqual([
    ['master', 1],
    ['worker', 0]
  ]);
});

test('a service', () => {
  const plan = clusterPlan({
    kind: 'service',
    nodes: 1,
    ports: [8080],
    replicas: 3,
    readiness: { port: 8080, path: '/healthy', intervalMs: 2500, timeoutMs: 700, failures: 5 }
  });
  const set = statefulSetManifest(CONFIG, plan, 'hash', PROGRAM);
  const owner = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: plan.name, uid: 'u' };
  expect([set, serviceManifest(CONFIG, plan, owner)]).toMatchSnapshot();
});

test('a way into a service past the companion, and what lets it in', () => {
  const gateway = {
    namespace: 'gateways',
    name: 'public',
    host: 'models.example.org',
    path: '/services',
    from: { namespace: { 'kubernetes.io/metadata.name': 'gateways' }, pod: { app: 'proxy' } }
  };
  const config = { ...CONFIG, gateway };
  const service = { kind: 'service', nodes: 1, ports: [8080] } as const;
  const version = (id: string, share: number) => ({
    handle: planned(service, { ...RUN, id }).handle,
    port: 8080,
    share
  });
  const route = {
    id: '0190a0b0-0000-7000-8000-00000000000b',
    name: '猫',
    projectId: SPEC.projectId,
    versions: [version('one', 0.9), version('two', 0.1)]
  };
  const replica = statefulSetManifest(config, clusterPlan(service), 'hash', PROGRAM);
  expect([
    httpRouteManifest(config, gateway, clusterPlan().namespace, route),
    networkPolicies(config, 'n').find(({ metadata }) => metadata.name === 'topsdl-gateway'),
    replica.spec?.template?.spec.containers[0].lifecycle
  ]).toMatchSnapshot();
});

test('a way in that is configured no more admits nobody', () => {
  const [closed] = networkPolicies(CONFIG, 'n').filter(
    ({ metadata }) => metadata.name === 'topsdl-gateway'
  );
  expect(closed?.spec).toEqual({ podSelector: {}, policyTypes: ['Ingress'], ingress: [] });
});

test('what has a way out reaches the private addresses that are given, and no others', () => {
  const outside = networkPolicies({ ...CONFIG, egress: ['10.1.2.0/24'] }, 'n').find(
    ({ metadata }) => metadata.name === 'topsdl-outside'
  );
  expect(outside?.spec.egress?.[0]?.to.map(({ ipBlock }) => ipBlock)).toEqual([
    expect.objectContaining({ cidr: '0.0.0.0/0', except: expect.arrayContaining(['10.0.0.0/8']) }),
    expect.objectContaining({ cidr: '::/0' }),
    { cidr: '10.1.2.0/24' }
  ]);
});

test('weights are to each other as shares are, in whole numbers that the API takes', () => {
  expect(weightsOf([0.9, 0.1])).toEqual([9, 1]);
  expect(weightsOf([1 - 1 / 3, 1 / 3])).toEqual([666_667, 333_333]);
  expect(weightsOf([1, 0])).toEqual([1, 0]);
  expect(weightsOf([0, 1])).toEqual([0, 1]);
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), share => {
      const [production = 0, gray = 0] = weightsOf([1 - share, share]);
      expect(Number.isInteger(production) && Number.isInteger(gray)).toBe(true);
      expect(Math.max(production, gray)).toBeLessThanOrEqual(1_000_000);
      expect(Math.abs(gray / (production + gray) - share)).toBeLessThan(1e-6);
    })
  );
});

test('what belongs to a project', () => {
  const original = {
    metadata: { name: 'pv-1' },
    spec: {
      capacity: { storage: '1Ti' },
      accessModes: ['ReadWriteMany'],
      persistentVolumeReclaimPolicy: 'Delete',
      storageClassName: 'shared',
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: 'topsdl', name: 'd' },
      csi: { driver: 'cephfs.csi.ceph.com', volumeHandle: 'h' }
    }
  };
  const { metadata } = namespaceManifest(CONFIG, PROJECT);
  expect([
    namespaceManifest(CONFIG, PROJECT),
    quotaManifest(CONFIG, PROJECT),
    queueManifest(CONFIG, PROJECT),
    ...networkPolicies(CONFIG, metadata.name),
    projectStorage(CONFIG, metadata.name, 'topsdl-data', original)
  ]).toMatchSnapshot();
});

test('what is not counted has limits and asks for cards alone', () => {
  const template = jobManifest(CONFIG, clusterPlan({ counted: false }), 'hash', PROGRAM).spec
    .tasks[0]?.template;
  expect(template?.spec.containers[0].resources).toEqual({
    requests: { cpu: '0', memory: '0', 'enflame.com/dtu': '2' },
    limits: { cpu: '2500m', memory: '4294967296', 'enflame.com/dtu': '2' }
  });
});

test('machines, tolerations and fast networks come from the configuration', () => {
  const config: VolcanoEngineConfig = {
    ...CONFIG,
    nodeSelector: { pool: 'cards' },
    tolerations: [{ key: 'enflame.com/dtu', operator: 'Exists', effect: 'NoSchedule' }],
    imagePullSecrets: ['registry'],
    fabrics: {
      ib: { resources: { 'rdma/hca': 1 }, annotations: { 'k8s.v1.cni.cncf.io/networks': 'ib' } },
      roce: { resources: { 'rdma/roce': 1 }, annotations: {} }
    }
  };
  const { template } = jobManifest(config, clusterPlan(), 'hash', PROGRAM).spec.tasks[0]!;
  expect(template.metadata.annotations).toEqual({ 'k8s.v1.cni.cncf.io/networks': 'ib' });
  expect(template.spec.containers[0].resources.limits).toMatchObject({ 'rdma/hca': '1' });
  expect(template.spec.containers[0].resources.limits).not.toHaveProperty('rdma/roce');
  expect(template.spec).toMatchObject({
    nodeSelector: { pool: 'cards' },
    tolerations: [{ key: 'enflame.com/dtu', operator: 'Exists', effect: 'NoSchedule' }],
    imagePullSecrets: [{ name: 'registry' }]
  });
});

test('a cluster of one node has a directory for a volume', () => {
  const config: VolcanoEngineConfig = { ...CONFIG, volume: { hostPath: '/srv/topsdl' } };
  const { template } = jobManifest(config, clusterPlan(), 'hash', PROGRAM).spec.tasks[0]!;
  expect(template.spec.volumes[0]).toEqual({
    name: 'shared',
    hostPath: { path: '/srv/topsdl', type: 'Directory' }
  });
  expect(namespaceManifest(config, PROJECT).metadata.labels).not.toHaveProperty(
    'pod-security.kubernetes.io/enforce'
  );
});

test('nothing outside the volume can be mounted', () => {
  for (const source of ['/etc', '/data/../etc', '/data', '/database/x', '/']) {
    const plan = clusterPlan({ mounts: [{ source, target: '/workspace/x', readOnly: true }] });
    expect(() => jobManifest(CONFIG, plan, 'hash', PROGRAM)).toThrow(EngineError);
  }
  expect(subPathOf(CONFIG, '/data/topsdl/..x')).toBe('topsdl/..x');
});

test('a compute spec adds to what the configuration selects by and tolerates', () => {
  const config: VolcanoEngineConfig = {
    ...CONFIG,
    nodeSelector: { pool: 'cards' },
    tolerations: [{ key: 'enflame.com/dtu', operator: 'Exists', effect: 'NoSchedule' }]
  };
  const placed = (placement: WorkloadSpec['placement']) =>
    clusterPlanOf(planWorkload(config, { ...SPEC, placement }, RUN));
  const plan = placed({
    nodeSelector: { 'enflame.com/card': 'T20', pool: 'cards' },
    tolerations: [{ key: 'night', operator: 'Equal', value: 'yes' }]
  });
  for (const { template } of jobManifest(config, plan, 'hash', PROGRAM).spec.tasks) {
    expect(template.spec).toMatchObject({
      nodeSelector: { pool: 'cards', 'enflame.com/card': 'T20' },
      tolerations: [
        { key: 'enflame.com/dtu', operator: 'Exists', effect: 'NoSchedule' },
        { key: 'night', operator: 'Equal', value: 'yes' }
      ]
    });
  }
  expect(() => placed({ nodeSelector: { pool: 'other' } })).toThrow(
    expect.objectContaining({
      code: 'placement_excluded',
      field: 'placement.nodeSelector.pool',
      params: { label: 'pool', wanted: 'other', value: 'cards' }
    })
  );
  expect(() => placed({ tolerations: [{ key: 'a b' }] })).toThrow(
    expect.objectContaining({ code: 'placement_invalid', field: 'placement.tolerations.0' })
  );
});

test('a quota holds what the cluster knows, in numbers that it takes', () => {
  const quotas = {
    cpu: '999999999999999P',
    memory: '128Gi',
    storage: '1Ti',
    'requests.enflame.com/dtu': '4',
    'requests.a..b/c': '1',
    'requests.foo': '1',
    'limits.cpu': '96'
  };
  const project = { ...PROJECT, quotas };
  expect(quotaManifest(CONFIG, project).spec.hard).toEqual({
    cpu: '999999999999999P',
    memory: '128Gi',
    'requests.enflame.com/dtu': '4'
  });
  const halved = quotaManifest({ ...CONFIG, overcommit: 2 }, project).spec.hard;
  expect(halved).toMatchObject({ memory: String(64 * 1024 ** 3), 'requests.enflame.com/dtu': '4' });
  expect(halved.cpu).toBe(`${2n ** 62n}m`);
});

test('whatever people write: an object is of the one shape, or none is made', () => {
  const planned = { made: 0, refused: 0 };
  fc.assert(
    fc.property(workloads, nasty, nasty, (spec, id, name) => {
      let plan;
      try {
        plan = clusterPlanOf(planWorkload(CONFIG, spec, { ...RUN, id, name }));
      } catch (error) {
        expect(error).toBeInstanceOf(PlanError);
        planned.refused++;
        return;
      }
      planned.made++;
      if (spec.kind === 'service') {
        StatefulSetShape.parse(statefulSetManifest(CONFIG, plan, 'hash', PROGRAM));
      } else {
        JobShape.parse(jobManifest(CONFIG, plan, 'hash', PROGRAM));
      }
    }),
    { numRuns: 1000 }
  );
  // Neither side of it is empty.
  expect(Math.min(planned.made, planned.refused)).toBeGreaterThan(50);
});

test('whatever a project is called and may use: its objects are of the one shape', () => {
  fc.assert(
    fc.property(projects, fc.constantFrom(1, 16), (project, overcommit) => {
      const config = { ...CONFIG, overcommit };
      NamespaceShape.parse(namespaceManifest(config, project));
      QuotaShape.parse(quotaManifest(config, project));
      QueueShape.parse(queueManifest(config, project));
    }),
    { numRuns: 1000 }
  );
});

test('the name follows from the id alone', () => {
  const names = ['a', 'b', 'a'].map(id => clusterPlan({}, { ...RUN, id }).name);
  expect(names[0]).toBe(names[2]);
  expect(names[0]).not.toBe(names[1]);
});
