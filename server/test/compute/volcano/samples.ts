import type { ClusterPlan } from '../../../src/compute/volcano/clusterPlan.ts';
import { clusterPlanOf } from '../../../src/compute/volcano/clusterPlan.ts';
import type { VolcanoEngineConfig } from '../../../src/compute/volcano/config.ts';
import { DEFAULTS } from '../../../src/compute/volcano/config.ts';
import { planWorkload } from '../../../src/compute/volcano/plan.ts';
import type { WorkloadPlan, WorkloadSpec } from '../../../src/compute/engine.ts';

export const CONFIG: VolcanoEngineConfig = {
  ...DEFAULTS,
  dataDirectory: '/data/topsdl',
  instance: 'abcdef',
  image: 'registry.invalid/workload:1',
  volume: { claim: 'topsdl-data', namespace: 'topsdl' },
  volumeRoot: '/data',
  reach: 'direct',
  companion: {
    namespace: { 'kubernetes.io/metadata.name': 'topsdl' },
    pod: { 'app.kubernetes.io/name': 'topsdl' }
  }
};

export const PROGRAM = '/data/topsdl/cache/nodes/0123456789abcdef';

/** A run of two nodes with everything that a spec can say. */
export const SPEC: WorkloadSpec = {
  kind: 'batch',
  image: { base: 'host', layer: '/data/topsdl/images/1/layer' },
  command: 'mpirun --allow-run-as-root -np 2 python3 train.py',
  workingDirectory: '/workspace',
  env: { EPOCHS: '3' },
  mounts: [
    { source: '/data/topsdl/runs/r/snapshot/a', target: '/workspace/algorithm/a', readOnly: true },
    {
      source: '/data/topsdl/runs/r/persistent-model',
      target: '/workspace/persistent-model',
      readOnly: false
    },
    {
      source: '/data/topsdl/cache/datasets/v',
      target: '/workspace/dataset/v',
      readOnly: false,
      overlay: true
    }
  ],
  resources: {
    cpu: 2.5,
    memoryBytes: 4 * 1024 ** 3,
    cards: 2,
    cardResource: 'enflame.com/dtu',
    scratchBytes: 1024 ** 3,
    fabrics: ['ib']
  },
  nodes: 2,
  graceMs: 30_000,
  projectId: '0190a0b0-0000-7000-8000-000000000001'
};

export const RUN = {
  id: '0190a0b0-0000-7000-8000-00000000000a',
  directory: '/data/topsdl/runs/r/1',
  name: 'Cats #3'
};

export function planned(spec: Partial<WorkloadSpec> = {}, run = RUN): WorkloadPlan {
  return planWorkload(CONFIG, { ...SPEC, ...spec }, run);
}

export function clusterPlan(spec: Partial<WorkloadSpec> = {}, run = RUN): ClusterPlan {
  return clusterPlanOf(planned(spec, run));
}
