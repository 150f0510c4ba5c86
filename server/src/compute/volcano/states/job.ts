import type {
  NodeObservation,
  NodeState,
  Reason,
  WorkloadObservation,
  WorkloadState
} from '../../engine.ts';
import type { ClusterHandle } from '../clusterPlan.ts';
import { podIndex } from '../names.ts';
import type { NodeRecord } from '../nodeRecord.ts';
import type { JobPhase, LifecyclePolicy, ObservedJob, Pod } from '../objects.ts';
import {
  because,
  evicted,
  oneLine,
  outOfMemory,
  startingReason,
  stateOf,
  terminatedReason
} from '../reasons.ts';

/** What is known of a batch or interactive workload, in the cluster and on the shared volume. */
export interface JobEvidence {
  runId: string;
  handle: ClusterHandle;
  job: ObservedJob;
  /** Those of this very job. */
  pods: readonly Pod[];
  /** By node; what is needed only when something has ended. */
  records: ReadonlyMap<string, NodeRecord>;
  /** Why it has no room, while it has none. */
  waiting?: Reason;
  readyTimeoutMs: number;
}

/** Phases that a job does not leave by itself, and what they mean by the policies of its manifest. */
const ENDS: Readonly<Partial<Record<JobPhase, WorkloadState>>> = {
  Completed: 'succeeded',
  Aborted: 'stopped',
  Terminated: 'failed',
  Failed: 'failed'
};

/** Phases of a job that its controller has not begun to end. */
const GOING_ON: readonly JobPhase[] = ['Pending', 'Running', 'Restarting'];

/** Whether a job has ended or is about to. */
export function isEnding(job: ObservedJob): boolean {
  return !GOING_ON.includes(phaseOf(job));
}

/** What nodes as they are now call for by the policies of the job's manifest; undefined where nothing, or it is under way. */
export function dueFor(
  job: ObservedJob,
  nodes: Pick<JobEvidence, 'handle' | 'pods'>
): LifecyclePolicy['action'] | undefined {
  if (isEnding(job)) {
    return undefined;
  }
  if (podOf(nodes, 0)?.status?.phase === 'Succeeded') {
    return 'CompleteJob';
  }
  return nodes.pods.some(({ status }) => status?.phase === 'Failed') ? 'TerminateJob' : undefined;
}

/** Whether a job has ended, for good. */
export function isEnded(job: ObservedJob): boolean {
  return ENDS[phaseOf(job)] !== undefined;
}

/** What a job and its pods mean. */
export function observeJob(evidence: JobEvidence): WorkloadObservation {
  const { runId, handle, job, records } = evidence;
  const state = stateOfJob(evidence);
  const final = ENDS[phaseOf(job)] !== undefined;
  const nodes = handle.nodes.map((name, index) => observeNode(evidence, name, index, final));
  const starts = nodes.flatMap(({ startedAt }) => startedAt ?? []);
  const master = handle.nodes[0] ?? '';
  const exitCode = state === 'succeeded' ? 0 : ownExitCode(evidence, master);
  const changed = time(job.status?.state?.lastTransitionTime);
  const reason = reasonFor(evidence, state);
  return {
    runId,
    state,
    ...(reason === undefined ? {} : { reason }),
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(starts.length === 0 ? {} : { startedAt: Math.min(...starts) }),
    ...(final
      ? {
          endedAt:
            Math.max(changed ?? 0, records.get(master)?.endedAt ?? 0, ...starts) || Date.now()
        }
      : {}),
    nodes
  };
}

function stateOfJob({ job, handle, pods, waiting }: JobEvidence): WorkloadState {
  const end = ENDS[phaseOf(job)];
  if (end !== undefined) {
    return end;
  }
  const placed = pods.filter(pod => pod.spec?.nodeName !== undefined);
  if (waiting !== undefined || placed.length === 0) {
    return 'pending';
  }
  const up = placed.filter(pod => pod.status?.phase !== 'Pending');
  return up.length < handle.nodes.length ? 'starting' : 'running';
}

function observeNode(
  { handle, pods, records }: JobEvidence,
  name: string,
  index: number,
  final: boolean
): NodeObservation {
  const pod = pods.find(item => podIndex(handle.name, item.metadata.name) === index);
  const { running, terminated } = pod === undefined ? {} : stateOf(pod);
  const record = records.get(name);
  const over = final || terminated !== undefined || record?.ended !== undefined;
  const state: NodeState = over ? 'ended' : running === undefined ? 'starting' : 'running';
  const startedAt = time(running?.startedAt) ?? time(terminated?.startedAt) ?? record?.startedAt;
  const endedAt = time(terminated?.finishedAt) ?? record?.endedAt;
  // What was ended from outside has no exit code of its own.
  const exitCode =
    record?.ended === 'stopped' ? undefined : (terminated?.exitCode ?? record?.exitCode);
  const reason =
    record?.outOfMemory === true
      ? outOfMemory(name, handle.memoryBytes)
      : terminated !== undefined
        ? terminatedReason(terminated, name, handle.memoryBytes)
        : pod === undefined || over
          ? undefined
          : startingReason(pod, name);
  return {
    name,
    index,
    state,
    restarts: 0,
    ...(over && exitCode !== undefined ? { exitCode } : {}),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(over && endedAt !== undefined ? { endedAt } : {}),
    ...(reason === undefined ? {} : { reason })
  };
}

function reasonFor(evidence: JobEvidence, state: WorkloadState): Reason | undefined {
  switch (state) {
    case 'pending':
      return evidence.waiting;
    case 'starting':
      return evidence.handle.nodes
        .map((name, index) => {
          const pod = podOf(evidence, index);
          return pod === undefined ? undefined : startingReason(pod, name);
        })
        .find(found => found !== undefined);
    case 'stopped':
      return because('stopped', 'Stopped as asked.');
    case 'failed':
      return causeOf(evidence);
    default:
      return undefined;
  }
}

/** What ended it: a master that fails because a worker did is not the cause. */
function causeOf(evidence: JobEvidence): Reason {
  const { handle, records, readyTimeoutMs } = evidence;
  const [master = '', ...workers] = handle.nodes;
  for (const [i, name] of workers.entries()) {
    const terminated = terminatedOf(evidence, i + 1);
    const record = records.get(name);
    const special = terminated && terminatedReason(terminated, name, handle.memoryBytes);
    if (special !== undefined) {
      return special;
    }
    if (record?.outOfMemory === true && record.ended !== 'stopped') {
      return outOfMemory(name, handle.memoryBytes);
    }
    if (record?.ended === 'setup' || record?.ended === 'repeated') {
      return setup(name, record.detail);
    }
    const exitCode = record?.exitCode ?? terminated?.exitCode ?? 0;
    if (record?.ended === 'died' || (record?.ended === undefined && exitCode !== 0)) {
      return because('worker_died', `${name} ended before the master, with ${exitCode}.`, {
        node: name,
        exitCode
      });
    }
  }
  const record = records.get(master);
  const terminated = terminatedOf(evidence, 0);
  const special = terminated && terminatedReason(terminated, master, handle.memoryBytes);
  if (special !== undefined) {
    return special;
  }
  if (record?.ended === 'silent') {
    const node = record.silent ?? workers[0] ?? '';
    const seconds = readyTimeoutMs / 1000;
    return because('node_not_ready', `${node} never answered on ssh within ${seconds} s.`, {
      node,
      seconds
    });
  }
  if (record?.ended === 'setup' || record?.ended === 'repeated') {
    return setup(master, record.detail);
  }
  if (record?.outOfMemory === true && record.ended === 'command') {
    return outOfMemory(master, handle.memoryBytes);
  }
  const exitCode = ownExitCode(evidence, master);
  if (exitCode !== undefined && exitCode !== 0) {
    return because('command_failed', `The command ended with exit code ${exitCode}.`, {
      node: master,
      exitCode
    });
  }
  return takenAway(evidence);
}

/** Nothing on any node says that it ended by itself: the cluster ended it. */
function takenAway({ job, handle, pods, records }: JobEvidence): Reason {
  for (const [index, name] of handle.nodes.entries()) {
    const pod = pods.find(item => podIndex(handle.name, item.metadata.name) === index);
    const said = pod?.status?.message ?? pod?.status?.reason;
    if (said !== undefined) {
      return evicted(name, oneLine(said));
    }
  }
  const stopped = handle.nodes.find(name => records.get(name)?.ended === 'stopped');
  const message = oneLine(job.status?.state?.message ?? job.status?.state?.reason ?? '');
  return evicted(
    stopped ?? handle.nodes[0] ?? '',
    message === '' ? 'its pod was deleted or moved' : message
  );
}

function setup(node: string, detail: string | null | undefined): Reason {
  const text = oneLine(detail ?? '');
  return because('sandbox_failed', `${node}: ${text}`, { node, detail: text });
}

/** The exit code of the command itself; undefined where it was ended from outside. */
function ownExitCode(evidence: JobEvidence, master: string): number | undefined {
  const record = evidence.records.get(master);
  if (record?.ended !== undefined) {
    return record.ended === 'command' ? record.exitCode : undefined;
  }
  return terminatedOf(evidence, 0)?.exitCode;
}

function terminatedOf(evidence: JobEvidence, index: number) {
  const pod = podOf(evidence, index);
  return pod === undefined ? undefined : stateOf(pod).terminated;
}

function podOf(
  { handle, pods }: Pick<JobEvidence, 'handle' | 'pods'>,
  index: number
): Pod | undefined {
  return pods.find(pod => podIndex(handle.name, pod.metadata.name) === index);
}

function phaseOf(job: ObservedJob): JobPhase {
  return job.status?.state?.phase ?? 'Pending';
}

function time(text: string | undefined): number | undefined {
  const value = Date.parse(text ?? '');
  return Number.isNaN(value) ? undefined : value;
}
