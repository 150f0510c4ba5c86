import { join } from 'node:path';

import type { RunIdentity, WorkloadPlan, WorkloadSpec } from '../engine.ts';
import {
  checkEnvironment,
  checkRun,
  integer,
  planCommand,
  planLayer,
  planMounts,
  planPorts,
  planWorkingDirectory,
  positive,
  runName
} from '../rules.ts';
import type { ClusterHandle, ClusterPlan } from './clusterPlan.ts';
import type { VolcanoEngineConfig } from './config.ts';
import { isReservedInPods, podEnvironment } from './environment.ts';
import { namespaceName, nodeNames, replicaName } from './names.ts';
import { planCardResource, planPlacement } from './placement.ts';

/** Nodes of one run: `<name>-worker-<index>` has to be a label of DNS, and the list of hosts one object of a megabyte. */
export const MAX_NODES = 1024;
const MAX_REPLICAS = 256;
const DEFAULT_GRACE = 10_000;

/**
 * Turns a spec into everything that manifests are made from. Reads nothing but its arguments.
 *
 * @throws PlanError with the field of the spec that is wrong
 */
export function planWorkload(
  config: VolcanoEngineConfig,
  spec: WorkloadSpec,
  run: RunIdentity,
  namespace = namespaceName(config.namespacePrefix, spec.projectId)
): WorkloadPlan {
  checkRun(run);
  const service = spec.kind === 'service';
  const count = integer(spec.nodes ?? 1, 'nodes', 1, service ? 1 : MAX_NODES);
  const resources = spec.resources ?? {};
  const cards = integer(resources.cards ?? 0, 'resources.cards', 0, 1024);
  const slots = integer(spec.slots ?? Math.max(1, cards), 'slots', 1, 4096);
  const name = runName(run.id);
  const nodes = service ? [] : nodeNames(name, count);
  const replicas = service ? integer(spec.replicas ?? 1, 'replicas', 0, MAX_REPLICAS) : 0;
  checkEnvironment(spec, isReservedInPods);
  const data: ClusterPlan = {
    version: 1,
    runId: run.id,
    kind: spec.kind,
    directory: join(run.directory, 'engine'),
    name,
    namespace,
    projectId: spec.projectId,
    title: run.name ?? '',
    argv: planCommand(spec.command),
    workingDirectory: planWorkingDirectory(spec.workingDirectory),
    env: podEnvironment(spec, { runId: run.id, slots, cards }),
    mounts: planMounts(spec, true),
    nodes,
    replicas,
    ports: planPorts(spec),
    slots,
    cards,
    counted: spec.counted ?? true,
    fabrics: [...new Set(resources.fabrics ?? [])],
    ...planPlacement(config, spec),
    network: spec.network ?? 'none',
    scratchBytes: positive(resources.scratchBytes, 'resources.scratchBytes') ?? config.scratchBytes,
    graceMs: integer(spec.graceMs ?? DEFAULT_GRACE, 'graceMs', 0, 24 * 3600 * 1000),
    ...defined({
      layer: planLayer(spec.image.layer),
      readiness: spec.readiness,
      cardResource: planCardResource(resources.cardResource),
      cpu: positive(resources.cpu, 'resources.cpu'),
      memoryBytes: positive(resources.memoryBytes, 'resources.memoryBytes')
    })
  };
  const { directory, projectId, ports, memoryBytes, graceMs } = data;
  const handle: ClusterHandle = {
    directory,
    name,
    namespace,
    projectId,
    service,
    nodes,
    ports,
    cards,
    graceMs,
    ...defined({ memoryBytes })
  };
  return {
    handle: { engine: 'volcano', runId: run.id, data: { ...handle } },
    nodes: service ? Array.from({ length: replicas }, (_, i) => replicaName(i)) : nodes,
    data: data as unknown as Readonly<Record<string, unknown>>
  };
}

/** Without what is undefined: a plan is the same after it was JSON. */
function defined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
