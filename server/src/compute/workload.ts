/** A command as a shell line (run by `bash -c` in the sandbox) or as an argument vector (run without a shell). */
export type Command = string | readonly string[];

/** Something of the host that a workload sees below `/workspace`. */
export interface WorkloadMount {
  /** Absolute path of a file or directory on the host. It has to exist when the workload is submitted. */
  source: string;
  /** Absolute path in the sandbox, below `/workspace`. */
  target: string;
  readOnly: boolean;
  /**
   * Copy on write: the sandbox may change what it sees, the source stays as it is, and the changes are kept in the run's own
   * directory until `release`. Nodes of one run share the changes. `readOnly` has to be false.
   */
  overlay?: boolean;
}

/** Limits of one node. Zero or undefined means no limit. */
export interface WorkloadResources {
  /** Cores, fractions allowed. */
  cpu?: number;
  memoryBytes?: number;
  /** Accelerator cards of one node; MPI slots are max(1, cards). */
  cards?: number;
  /** The accelerator's resource name as the compute spec has it, such as `enflame.com/gcu`. */
  cardResource?: string;
  /** Size of `/tmp` and of the rest of `/workspace` (in memory) of one node; the engine's default where undefined. */
  scratchBytes?: number;
  /** Fast networks between nodes, where the engine has some. */
  fabrics?: readonly ('ib' | 'roce')[];
}

/** A taint of machines in spite of which a node may run there, as Kubernetes has it. */
export interface Toleration {
  key?: string | undefined;
  operator?: 'Equal' | 'Exists' | undefined;
  value?: string | undefined;
  effect?: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute' | undefined;
}

/** On which machines nodes may be, where the engine has several; one of a single machine looks at none of it. */
export interface WorkloadPlacement {
  /** Labels that a machine has to have. */
  nodeSelector?: Readonly<Record<string, string>>;
  tolerations?: readonly Toleration[];
}

/** How a service's replica shows that it can take requests. Without a path it is ready when the port accepts a connection. */
export interface ReadinessProbe {
  port: number;
  /** A path to GET; any 2xx or 3xx answer is ready. */
  path?: string;
  /** Time between two tries, 250 ms where undefined before the first success and ten times that afterwards. */
  intervalMs?: number;
  /** Time that one try may take, 2,000 ms where undefined. */
  timeoutMs?: number;
  /** Failed tries in a row after which a ready replica is not ready any more, 3 where undefined. */
  failures?: number;
}

/**
 * What is to run. `batch` ends by itself, and its master's exit code is the run's. `service` has replicas, each a sandbox with a
 * network of its own and the same command; a replica that ends is started again. `interactive` is a batch workload that people
 * reach through its ports, and whose end is not a failure.
 */
export interface WorkloadSpec {
  kind: 'batch' | 'service' | 'interactive';
  /**
   * `host` is the machine's `/usr` and the Jupyter server's Python. A layer is a host directory mounted read-only at `/layer`:
   * `/layer/bin` leads PATH and `/layer/python` leads PYTHONPATH.
   */
  image: { base: 'host'; layer?: string };
  command: Command;
  /** Where the command starts: `/workspace` or a directory below it; `/workspace` where undefined. */
  workingDirectory?: string;
  /** Variables for the command. One line each; names that the engine sets itself are refused. */
  env?: Readonly<Record<string, string>>;
  mounts?: readonly WorkloadMount[];
  resources?: WorkloadResources;
  placement?: WorkloadPlacement;
  /** Nodes of a batch or interactive workload: a master and n − 1 workers. 1 where undefined, and always 1 for a service. */
  nodes?: number;
  /** MPI slots of one node; max(1, cards) where undefined. */
  slots?: number;
  /** Ports on which the command listens and that `endpoint` can reach. */
  ports?: readonly number[];
  /** Replicas of a service; 1 where undefined. Zero is allowed. */
  replicas?: number;
  readiness?: ReadinessProbe;
  /** Time between SIGTERM and the end of everything, 10,000 ms where undefined. */
  graceMs?: number;
  /** Whose files these are. Where the companion is root each project has a uid of its own. */
  projectId: string;
  /** `none` reaches nothing outside the run; `egress` has a way out where the engine offers one (`capabilities.egress`). */
  network?: 'none' | 'egress';
  /** False for what takes nothing from the project's quota: it has its limits, and asks for nothing. */
  counted?: boolean;
}

/** The identity of what is planned. */
export interface RunIdentity {
  /** Unique for the workload, a new one for each attempt (such as `<run id>/<attempt>`); at most 200 characters. */
  id: string;
  /** Absolute path of a directory that belongs to this attempt alone. The engine writes below `<directory>/engine` only. */
  directory: string;
  /** What people call it. It is for those who look at the engine's own objects, and names nothing. */
  name?: string;
}

/** JSON, stored with the run's row before `submit`. Only the engine that made it reads its `data`. */
export interface WorkloadHandle {
  engine: string;
  runId: string;
  data: Readonly<Record<string, unknown>>;
}

/** JSON. What `submit` needs, with the handle already in it. */
export interface WorkloadPlan {
  handle: WorkloadHandle;
  /** Names of the nodes (of a batch workload) in order, the master first. A service's replicas are `replica-<i>`. */
  nodes: readonly string[];
  data: Readonly<Record<string, unknown>>;
}

/** A service that is to be reached without the companion, and how its requests are divided there. */
export interface ServiceRoute {
  /** Part of its address: a word of letters, digits and hyphens. */
  id: string;
  name: string;
  projectId: string;
  /** The share of each version is 0 to 1; together they are 1. */
  versions: readonly { handle: WorkloadHandle; port: number; share: number }[];
}

/** Whose workloads are kept apart from others', and what they may ask for together. */
export interface EngineProject {
  id: string;
  name: string;
  /** As people write them: `cpu: 48`, `memory: 128Gi`, `requests.enflame.com/dtu: 4`. */
  quotas: Readonly<Record<string, string>>;
}
