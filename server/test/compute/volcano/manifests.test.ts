import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import type { WorkloadSpec } from '../../../src/compute/engine.ts';
import { EngineError, PlanError } from '../../../src/compute/engine.ts';
import { clusterPlanOf } from '../../../src/compute/volcano/clusterPlan.ts';
import type { VolcanoEngineConfig } from '../../../src/compute/volcano/config.ts';
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
import { clusterPlan, CONFIG, PROGRAM, RUN, SPEC } from './samples.ts';

const PROJECT = {
  id: SPEC.projectId,
  name: '猫 & dogs',
  quotas: { cpu: '48', memory: '128Gi', 'requests.enflame.com/dtu': '4', 'limits.cpu': '96' }
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

/** Everything that a pod of ours may have, and no more. */
const ALLOWED = {
  spec: [
    'automountServiceAccountToken',
    'containers',
    'dnsConfig',
    'enableServiceLinks',
    'imagePullSecrets',
    'nodeSelector',
    'restartPolicy',
    'schedulerName',
    'securityContext',
    'terminationGracePeriodSeconds',
    'tolerations',
    'volumes'
  ],
  container: [
    'command',
    'env',
    'image',
    'imagePullPolicy',
    'name',
    'readinessProbe',
    'resources',
    'securityContext',
    'volumeMounts'
  ]
};

const nasty = fc.oneof(
  fc.constantFrom(
    '{{ .Values.x }}',
    '$(KUBERNETES_SERVICE_HOST)',
    'a\nprivileged: true\nhostNetwork: true',
    '!!python/object/apply:os.system ["id"]',
    '&a *a',
    '猫'.repeat(50),
    '\u202egnp',
    '"; rm -rf /; "',
    '{"hostPath":{"path":"/"}}',
    '-'.repeat(300)
  ),
  fc.string({ unit: 'grapheme', maxLength: 60 })
);

/** Fields of a pod that somebody might hope to set by adding them to what an API takes. */
const SMUGGLED = {
  hostPath: '/',
  privileged: true,
  hostNetwork: true,
  hostPID: true,
  serviceAccount: 'admin',
  serviceAccountName: 'admin',
  nodeName: 'control',
  initContainers: [{ name: 'x', image: 'evil' }],
  ephemeralContainers: [{ name: 'x' }],
  securityContext: { privileged: true, runAsUser: 0 },
  volumes: [{ name: 'x', hostPath: { path: '/' } }],
  priorityClassName: 'system-node-critical',
  tolerations: [{ operator: 'Exists' }]
};

const specs = fc.record({
  kind: fc.constantFrom('batch' as const, 'interactive' as const, 'service' as const),
  command: fc.oneof(nasty, fc.array(nasty, { minLength: 1, maxLength: 4 })),
  env: fc.dictionary(fc.stringMatching(/^[A-Z_]{1,12}$/), nasty, { maxKeys: 4 }),
  target: nasty,
  projectId: nasty,
  id: nasty,
  name: nasty,
  cardResource: fc.constantFrom('enflame.com/dtu', undefined),
  cards: fc.integer({ min: 0, max: 8 })
});

test('whatever people write: names are names, text stays text, and no field of theirs gets into a pod', () => {
  fc.assert(
    fc.property(specs, input => {
      const { kind, target, id, name, cards, cardResource, ...rest } = input;
      const spec = {
        ...SPEC,
        ...rest,
        kind,
        nodes: kind === 'service' ? 1 : 3,
        image: { ...SPEC.image, ...SMUGGLED },
        mounts: [
          {
            source: '/data/topsdl/sets/x',
            target: `/workspace/${target}`,
            readOnly: true,
            ...SMUGGLED
          }
        ],
        resources: { ...SPEC.resources, ...SMUGGLED, cards, cardResource },
        ...SMUGGLED
      } as unknown as WorkloadSpec;
      let plan;
      try {
        plan = clusterPlanOf(planWorkload(CONFIG, spec, { ...RUN, id, name }));
      } catch (error) {
        expect(error).toBeInstanceOf(PlanError);
        return;
      }
      const made =
        kind === 'service'
          ? statefulSetManifest(CONFIG, plan, 'hash', PROGRAM)
          : jobManifest(CONFIG, plan, 'hash', PROGRAM);
      expect(made.metadata.name).toMatch(/^[a-z]([-a-z0-9]{0,30}[a-z0-9])?$/);
      expect(made.metadata.namespace).toMatch(/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/);
      for (const value of Object.values(made.metadata.labels ?? {})) {
        expect(value).toMatch(/^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/);
      }
      const templates =
        'tasks' in made.spec!
          ? made.spec.tasks.map(({ template }) => template)
          : [made.spec!.template!];
      for (const { spec: pod } of templates) {
        expect(Object.keys(pod).filter(key => !ALLOWED.spec.includes(key))).toEqual([]);
        const [container, ...others] = pod.containers;
        expect(others).toEqual([]);
        expect(Object.keys(container).filter(key => !ALLOWED.container.includes(key))).toEqual([]);
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          runAsNonRoot: true,
          capabilities: { drop: ['ALL'] }
        });
        expect(pod.volumes.map(volume => Object.keys(volume).sort())).toEqual([
          ['name', 'persistentVolumeClaim'],
          ['emptyDir', 'name']
        ]);
        // Kubernetes replaces `$(NAME)` by a variable, unless there is another dollar before it.
        for (const { value } of container.env) {
          expect(value.replaceAll('$$', '')).not.toContain('$(');
        }
        expect(container.command).toHaveLength(5);
        for (const { subPath = '' } of container.volumeMounts) {
          expect(subPath.split('/')).not.toContain('..');
        }
      }
    }),
    { numRuns: 300 }
  );
});

test('the name follows from the id alone', () => {
  const names = ['a', 'b', 'a'].map(id => clusterPlan({}, { ...RUN, id }).name);
  expect(names[0]).toBe(names[2]);
  expect(names[0]).not.toBe(names[1]);
});
