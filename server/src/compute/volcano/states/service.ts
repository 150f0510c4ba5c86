import type { NodeObservation, NodeState, Reason, WorkloadObservation } from '../../engine.ts';
import type { ClusterHandle } from '../clusterPlan.ts';
import { podIndex, replicaName } from '../names.ts';
import type { NodeRecord } from '../nodeRecord.ts';
import type { Pod, StatefulSet } from '../objects.ts';
import { because, outOfMemory, startingReason, stateOf, terminatedReason } from '../reasons.ts';

/** What is known of a service. */
export interface ServiceEvidence {
  runId: string;
  handle: ClusterHandle;
  set: StatefulSet;
  /** Those of this very set. */
  pods: readonly Pod[];
  /** What the last container of each replica left. */
  records: ReadonlyMap<string, NodeRecord>;
  waiting?: Reason;
}

/** What a stateful set and its pods mean. */
export function observeService(evidence: ServiceEvidence): WorkloadObservation {
  const { runId, set, pods, waiting } = evidence;
  const wanted = set.spec?.replicas ?? 0;
  const nodes = replicas(evidence, wanted);
  const starts = nodes.flatMap(({ startedAt }) => startedAt ?? []);
  const begun = wanted === 0 || nodes.some(({ state }) => state !== 'starting');
  const placed = pods.some(pod => pod.spec?.nodeName !== undefined);
  const reason = begun
    ? undefined
    : (waiting ?? nodes.find(node => node.reason !== undefined)?.reason);
  return {
    runId,
    state: begun ? 'running' : placed ? 'starting' : 'pending',
    ...(reason === undefined ? {} : { reason }),
    ...(starts.length === 0 ? {} : { startedAt: Math.min(...starts) }),
    nodes
  };
}

/** The replicas that there are, and those that there should be. */
function replicas(evidence: ServiceEvidence, wanted: number): NodeObservation[] {
  const { handle, pods } = evidence;
  const byIndex = new Map<number, Pod>();
  for (const pod of pods) {
    const index = podIndex(handle.name, pod.metadata.name);
    if (index !== undefined) {
      byIndex.set(index, pod);
    }
  }
  const indexes = new Set([...byIndex.keys(), ...Array.from({ length: wanted }, (_, i) => i)]);
  return [...indexes]
    .sort((a, b) => a - b)
    .map(index => replica(evidence, index, byIndex.get(index)));
}

function replica(evidence: ServiceEvidence, index: number, pod: Pod | undefined): NodeObservation {
  const name = replicaName(index);
  if (pod === undefined) {
    return { name, index, state: 'starting', restarts: 0 };
  }
  const status = pod.status?.containerStatuses?.[0];
  const { running, terminated } = stateOf(pod);
  const last = terminated ?? status?.lastState?.terminated;
  const startedAt = Date.parse(running?.startedAt ?? last?.startedAt ?? '');
  const endedAt = Date.parse(running === undefined ? (last?.finishedAt ?? '') : '');
  const state = stateOfReplica(pod);
  const reason = last === undefined ? startingReason(pod, name) : endOf(evidence, name, last);
  return {
    name,
    index,
    state,
    restarts: status?.restartCount ?? 0,
    ...(last === undefined ? {} : { exitCode: last.exitCode }),
    ...(reason === undefined ? {} : { reason }),
    ...(Number.isNaN(startedAt) ? {} : { startedAt }),
    ...(Number.isNaN(endedAt) ? {} : { endedAt })
  };
}

function stateOfReplica(pod: Pod): NodeState {
  if (pod.metadata.deletionTimestamp !== undefined) {
    return 'draining';
  }
  const { running, waiting, terminated } = stateOf(pod);
  if (terminated !== undefined || waiting?.reason === 'CrashLoopBackOff') {
    return 'backoff';
  }
  if (running === undefined) {
    return 'starting';
  }
  return pod.status?.containerStatuses?.[0]?.ready === true ? 'ready' : 'running';
}

/** Why the container before this one ended. */
function endOf(
  { handle, records }: ServiceEvidence,
  node: string,
  last: { exitCode: number; reason?: string; message?: string }
): Reason {
  const record = records.get(node);
  if (record?.outOfMemory === true) {
    return outOfMemory(node, handle.memoryBytes);
  }
  return (
    terminatedReason(last, node, handle.memoryBytes) ??
    because('command_failed', `${node} ended with ${last.exitCode}.`, {
      node,
      exitCode: last.exitCode
    })
  );
}
