import { expect, test } from '@jest/globals';

import { clusterPlanOf } from '../../../src/compute/volcano/clusterPlan.ts';
import type { VolcanoEngineConfig } from '../../../src/compute/volcano/config.ts';
import { jobManifest } from '../../../src/compute/volcano/manifests/job.ts';
import { statefulSetManifest } from '../../../src/compute/volcano/manifests/statefulSet.ts';
import type { PodTemplate } from '../../../src/compute/volcano/objects.ts';
import { planWorkload } from '../../../src/compute/volcano/plan.ts';
import { serviceSpec } from '../../../src/features/serving/image.ts';
import type { PackageVersionRow } from '../../../src/features/serving/table.ts';
import { specOf } from '../../../src/features/training/spec.ts';
import { givenBy } from '../../../src/reconcile/given.ts';
import { CONFIG, PROGRAM, RUN, SPEC } from './samples.ts';

const config: VolcanoEngineConfig = {
  ...CONFIG,
  nodeSelector: { pool: 'training' },
  fabrics: {
    ib: { resources: { 'rdma/hca': 2 }, annotations: { 'k8s.v1.cni.cncf.io/networks': 'ib' } },
    roce: { resources: { 'rdma/roce': 1 }, annotations: {} }
  }
};

/** As an administrator has made it. */
const given = givenBy({
  cpu: 4,
  memoryBytes: 16 * 1024 ** 3,
  cards: 1,
  cardResource: 'enflame.com/gcu',
  ib: true,
  roce: false,
  nodeSelector: { 'enflame.com/card': 'T20' },
  tolerations: [{ key: 'enflame.com/gcu', operator: 'Exists', effect: 'NoSchedule' }]
});

const expected = {
  metadata: { annotations: { 'k8s.v1.cni.cncf.io/networks': 'ib' } },
  spec: {
    nodeSelector: { pool: 'training', 'enflame.com/card': 'T20' },
    tolerations: [{ key: 'enflame.com/gcu', operator: 'Exists', effect: 'NoSchedule' }]
  }
};

function limitsOf(template: PodTemplate): unknown {
  return template.spec.containers[0].resources.limits;
}

const limits = {
  cpu: '4000m',
  memory: String(16 * 1024 ** 3),
  'enflame.com/gcu': '1',
  'rdma/hca': '2'
};

test('what a compute spec says of machines reaches every pod of a run', () => {
  const spec = specOf(
    { id: RUN.id, projectId: SPEC.projectId, attempt: 1 },
    {
      ...given,
      name: 'Cats',
      datasets: [],
      algorithms: [],
      models: [],
      specId: 's',
      specName: 'T20x1',
      command: 'true',
      environment: {},
      nodes: 2,
      graceSeconds: 30,
      saveModelSetId: null,
      saveModelSetName: null
    },
    { persistentModel: '/data/topsdl/runs/r/persistent-model', source: () => '/data/topsdl/sets/x' }
  );
  const { tasks } = jobManifest(
    config,
    clusterPlanOf(planWorkload(config, spec, RUN)),
    'hash',
    PROGRAM
  ).spec;
  expect(tasks).toHaveLength(2);
  for (const { template } of tasks) {
    expect(template).toMatchObject(expected);
    expect(limitsOf(template)).toEqual(limits);
  }
});

test('and the replicas of a service', () => {
  const image = {
    port: 8080,
    arguments: ['python3', 'serve.py'],
    environment: {},
    models: [],
    algorithms: [],
    projectId: SPEC.projectId
  } as unknown as PackageVersionRow;
  const version = { ...given, serviceId: 's', serviceName: 'cats', environment: {} };
  const spec = serviceSpec('/data/topsdl/images/1', image, version, 2);
  const { template } = statefulSetManifest(
    config,
    clusterPlanOf(planWorkload(config, spec, RUN)),
    'hash',
    PROGRAM
  ).spec!;
  expect(template).toMatchObject(expected);
  expect(limitsOf(template!)).toEqual(limits);
});
