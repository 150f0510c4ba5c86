import { join } from 'node:path';

import { isThere } from '../../files/is-there.ts';
import type { Reason, WorkloadHandle, WorkloadObservation } from '../engine.ts';
import { FINAL_STATES } from '../engine.ts';
import { isApiError } from './apiError.ts';
import type { Cluster, RunObjects } from './cluster.ts';
import { clusterHandleOf, type ClusterHandle } from './clusterPlan.ts';
import { requestsIn } from './load.ts';
import { ANNOTATIONS, replicaName } from './names.ts';
import type { NodeRecord } from './nodeRecord.ts';
import { readNodeRecord } from './nodeRecord.ts';
import type { ClusterObject, CommandAction, ObservedJob, Pod, StatefulSet } from './objects.ts';
import { runFiles } from './places.ts';
import { because, stateOf } from './reasons.ts';
import { RunRecords, type Submitted } from './records.ts';
import { dueFor, isEnded, observeJob } from './states/job.ts';
import { observeService } from './states/service.ts';
import { waitingReason } from './waiting.ts';

/** What a run needs of the engine to find out how it is. */
export interface RunSurroundings {
  readonly cluster: Cluster;
  readonly readyTimeoutMs: number;
  /** Whether the API server does not answer at the moment. */
  away(): boolean;
  /** The run that objects are called after, in a namespace; undefined where it is none that this engine knows. */
  runCalled(key: string): string | undefined;
  /** Asks the API server for the run's own object; undefined when there is none. */
  find(handle: ClusterHandle): Promise<ClusterObject | undefined>;
}

/** How long the watch may take to tell of what was just made. */
const UNSEEN_MS = 10_000;
/** How long the first list of everything may take before what was known last is told. */
const SYNC_MS = 10_000;

/** One workload, as cluster and shared volume tell of it. */
export class Run {
  readonly handle: WorkloadHandle;
  readonly data: ClusterHandle;
  readonly records: RunRecords;
  readonly #around: RunSurroundings;
  #submitted: Submitted | undefined;
  #made: { object: ClusterObject; at: number } | undefined;
  #latest: WorkloadObservation | undefined;
  #looking: Promise<WorkloadObservation> | undefined;
  #seen = false;

  constructor(handle: WorkloadHandle, around: RunSurroundings) {
    this.handle = handle;
    this.data = clusterHandleOf(handle);
    this.records = new RunRecords(this.data.directory);
    this.#around = around;
  }

  /** What was found last, whatever has happened since. */
  get latest(): WorkloadObservation | undefined {
    return this.#latest;
  }

  get final(): boolean {
    return this.#latest !== undefined && FINAL_STATES.includes(this.#latest.state);
  }

  /** Whether the cluster waits for room for it. */
  get waiting(): boolean {
    return this.#latest?.state === 'pending';
  }

  /** The uid of the run's object, where it is known. */
  async uid(): Promise<string | undefined> {
    this.#submitted ??= await this.records.submitted();
    return this.#submitted?.uid;
  }

  /** Remembers what a create gave, before the watch tells of it. */
  async made(object: ClusterObject): Promise<void> {
    this.#made = { object, at: performance.now() };
    await this.#keepUid(object);
  }

  /** How it is now. One look at a time: who asks meanwhile gets the next one. */
  async observe(): Promise<WorkloadObservation> {
    await this.#looking?.catch(() => undefined);
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  /** Pods of this very workload. */
  async pods(): Promise<Pod[]> {
    const { namespace, name } = this.data;
    return ownPods(this.#around.cluster.objects(namespace, name), await this.uid());
  }

  /** What the job's controller is to do about nodes that have ended, and has not begun to. */
  async due(): Promise<CommandAction | undefined> {
    const { namespace, name, service } = this.data;
    const { job } = this.#around.cluster.objects(namespace, name);
    const uid = await this.uid();
    return service || job === undefined || job.metadata.uid !== uid
      ? undefined
      : dueFor(job, { handle: this.data, pods: await this.pods() });
  }

  async #look(): Promise<WorkloadObservation> {
    if (this.final && this.#latest !== undefined) {
      return this.#latest;
    }
    if (this.#latest === undefined) {
      this.#latest = await this.records.ended();
      if (this.#latest !== undefined) {
        return this.#latest;
      }
    }
    const found = await this.#find();
    if (FINAL_STATES.includes(found.state)) {
      // Somebody else may have seen its end before, and have removed what would have told of it.
      this.#latest = (await this.records.ended()) ?? found;
      await this.records.keepEnded(this.#latest);
    } else {
      this.#latest = steady(this.#latest, found);
    }
    return this.#latest;
  }

  async #find(): Promise<WorkloadObservation> {
    const { cluster } = this.#around;
    const { namespace, name } = this.data;
    this.#submitted ??= await this.records.submitted();
    if (this.#submitted === undefined) {
      return { runId: this.handle.runId, state: 'absent', nodes: [] };
    }
    const { service } = this.data;
    if (
      !cluster.isSynced(namespace, service) &&
      !(await cluster.synced(
        namespace,
        service,
        AbortSignal.timeout(this.#around.away() ? 0 : SYNC_MS)
      ))
    ) {
      return this.#unknown();
    }
    const objects = cluster.objects(namespace, name);
    const found = service ? objects.set : objects.job;
    if (found !== undefined) {
      return this.#known(found, objects);
    }
    const made = this.#made;
    if (!this.#seen && made !== undefined && performance.now() - made.at < UNSEEN_MS) {
      return this.#evaluate(made.object, objects);
    }
    try {
      const asked = await this.#around.find(this.data);
      return asked === undefined ? await this.#gone(objects) : await this.#known(asked, objects);
    } catch (error) {
      if (isApiError(error)) {
        return this.#unknown();
      }
      throw error;
    }
  }

  /** Nobody can be asked: it is as it was, and if nothing was known of it, it has begun for all we know. */
  #unknown(): WorkloadObservation {
    const latest = this.#latest;
    return latest === undefined || latest.state === 'absent'
      ? { runId: this.handle.runId, state: 'starting', nodes: [] }
      : latest;
  }

  /** There is something of the run's name. Only what has the uid that we know, or else our own marks, is it. */
  async #known(object: ClusterObject, objects: RunObjects): Promise<WorkloadObservation> {
    const uid = this.#submitted?.uid;
    if (uid === undefined) {
      if (object.metadata.annotations?.[ANNOTATIONS.run] !== this.handle.runId) {
        return { runId: this.handle.runId, state: 'absent', nodes: [] };
      }
      await this.#keepUid(object);
    } else if (object.metadata.uid !== uid) {
      return this.#lost(because('replaced', 'Something else has taken its name in the cluster.'));
    }
    this.#seen = true;
    return this.#evaluate(object, objects);
  }

  async #keepUid({ metadata: { uid } }: ClusterObject): Promise<void> {
    this.#submitted = uid === undefined ? {} : { uid };
    if (uid !== undefined) {
      await this.records.keepUid(uid);
    }
  }

  async #evaluate(object: ClusterObject, objects: RunObjects): Promise<WorkloadObservation> {
    const pods = ownPods(objects, object.metadata.uid);
    const common = { runId: this.handle.runId, handle: this.data, pods };
    const waiting = this.#waits(object, objects, pods);
    if (this.data.service) {
      const restarted = pods.some(
        pod => (pod.status?.containerStatuses?.[0]?.restartCount ?? 0) > 0
      );
      const names = pods.map((_, index) => replicaName(index));
      return observeService({
        ...common,
        set: object as StatefulSet,
        records: restarted ? await this.#nodeRecords(names) : new Map(),
        ...(waiting === undefined ? {} : { waiting })
      });
    }
    const job = object as ObservedJob;
    const over = isEnded(job) || pods.some(pod => stateOf(pod).terminated !== undefined);
    return observeJob({
      ...common,
      job,
      records: over ? await this.#nodeRecords(this.data.nodes) : new Map(),
      readyTimeoutMs: this.#around.readyTimeoutMs,
      ...(waiting === undefined ? {} : { waiting })
    });
  }

  #waits(
    object: ClusterObject,
    { podGroup }: RunObjects,
    pods: readonly Pod[]
  ): Reason | undefined {
    const placed = pods.filter(pod => pod.spec?.nodeName !== undefined);
    // Nodes are placed all or none, one just after the other; replicas one by one.
    if (placed.length > 0 && (!this.data.service || placed.length === pods.length)) {
      return undefined;
    }
    const { cluster, runCalled } = this.#around;
    return waitingReason(
      { requests: requestsIn(object), podGroup, pods },
      resource => cluster.supply(resource),
      runCalled
    );
  }

  /**
   * Its object is not there. What pods have left is waited for, so that what is told as lost does not run; and where the command had
   * ended before, its result is known all the same.
   */
  async #gone(objects: RunObjects): Promise<WorkloadObservation> {
    const { runId } = this.handle;
    if (this.#submitted?.uid === undefined) {
      return (await this.#hasStarted())
        ? this.#lost(because('removed', 'Its job was deleted in the cluster.'))
        : { runId, state: 'absent', nodes: [] };
    }
    if (ownPods(objects, this.#submitted.uid).length > 0) {
      return this.#latest ?? { runId, state: 'running', nodes: [] };
    }
    const nodes = (this.#latest?.nodes ?? []).map(node => ({ ...node, state: 'ended' as const }));
    const { startedAt } = this.#latest ?? {};
    const common = {
      runId,
      nodes,
      endedAt: Date.now(),
      ...(startedAt === undefined ? {} : { startedAt })
    };
    if ((await this.records.stopAsked()) !== undefined) {
      return { ...common, state: 'stopped', reason: because('stopped', 'Stopped as asked.') };
    }
    const master = (await this.#nodeRecords(this.data.nodes.slice(0, 1))).get(
      this.data.nodes[0] ?? ''
    );
    if (master?.ended === 'command' && master.exitCode !== undefined) {
      const { exitCode } = master;
      const node = this.data.nodes[0] ?? '';
      return exitCode === 0
        ? { ...common, state: 'succeeded', exitCode }
        : {
            ...common,
            state: 'failed',
            exitCode,
            reason: because('command_failed', `The command ended with exit code ${exitCode}.`, {
              node,
              exitCode
            })
          };
    }
    return this.#lost(because('removed', 'Its job was deleted in the cluster.'));
  }

  #lost(reason: Reason): WorkloadObservation {
    const { startedAt, nodes = [] } = this.#latest ?? {};
    return {
      runId: this.handle.runId,
      state: 'lost',
      reason,
      ...(startedAt === undefined ? {} : { startedAt }),
      endedAt: Date.now(),
      nodes: nodes.map(node => ({ ...node, state: 'ended' }))
    };
  }

  /** Whether a node has ever begun, whatever the cluster says. */
  #hasStarted(): Promise<boolean> {
    const { kept } = runFiles(this.data.directory);
    return isThere(join(kept, `${this.data.nodes[0] ?? replicaName(0)}.started`));
  }

  async #nodeRecords(names: readonly string[]): Promise<Map<string, NodeRecord>> {
    const { kept } = runFiles(this.data.directory);
    const found = await Promise.all(
      names.map(async name => [name, await readNodeRecord(kept, name)] as const)
    );
    return new Map(
      found.flatMap(([name, record]) => (record === undefined ? [] : [[name, record]]))
    );
  }
}

/** While a workload ends its pods go one by one: what ran does not seem to start again. */
function steady(
  before: WorkloadObservation | undefined,
  found: WorkloadObservation
): WorkloadObservation {
  if (before?.state !== 'running' || (found.state !== 'starting' && found.state !== 'pending')) {
    return found;
  }
  const { reason: _reason, ...rest } = found;
  return { ...rest, state: 'running' };
}

/** Pods that an object owns. A stateful set or job of the same name that was there before had others. */
function ownPods(objects: RunObjects, uid: string | undefined): Pod[] {
  return objects.pods.filter(pod => pod.metadata.ownerReferences?.some(owner => owner.uid === uid));
}
