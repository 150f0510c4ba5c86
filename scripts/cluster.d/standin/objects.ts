/** The fields of objects that the stand-in has to do with, in Volcano's words and Kubernetes'. */
import type { KubeObject, OwnerReference } from '../api.ts';

export type Phase =
  | 'Pending'
  | 'Running'
  | 'Restarting'
  | 'Aborting'
  | 'Aborted'
  | 'Completing'
  | 'Completed'
  | 'Terminating'
  | 'Terminated'
  | 'Failed';

export const ACTIONS = [
  'AbortJob',
  'RestartJob',
  'RestartTask',
  'RestartPod',
  'TerminateJob',
  'CompleteJob',
  'ResumeJob'
] as const;
export type Action = (typeof ACTIONS)[number];

export const EVENTS = [
  '*',
  'PodFailed',
  'PodEvicted',
  'PodPending',
  'PodRunning',
  'TaskCompleted',
  'TaskFailed',
  'Unknown'
] as const;
export type EventName = (typeof EVENTS)[number];

export interface Policy {
  event?: EventName;
  events?: EventName[];
  exitCode?: number;
  action: Action;
  /** A duration such as `30s`. */
  timeout?: string;
}

export type Quantities = Record<string, string | number>;

export interface Container {
  name: string;
  env?: { name: string; value?: string; valueFrom?: unknown }[];
  volumeMounts?: { name: string; mountPath: string; subPath?: string }[];
  resources?: { requests?: Quantities; limits?: Quantities };
}

export interface PodSpec {
  hostname?: string;
  subdomain?: string;
  nodeName?: string;
  nodeSelector?: Record<string, string>;
  tolerations?: { key?: string; operator?: string; value?: string; effect?: string }[];
  schedulerName?: string;
  schedulingGates?: { name: string }[];
  priorityClassName?: string;
  containers: Container[];
  initContainers?: Container[];
  volumes?: Record<string, unknown>[];
}

export interface Pod extends KubeObject {
  spec: PodSpec;
  status?: {
    phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
    conditions?: { type: string; status: string; message?: string }[];
    containerStatuses?: { state?: { terminated?: { exitCode: number } } }[];
  };
}

export interface Task {
  name: string;
  /** Missing for none: see {@link replicasOf}. */
  replicas?: number;
  minAvailable?: number;
  policies?: Policy[];
  template: {
    metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
    spec: PodSpec;
  };
}

/** How many pods a task has. Of one that has none Volcano leaves the number out when it takes the job. */
export function replicasOf({ replicas = 0 }: Pick<Task, 'replicas'>): number {
  return replicas;
}

export interface JobSpec {
  schedulerName: string;
  queue: string;
  minAvailable: number;
  maxRetry: number;
  priorityClassName?: string;
  plugins?: Record<string, string[]>;
  policies?: Policy[];
  tasks: Task[];
}

/** How many pods there are of each kind; those that are on their way out count as terminating only. */
export interface Counts {
  pending: number;
  running: number;
  succeeded: number;
  failed: number;
  terminating: number;
  unknown: number;
}

export interface JobStatus extends Counts {
  state: { phase: Phase; lastTransitionTime: string; reason?: string; message?: string };
  minAvailable: number;
  taskStatusCount: Record<string, { phase: Record<string, number> }>;
  /** Raised whenever the pods are ended: what older ones do is no news any more. */
  version: number;
  retryCount: number;
  /** What plugins made: `plugin-svc` → `svc`. */
  controlledResources: Record<string, string>;
  conditions: { status: Phase; lastTransitionTime: string }[];
  runningDuration?: string;
}

export interface Job extends KubeObject {
  spec: JobSpec;
  status?: JobStatus;
}

export interface PodGroup extends KubeObject {
  spec: {
    minMember: number;
    minTaskMember?: Record<string, number>;
    queue: string;
    priorityClassName?: string;
    minResources?: Quantities;
  };
  status?: {
    phase?: 'Pending' | 'Inqueue' | 'Running' | 'Unknown' | 'Completed';
    running?: number;
    succeeded?: number;
    failed?: number;
    conditions?: {
      type: string;
      status: string;
      reason: string;
      message: string;
      transitionID: string;
      lastTransitionTime: string;
    }[];
  };
}

export interface Queue extends KubeObject {
  spec?: { weight?: number; parent?: string; capability?: Quantities };
  status?: { state?: 'Open' | 'Closed' | 'Closing' | 'Unknown' };
}

export interface Command extends KubeObject {
  action: Action;
  target?: OwnerReference;
}

export interface Node extends KubeObject {
  spec?: {
    unschedulable?: boolean;
    taints?: { key: string; value?: string; effect: string }[];
  };
  status?: {
    allocatable?: Quantities;
    conditions?: { type: string; status: string }[];
  };
}

export interface ResourceQuota extends KubeObject {
  spec?: { hard?: Quantities };
  status?: { hard?: Quantities; used?: Quantities };
}

export const LABELS = {
  job: 'volcano.sh/job-name',
  namespace: 'volcano.sh/job-namespace',
  task: 'volcano.sh/task-spec',
  index: 'volcano.sh/task-index',
  queue: 'volcano.sh/queue-name',
  version: 'volcano.sh/job-version',
  retryCount: 'volcano.sh/job-retry-count',
  group: 'scheduling.k8s.io/group-name'
} as const;

export const PATHS = {
  jobs: '/apis/batch.volcano.sh/v1alpha1',
  commands: '/apis/bus.volcano.sh/v1alpha1',
  scheduling: '/apis/scheduling.volcano.sh/v1beta1',
  core: '/api/v1',
  networking: '/apis/networking.k8s.io/v1'
} as const;

/** The path of an object, or of the collection it is in. */
export function pathOf(
  group: string,
  namespace: string | undefined,
  plural: string,
  name?: string
): string {
  const scope = namespace === undefined ? '' : `/namespaces/${namespace}`;
  return `${group}${scope}/${plural}${name === undefined ? '' : `/${name}`}`;
}

/** The job that something belongs to, as its controller. */
export function ownedBy(job: Job): OwnerReference {
  return {
    apiVersion: 'batch.volcano.sh/v1alpha1',
    kind: 'Job',
    name: job.metadata.name,
    uid: job.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true
  };
}

export function isOf(job: Job, object: KubeObject): boolean {
  return object.metadata.ownerReferences?.some(owner => owner.uid === job.metadata.uid) === true;
}

export function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}
