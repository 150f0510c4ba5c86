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

import type { EngineCheck, Silence } from './capabilities.ts';
import type {
  Endpoint,
  ExecOptions,
  ExecSession,
  LogEntry,
  LogOptions,
  WorkloadStats
} from './live.ts';
import type { WorkloadObservation } from './observation.ts';
import type {
  EngineProject,
  RunIdentity,
  ServiceRoute,
  WorkloadHandle,
  WorkloadPlan,
  WorkloadSpec
} from './workload.ts';

export type * from './capabilities.ts';
export * from './errors.ts';
export type * from './live.ts';
export * from './observation.ts';
export type * from './workload.ts';

/** Stops a watch. */
export type Unwatch = () => void;

export interface ComputeEngine {
  /** What handles call it: `local`, `volcano`. */
  readonly name: string;
  /** What is there and what is missing. Costs a few processes; the answer is kept until `check(true)`. */
  check(again?: boolean): Promise<EngineCheck>;
  /** Set while the engine cannot hear of its workloads. One that always can has none. */
  readonly silence?: Silence | undefined;
  /** Calls back when {@link silence} begins or ends. */
  onSilence?(listener: () => void): Unwatch;
  /**
   * Tells of all projects that there are, at the start and whenever one was made, changed or deleted. What was told counts at once for
   * what is submitted next. An engine that keeps projects apart by itself, and holds quotas where nobody gets past them, keeps what it
   * has in step, and resolves when that is done. @throws EngineError where it could not be, and is to be told again
   */
  projects(projects: readonly EngineProject[]): Promise<void>;
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
  /**
   * Ends and removes what the engine has of workloads that are not among these: those that somebody still has a row of. Called before
   * anything else after a start. An engine whose workloads cannot outlive their rows has none.
   */
  sweep?(known: readonly WorkloadHandle[]): Promise<void>;
  /**
   * Tells, after the projects, of all services that are to be reached without the companion, at the start and whenever something about
   * them has changed. An engine that has such a way, where its configuration asks for it, keeps what it has in step, and resolves when
   * that is done; it is not told again before. @throws EngineError where it could not be, and is to be told again
   */
  routes?(routes: readonly ServiceRoute[]): Promise<void>;
  /** Lets go of connections and watches. Workloads go on. */
  close(): Promise<void>;
}
