import type { ReadinessProbe, WorkloadPlan } from '../engine.ts';
import type { PlannedMount } from '../rules.ts';

/** One node, or what every replica of a service looks like. */
export interface PlannedNode {
  /** Host name. */
  name: string;
  /** Address in the run's network; replicas have networks of their own and so the same one. */
  address: string;
  role: 'master' | 'worker' | 'replica';
}

/** `WorkloadPlan.data` of the local engine: everything that a supervisor needs, as JSON. */
export interface RunPlan {
  version: 1;
  runId: string;
  kind: 'batch' | 'service' | 'interactive';
  /** The engine's directory of the run, for files that only this engine reads. */
  directory: string;
  /** Short and unique: leads host names, and names the run's sockets and cgroups. */
  name: string;
  projectId: string;
  argv: string[];
  workingDirectory: string;
  env: Record<string, string>;
  image: {
    /** Host directories that are seen at the same path, read-only. */
    prefixes: string[];
    layer?: string;
    /** Host directories that must stay hidden although a prefix may hold them. */
    hidden: string[];
  };
  mounts: PlannedMount[];
  nodes: PlannedNode[];
  replicas: number;
  readiness?: ReadinessProbe;
  ports: number[];
  slots: number;
  cards: number;
  cpu?: number;
  memoryBytes?: number;
  scratchBytes: number;
  graceMs: number;
  readyTimeoutMs: number;
  logLimitBytes: number;
  maxProcesses: number;
}

/** The data of a plan that this engine made. */
export function runPlanOf(plan: WorkloadPlan): RunPlan {
  return plan.data as unknown as RunPlan;
}

/** The name of a service's replica. */
export function replicaName(index: number): string {
  return `replica-${index}`;
}
