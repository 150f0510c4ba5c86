/**
 * The parts of Kubernetes' and Volcano's objects that this engine writes and reads. What it writes has no other fields than these: a
 * field that is missing here cannot get into an object. Sources: k8s.io/api v0.36, volcano.sh/apis v1alpha1 and v1beta1.
 */

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Readonly<Record<string, string>>;
  annotations?: Readonly<Record<string, string>>;
  ownerReferences?: readonly OwnerReference[];
  /** Only the API server writes it. */
  managedFields?: unknown;
}

export interface ClusterObject {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta;
}

export type Quantities = Readonly<Record<string, string>>;

export interface VolumeMount {
  name: string;
  mountPath: string;
  subPath?: string;
  readOnly?: boolean;
}

export interface Probe {
  tcpSocket?: { port: number };
  httpGet?: { port: number; path: string };
  periodSeconds: number;
  timeoutSeconds: number;
  failureThreshold: number;
  successThreshold: number;
}

export interface Container {
  name: string;
  image: string;
  imagePullPolicy: string;
  command: readonly string[];
  env: readonly { name: string; value: string }[];
  resources: { requests: Quantities; limits: Quantities };
  volumeMounts: readonly VolumeMount[];
  securityContext: {
    allowPrivilegeEscalation: false;
    readOnlyRootFilesystem: true;
    runAsNonRoot: true;
    capabilities: { drop: readonly ['ALL'] };
  };
  readinessProbe?: Probe;
  lifecycle?: { preStop: { exec: { command: readonly string[] } } };
}

export type Volume = { name: string } & (
  | { emptyDir: { sizeLimit: string } }
  | { persistentVolumeClaim: { claimName: string } }
  | { hostPath: { path: string; type: 'Directory' } }
);

/** Of a pod, as this engine makes them. Service accounts, the host's namespaces and node names have no place here. */
export interface PodSpec {
  automountServiceAccountToken: false;
  enableServiceLinks: false;
  restartPolicy: 'Never' | 'Always';
  schedulerName?: string;
  terminationGracePeriodSeconds: number;
  securityContext: {
    runAsUser: number;
    runAsGroup: number;
    runAsNonRoot: true;
    seccompProfile: { type: 'RuntimeDefault' };
    sysctls: readonly { name: string; value: string }[];
  };
  dnsConfig?: { searches: readonly string[] };
  nodeSelector?: Readonly<Record<string, string>>;
  tolerations?: readonly {
    key?: string;
    operator?: string;
    value?: string;
    effect?: string;
  }[];
  imagePullSecrets?: readonly { name: string }[];
  containers: readonly [Container];
  volumes: readonly Volume[];
}

export interface PodTemplate {
  metadata: {
    labels: Readonly<Record<string, string>>;
    annotations: Readonly<Record<string, string>>;
  };
  spec: PodSpec;
}

export interface LifecyclePolicy {
  event: 'TaskCompleted' | 'PodFailed' | 'PodEvicted';
  action: 'CompleteJob' | 'TerminateJob';
}

/** `batch.volcano.sh/v1alpha1`. */
export interface VolcanoJob extends ClusterObject {
  apiVersion: 'batch.volcano.sh/v1alpha1';
  kind: 'Job';
  spec: {
    schedulerName: string;
    queue: string;
    minAvailable: number;
    maxRetry: number;
    plugins: Readonly<Record<string, readonly string[]>>;
    policies: readonly LifecyclePolicy[];
    tasks: readonly {
      name: 'master' | 'worker';
      replicas: number;
      policies?: readonly LifecyclePolicy[];
      template: PodTemplate;
    }[];
  };
}

export type JobPhase =
  | 'Pending'
  | 'Aborting'
  | 'Aborted'
  | 'Running'
  | 'Restarting'
  | 'Completing'
  | 'Completed'
  | 'Terminating'
  | 'Terminated'
  | 'Failed';

/** A job as the API server tells of it. */
export interface ObservedJob extends ClusterObject {
  spec?: { minAvailable?: number };
  status?: {
    state?: {
      phase?: JobPhase;
      reason?: string;
      message?: string;
      lastTransitionTime?: string;
    };
  };
}

/** `scheduling.volcano.sh/v1beta1`. */
export interface PodGroup extends ClusterObject {
  spec?: { minMember?: number; queue?: string };
  status?: {
    phase?: 'Pending' | 'Inqueue' | 'Running' | 'Unknown' | 'Completed';
    conditions?: readonly {
      type?: string;
      status?: string;
      reason?: string;
      message?: string;
      lastTransitionTime?: string;
    }[];
  };
}

export interface ContainerState {
  waiting?: { reason?: string; message?: string };
  running?: { startedAt?: string };
  terminated?: {
    exitCode: number;
    reason?: string;
    message?: string;
    startedAt?: string;
    finishedAt?: string;
  };
}

export interface Pod extends ClusterObject {
  spec?: {
    nodeName?: string;
    containers?: readonly {
      resources?: { requests?: Quantities; limits?: Quantities };
    }[];
  };
  status?: {
    phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
    reason?: string;
    message?: string;
    podIP?: string;
    startTime?: string;
    conditions?: readonly { type: string; status: string; reason?: string; message?: string }[];
    containerStatuses?: readonly {
      ready?: boolean;
      restartCount?: number;
      state?: ContainerState;
      lastState?: ContainerState;
    }[];
  };
}

export interface ClusterNode extends ClusterObject {
  spec?: {
    unschedulable?: boolean;
    taints?: readonly { key: string; value?: string; effect: string }[];
  };
  status?: {
    allocatable?: Quantities;
    conditions?: readonly { type: string; status: string }[];
  };
}

/** `apps/v1`. */
export interface StatefulSet extends ClusterObject {
  spec?: {
    replicas?: number;
    podManagementPolicy?: 'Parallel';
    serviceName?: string;
    selector?: { matchLabels: Readonly<Record<string, string>> };
    template?: PodTemplate;
    /** A replica that fails its probe is told of by its state, not by holding up the others. */
    updateStrategy?: { type: 'OnDelete' };
  };
  status?: { replicas?: number };
}

/** `apps/v1`: of a program that runs in the cluster, what says which version and how. */
export interface Deployment extends ClusterObject {
  spec?: {
    replicas?: number;
    template?: {
      spec?: {
        containers?: readonly { image?: string; args?: readonly string[] }[];
        volumes?: readonly { configMap?: { name?: string } }[];
      };
    };
  };
  status?: { availableReplicas?: number };
}

export interface ConfigMap extends ClusterObject {
  data?: Readonly<Record<string, string>>;
}

export type CommandAction = 'AbortJob' | LifecyclePolicy['action'];

/** `bus.volcano.sh/v1alpha1`. */
export interface VolcanoCommand extends ClusterObject {
  apiVersion: 'bus.volcano.sh/v1alpha1';
  kind: 'Command';
  action: CommandAction;
  target: OwnerReference;
}

/** What the API server answers with where something went wrong. */
export interface ApiStatus {
  kind?: 'Status';
  status?: string;
  reason?: string;
  message?: string;
  code?: number;
  details?: {
    retryAfterSeconds?: number;
    causes?: readonly { reason?: string; message?: string }[];
  };
}

export interface ObjectList<T extends ClusterObject> {
  metadata?: { resourceVersion?: string; continue?: string };
  items?: readonly T[];
}

/** One line of a watch. */
export type WatchEvent<T extends ClusterObject> =
  | { type: 'ADDED' | 'MODIFIED' | 'DELETED'; object: T }
  | { type: 'BOOKMARK'; object: ClusterObject }
  | { type: 'ERROR'; object: ApiStatus };
