import type { ReadinessProbe, Toleration, WorkloadHandle, WorkloadPlan } from '../engine.ts';
import type { PlannedMount } from '../rules.ts';

/** `WorkloadPlan.data` of the Volcano engine: everything that manifests and the files of nodes are made from, as JSON. */
export interface ClusterPlan {
  version: 1;
  runId: string;
  kind: 'batch' | 'service' | 'interactive';
  /** The engine's directory of the run, below the data directory. */
  directory: string;
  /** Short and unique: the job or stateful set, and the beginning of its pods' names. */
  name: string;
  namespace: string;
  projectId: string;
  /** What people call it. */
  title: string;
  argv: string[];
  workingDirectory: string;
  /** The variables of the engine and of the spec; those of the image and of Volcano are added in the pod. */
  env: Record<string, string>;
  layer?: string;
  mounts: PlannedMount[];
  /** Names of the nodes, the master first; none for a service. */
  nodes: string[];
  replicas: number;
  readiness?: ReadinessProbe;
  ports: number[];
  slots: number;
  cards: number;
  cardResource?: string;
  cpu?: number;
  memoryBytes?: number;
  /** False for what takes nothing from the project's quota: it has limits, and asks for nothing. */
  counted: boolean;
  fabrics: ('ib' | 'roce')[];
  /** Of the spec, beside the configuration's. */
  nodeSelector: Record<string, string>;
  tolerations: Toleration[];
  network: 'none' | 'egress';
  scratchBytes: number;
  graceMs: number;
}

/** `WorkloadHandle.data` of the Volcano engine. */
export interface ClusterHandle {
  directory: string;
  name: string;
  namespace: string;
  projectId: string;
  service: boolean;
  nodes: string[];
  ports: number[];
  cards: number;
  memoryBytes?: number;
  graceMs: number;
}

/** The data of a plan that this engine made. */
export function clusterPlanOf(plan: WorkloadPlan): ClusterPlan {
  return plan.data as unknown as ClusterPlan;
}

/** The data of a handle that this engine made. */
export function clusterHandleOf(handle: WorkloadHandle): ClusterHandle {
  return handle.data as unknown as ClusterHandle;
}
