import type { Job, JobSpec, JobStatus, Node, Pod, PodSpec, Task } from '../objects.ts';
import { replicasOf } from '../objects.ts';

export function podSpec(
  requests: Record<string, string | number> = {},
  more: Partial<PodSpec> = {}
): PodSpec {
  return { containers: [{ name: 'main', resources: { requests } }], ...more };
}

export function task(name: string, more: Partial<Task> = {}): Task {
  return { name, replicas: 1, template: { spec: podSpec() }, ...more };
}

export function job(spec: Partial<JobSpec> = {}, status: Partial<JobStatus> = {}): Job {
  const tasks = spec.tasks ?? [task('master')];
  return {
    metadata: { name: 'j', namespace: 'n', uid: 'u' },
    spec: {
      schedulerName: 'volcano',
      queue: 'default',
      minAvailable: tasks.reduce((sum, each) => sum + replicasOf(each), 0),
      maxRetry: 3,
      ...spec,
      tasks
    },
    status: {
      state: { phase: 'Running', lastTransitionTime: '' },
      minAvailable: 1,
      ...{ pending: 0, running: 0, succeeded: 0, failed: 0, terminating: 0, unknown: 0 },
      ...{
        taskStatusCount: {},
        version: 0,
        retryCount: 0,
        controlledResources: {},
        conditions: []
      },
      ...status
    }
  };
}

export function node(
  name: string,
  allocatable: Record<string, string | number>,
  more: Partial<Node['spec']> = {}
): Node {
  return {
    metadata: { name, labels: { 'kubernetes.io/hostname': name } },
    spec: more,
    status: {
      allocatable: { pods: 110, ...allocatable },
      conditions: [{ type: 'Ready', status: 'True' }]
    }
  };
}

export function pod(
  name: string,
  spec: PodSpec,
  more: Partial<Pod['metadata']> = {},
  phase = 'Running'
): Pod {
  return {
    metadata: { name, namespace: 'n', ...more },
    spec,
    status: { phase: phase as NonNullable<Pod['status']>['phase'] }
  };
}
