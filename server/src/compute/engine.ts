/**
 * What the server asks of a compute engine. The engine starts, watches and ends workloads; it never touches the database. The
 * reconciler keeps rows, an engine keeps processes, and the two meet only through the types of this file.
 *
 * The order that makes a crash harmless at every point:
 *
 * 1. `plan(spec, run)` is pure and deterministic. Its `handle` is known before anything is started: store it with the row.
 * 2. `submit(plan)` starts the workload at most once for a run id, however often and from however many processes it is called.
 * 3. `observe([handle])` says what is so now. A handle whose workload cannot be found is `lost`; one that was never submitted is
 *    `absent`, and may be submitted again without risk.
 * 4. `release(handle)` after the end removes what the engine kept (sockets, upper layers, cgroups), never logs or mounts' sources.
 */

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
}

/** The identity of what is planned. */
export interface RunIdentity {
  /** Unique for the workload, a new one for each attempt (such as `<run id>/<attempt>`); at most 200 characters. */
  id: string;
  /** Absolute path of a directory that belongs to this attempt alone. The engine writes below `<directory>/engine` only. */
  directory: string;
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

/**
 * `absent`: planned, never submitted. `pending`: accepted, waiting for room. `starting`: sandboxes come up. `running`.
 * `succeeded`, `failed`, `stopped`: ended. `lost`: it was submitted, and neither it nor its end can be found.
 */
export type WorkloadState =
  'absent' | 'pending' | 'starting' | 'running' | 'succeeded' | 'failed' | 'stopped' | 'lost';

/** States that never change again. */
export const FINAL_STATES: readonly WorkloadState[] = ['succeeded', 'failed', 'stopped', 'lost'];

/** Why something is as it is: a code with values for its sentence, and a line for logs. */
export interface Reason {
  code: ReasonCode;
  params: Readonly<Record<string, string | number>>;
  /** English, one line, for logs and scripts. */
  detail: string;
}

/** Codes of {@link Reason}; the params of each are named beside it. */
export type ReasonCode =
  /** node, exitCode: the master's command ended with another code than 0. */
  | 'command_failed'
  /** node, exitCode: a worker ended before the master. */
  | 'worker_died'
  /** node, limitBytes: the kernel ended a process of the node for its memory. */
  | 'out_of_memory'
  /** node, seconds: the node's sshd did not answer in time. */
  | 'node_not_ready'
  /** node, detail: a sandbox could not be made. */
  | 'sandbox_failed'
  /** message: the workload could not be started at all. */
  | 'start_failed'
  /** The process that owned the nodes was killed, and they with it. */
  | 'supervisor_died'
  /** The machine was started again meanwhile. */
  | 'machine_restarted'
  /** Nothing is known of the workload any more. */
  | 'not_found'
  /** Stopped as asked. */
  | 'stopped'
  /** message: it waits for room, in the words of the scheduler. */
  | 'waiting_for_room';

export type NodeState = 'starting' | 'running' | 'ready' | 'draining' | 'backoff' | 'ended';

/** One node of a batch workload or one replica of a service. */
export interface NodeObservation {
  /** The host name inside, such as `t-1a2b3c4d-worker-0`; for a service `replica-<i>`. */
  name: string;
  /** The place of the replica; for nodes 0 is the master. */
  index: number;
  /** `ready` is for replicas whose probe succeeded; a batch node stays `running`. */
  state: NodeState;
  exitCode?: number;
  /** Times that the replica was started again. */
  restarts: number;
  /** Why it ended or was started again last. */
  reason?: Reason;
  startedAt?: number;
  endedAt?: number;
}

export interface WorkloadObservation {
  runId: string;
  state: WorkloadState;
  reason?: Reason;
  /** The master's exit code, once it has ended. */
  exitCode?: number;
  /** Integer milliseconds since the epoch. */
  startedAt?: number;
  endedAt?: number;
  nodes: NodeObservation[];
}

/** One line of a node's output. A line longer than 64 KiB comes in pieces, all but the last with `partial`. */
export interface LogEntry {
  node: string;
  /** Integer milliseconds since the epoch. */
  time: number;
  /** `engine` is what the engine says itself, such as that a part of the log was dropped for its size. */
  stream: 'stdout' | 'stderr' | 'engine';
  /** Without the line's end. Bytes that are not UTF-8 are shown as U+FFFD; `rawLog` has them as they were. */
  text: string;
  partial?: boolean;
  /** Of an entry of the engine's own: how much of the output is missing here, for the log was too long. */
  droppedBytes?: number;
  /** Position right after this entry in the node's log: pass it as `from` to go on with the next one. */
  offset: number;
}

export interface LogOptions {
  /** One node's name; all nodes where undefined, what is already there in order of time. */
  node?: string;
  /** Where to go on: by node's name, or one number with `node`. From the beginning where undefined. */
  from?: number | Readonly<Record<string, number>>;
  /** At most this many of the last lines of each node before what follows. */
  tail?: number;
  /** Wait for more until the workload has ended. */
  follow?: boolean;
  signal?: AbortSignal;
}

/** What one node uses now. */
export interface NodeStats {
  node: string;
  /** Cores in use, averaged since the sample before (at least half a second); 0 in the first. */
  cpuCores: number;
  /** Processor time since the node's start. */
  cpuSeconds: number;
  memoryBytes: number;
  processes: number;
  cards: number;
  /** Bytes on the interfaces of the node's network since the start. Nodes of one batch workload share a network, and so these numbers. */
  receivedBytes: number;
  sentBytes: number;
}

export interface WorkloadStats {
  /** Integer milliseconds since the epoch. */
  time: number;
  nodes: NodeStats[];
}

export interface ExecOptions {
  /** The master or the first running replica where undefined. */
  node?: string;
  command: Command;
  env?: Readonly<Record<string, string>>;
  signal?: AbortSignal;
}

/** A process that was started in a node beside its command, with the node's environment and limits. */
export interface ExecSession {
  stdin: NodeJS.WritableStream;
  stdout: NodeJS.ReadableStream;
  stderr: NodeJS.ReadableStream;
  /** The exit code, 128 + n for signal n. Rejects when the connection to the node is lost. */
  exited: Promise<number>;
  kill(): void;
}

/** Where to dial to reach a port of a workload: plain bytes, as if it were the port itself. */
export type Endpoint = { socketPath: string } | { host: string; port: number };

/** A program that is missing, and the line that installs it. */
export interface MissingProgram {
  program: string;
  /** What does not work without it. */
  needed: string;
  /** Such as `apt-get install -y bubblewrap`. */
  install: string;
}

/** What an engine can do where it runs, for people to see and for the server to decide by. */
export interface EngineCapabilities {
  /** `sandbox`: isolated nodes. `plain`: processes of the companion's own user, one node, nothing enforced. `none`: nothing can run. */
  isolation: 'sandbox' | 'plain' | 'none';
  /** The largest number of nodes of one run. */
  maxNodes: number;
  cpuLimit: 'cgroup' | 'none';
  memoryLimit: 'cgroup' | 'process' | 'none';
  processLimit: 'cgroup' | 'process' | 'none';
  overlay: boolean;
  egress: boolean;
  exec: boolean;
  /** Each project's workloads have a uid of their own. */
  projectUids: boolean;
}

export interface EngineCheck {
  capabilities: EngineCapabilities;
  missing: MissingProgram[];
  /** Sentences in English on what is limited and why, for logs and the status panel. */
  notes: string[];
  /** What the machine has: cores, bytes of memory, declared cards by resource name. */
  capacity: { cpu: number; memoryBytes: number; cards: Readonly<Record<string, number>> };
}

/** Stops a watch. */
export type Unwatch = () => void;

export interface ComputeEngine {
  /** What handles call it: `local`, `volcano`. */
  readonly name: string;
  /** What is there and what is missing. Costs a few processes; the answer is kept until `check(true)`. */
  check(again?: boolean): Promise<EngineCheck>;
  /** Pure. The same spec and run give the same plan. @throws PlanError */
  plan(spec: WorkloadSpec, run: RunIdentity): WorkloadPlan;
  /** Starts the plan once for its run id; resolves when the workload would outlive the caller. @throws EngineError */
  submit(plan: WorkloadPlan): Promise<WorkloadHandle>;
  /** The state of each, in the order given. Never rejects for a single handle: what cannot be found is `absent` or `lost`. */
  observe(handles: readonly WorkloadHandle[]): Promise<WorkloadObservation[]>;
  /**
   * Calls back with each change of any workload that was submitted or observed by this engine object, or is given here. A change is
   * told at least once, the latest state always.
   */
  watch(
    onChange: (observation: WorkloadObservation) => void,
    handles?: readonly WorkloadHandle[]
  ): Unwatch;
  logs(handle: WorkloadHandle, options?: LogOptions): AsyncIterable<LogEntry>;
  /** A node's whole output as bytes, stdout and stderr as they came, for a download. */
  rawLog(handle: WorkloadHandle, node: string): AsyncIterable<Uint8Array>;
  /** @throws EngineError `not_running` */
  stats(handle: WorkloadHandle): Promise<WorkloadStats>;
  /** @throws EngineError `not_running`, `node_unknown` */
  exec(handle: WorkloadHandle, options: ExecOptions): Promise<ExecSession>;
  /** Where to reach a port of the spec. The address of a replica stays the same when it is started again. @throws EngineError `port_unknown` */
  endpoint(handle: WorkloadHandle, port: number, replica?: number): Endpoint;
  /** Sets the replicas of a service. The highest ones go first, after `draining` for at most the grace time. @throws EngineError */
  scale(handle: WorkloadHandle, replicas: number): Promise<void>;
  /**
   * SIGTERM to the workload's processes, the end of everything `graceMs` later (the spec's where undefined). Resolves when that is
   * under way; the end is told by `watch`. Stopping what has ended does nothing, and a second stop may shorten the grace.
   */
  stop(handle: WorkloadHandle, graceMs?: number): Promise<void>;
  /** Ends what still runs and removes what the engine kept for it, logs excepted. Idempotent. */
  release(handle: WorkloadHandle): Promise<void>;
  /** Lets go of connections and watches. Workloads go on. */
  close(): Promise<void>;
}

/** Codes of {@link PlanError}; the params of each are named beside it. */
export type PlanErrorCode =
  /** minimum, maximum */
  | 'out_of_range'
  /** The command is empty or has a NUL. */
  | 'command_invalid'
  /** name: not a variable name, a value of more than one line, or more than 128 KiB together. */
  | 'env_invalid'
  /** name: the engine sets this variable itself, or it changes how programs are loaded. */
  | 'env_reserved'
  /** target: not below `/workspace`, or given twice. */
  | 'mount_target_invalid'
  /** source: not an absolute path. */
  | 'mount_source_invalid'
  /** Overlay and read-only together, or an overlay where the engine has none. */
  | 'mount_mode_invalid'
  /** Not absolute, or a run id that cannot be used. */
  | 'run_invalid'
  /** isolation: this engine has a single node here. */
  | 'nodes_unsupported'
  /** This engine has no way out to the network here. */
  | 'egress_unsupported'
  /** programs: what has to be installed first. */
  | 'program_missing';

/** A spec that this engine cannot run, found before anything is started. `field` is a path in the spec, such as `mounts.1.target`. */
export class PlanError extends Error {
  readonly code: PlanErrorCode;
  readonly params: Readonly<Record<string, string | number>>;
  readonly field: string;
  constructor(
    code: PlanErrorCode,
    field: string,
    detail: string,
    params: Readonly<Record<string, string | number>> = {}
  ) {
    super(detail);
    this.name = 'PlanError';
    this.code = code;
    this.field = field;
    this.params = params;
  }
}

/** Codes of {@link EngineError}. */
export type EngineErrorCode =
  | 'start_failed'
  | 'not_running'
  | 'node_unknown'
  | 'port_unknown'
  | 'not_a_service'
  | 'unreachable';

/** What went wrong with a workload that was asked to do something. */
export class EngineError extends Error {
  readonly code: EngineErrorCode;
  readonly params: Readonly<Record<string, string | number>>;
  constructor(
    code: EngineErrorCode,
    detail: string,
    params: Readonly<Record<string, string | number>> = {}
  ) {
    super(detail);
    this.name = 'EngineError';
    this.code = code;
    this.params = params;
  }
}
