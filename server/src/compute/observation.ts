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
  /** node, detail: the image of a node cannot be had. */
  | 'image_unavailable'
  /** node, detail: whoever runs the machines took the node away. */
  | 'node_evicted'
  /** What runs it was deleted by somebody else. */
  | 'removed'
  /** Something else has taken the name of what ran it. */
  | 'replaced'
  /**
   * It waits for room. detail: in the words of the scheduler; where it is known of what there is too little also resource, requested,
   * used, free, and held: who has it, as `<run id>=<amount>` with blanks between, with an empty id for all that are not the engine's.
   */
  | 'waiting_for_room'
  /** It waits, and nobody has said for what. */
  | 'waiting_in_queue';

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
