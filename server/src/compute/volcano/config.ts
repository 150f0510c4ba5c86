import type { Toleration } from '../engine.ts';

/** The storage that the companion and all pods share. */
export type SharedVolume =
  /** A claim in a namespace of the companion's own, `ReadWriteMany`; each project's namespace gets a claim on the same storage. */
  | { claim: string; namespace: string }
  /** A directory of the machines: for a cluster of a single node, or where every node has the same file system there. */
  | { hostPath: string };

/** How the companion reaches ports of pods. */
export type Reach =
  /** The pods' own addresses, from inside the cluster. */
  | 'direct'
  /** Through the API server, from anywhere. */
  | 'forward';

/** More than cores, memory and cards that a node asks for, by what people choose in a compute spec. */
export interface Fabric {
  /** Extended resources, such as `rdma/hca: 1`. */
  resources: Readonly<Record<string, number>>;
  /** Annotations of the pod, such as `k8s.v1.cni.cncf.io/networks`. */
  annotations: Readonly<Record<string, string>>;
}

/** A Gateway of the Gateway API, and what of it services get. */
export interface GatewayConfig {
  namespace: string;
  name: string;
  /** The name that services have below {@link path}: one that nothing else has, JupyterLab least of all. */
  host: string;
  path: string;
  /** Pods that carry its requests, as labels of their namespace and of their own. */
  from: {
    namespace: Readonly<Record<string, string>>;
    pod: Readonly<Record<string, string>>;
  };
}

/** What the Volcano engine is told by the server's configuration. */
export interface VolcanoEngineConfig {
  /** The companion's data directory. What is mounted lies below it. */
  dataDirectory: string;
  /** This installation, as a label: two of them may share a cluster. */
  instance: string;
  /** A kubeconfig; where undefined, the pod's own service account or what `KUBECONFIG` and `~/.kube/config` say. */
  kubeconfig?: string;
  context?: string;
  /** The image `host` of a spec: bash, coreutils, Python 3.8 or later, and for more than one node sshd, ssh and Open MPI. */
  image: string;
  imagePullPolicy: 'IfNotPresent' | 'Always' | 'Never';
  /** Names of secrets for the registry, which have to be in each project's namespace. */
  imagePullSecrets: readonly string[];
  volume: SharedVolume;
  /** Where the companion sees the root of the volume: the data directory, or a directory above it. */
  volumeRoot: string;
  /** Whether the companion makes and removes what a project has in the cluster, or an administrator does. */
  projects: 'managed' | 'given';
  /** Namespaces of projects are called `<prefix>-<hash of the project>` ... */
  namespacePrefix: string;
  /** ... but for those that are given, by the project's name. */
  namespaces: Readonly<Record<string, string>>;
  /** The Volcano queue of all runs; where undefined, each project has one of its own. */
  queue?: string;
  scheduler: string;
  clusterDomain: string;
  /** Pods run as this user and group, which own the files that pods write. Never root. */
  uid: number;
  gid: number;
  /** One watch a kind over the whole cluster, or one a namespace where the rights allow no more. */
  watch: 'cluster' | 'namespace';
  reach: Reach;
  /** Private addresses that what has a way out reaches, too, as blocks such as `10.1.2.0/24`: a package index of one's own. */
  egress: readonly string[];
  /** Where services are reached past the companion, and past its sign-in. */
  gateway?: GatewayConfig;
  /** Pods that may reach ports of runs: the companion's own, as labels of its namespace and of its pod. */
  companion?: {
    namespace: Readonly<Record<string, string>>;
    pod: Readonly<Record<string, string>>;
  };
  /** Of all pods, with those of the compute spec. */
  nodeSelector: Readonly<Record<string, string>>;
  tolerations: readonly Toleration[];
  /** What the marks IB and RoCE of a compute spec mean on this cluster. */
  fabrics: Readonly<Partial<Record<'ib' | 'roce', Fabric>>>;
  /**
   * How many times what a machine has its pods may be limited to: cores and memory are asked for in this part of the limit, and quotas,
   * which count what is asked for, are divided by it, too. At least 1.
   */
  overcommit: number;
  readyTimeoutMs: number;
  logLimitBytes: number;
  scratchBytes: number;
  maxProcesses: number;
}

/** What is so unless it is configured otherwise. */
export const DEFAULTS = {
  imagePullPolicy: 'IfNotPresent',
  imagePullSecrets: [],
  projects: 'managed',
  namespacePrefix: 'topsdl',
  namespaces: {},
  scheduler: 'volcano',
  clusterDomain: 'cluster.local',
  // Nobody's on any distribution, and what images that do not run as root use.
  uid: 65_532,
  gid: 65_532,
  watch: 'cluster',
  egress: [],
  nodeSelector: {},
  tolerations: [],
  fabrics: {},
  overcommit: 1,
  readyTimeoutMs: 120_000,
  logLimitBytes: 64 * 1024 * 1024,
  scratchBytes: 10 * 1024 * 1024 * 1024,
  maxProcesses: 4096
} as const satisfies Partial<VolcanoEngineConfig>;
