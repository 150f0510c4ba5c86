import type { Api, KubeObject } from '../api.ts';
import { ApiError } from '../api.ts';
import type { Informer } from './informer.ts';
import type { Job, Node, Pod, PodGroup, PodSpec, Queue, ResourceQuota } from './objects.ts';
import { PATHS, keyOf, pathOf } from './objects.ts';
import { gangOf, holds } from './resources.ts';
import { Snapshot, isGated } from './snapshot.ts';

export interface Scheduled {
  readonly jobs: Informer<Job>;
  readonly pods: Informer<Pod>;
  readonly podGroups: Informer<PodGroup>;
  readonly nodes: Informer<Node>;
  readonly queues: Informer<Queue>;
  readonly quotas: Informer<ResourceQuota>;
}

const AGAIN_MS = 500;

/**
 * Lets gangs into their queues, the oldest first, while what they ask for is not much more than there is; their pods are made then. When all
 * of a gang's pods have room at once their gates go, and kube-scheduler binds them.
 */
export class GangScheduler {
  private readonly api: Api;
  private readonly watched: Scheduled;
  /** Gangs that were let in, by the uid of their group, until all of their pods are there to be counted. */
  private readonly coming = new Map<string, { job: Job; gang: readonly PodSpec[] }>();
  /** What was said last of a gang that waits, by the uid of its group. */
  private readonly told = new Map<string, string>();
  private isLooking = false;
  private again = false;

  constructor(api: Api, watched: Scheduled) {
    this.api = api;
    this.watched = watched;
    for (const informer of Object.values(watched) as Informer<Pod>[]) {
      informer.onChange(() => this.wake());
    }
    watched.podGroups.onChange(({ before, now }) => {
      if (now === undefined) {
        this.coming.delete(before?.metadata.uid ?? '');
        this.told.delete(before?.metadata.uid ?? '');
      }
    });
  }

  /** Looks at everything again; at once, or after the look that is under way. */
  wake(): void {
    this.again = true;
    if (!this.isLooking) {
      this.isLooking = true;
      // What comes in one message of the API server is looked at once.
      setImmediate(() => void this.look());
    }
  }

  private async look(): Promise<void> {
    while (this.again) {
      this.again = false;
      const groups = [...this.watched.podGroups.items.values()].sort(byAge);
      const snapshot = this.snapshot(groups);
      for (const group of groups) {
        try {
          await this.consider(group, snapshot);
        } catch (error) {
          if (!(error instanceof ApiError) || error.status !== 404) {
            console.log(`${keyOf(group)}: ${(error as Error).message}`);
            setTimeout(() => this.wake(), AGAIN_MS);
          }
        }
      }
    }
    this.isLooking = false;
  }

  private snapshot(groups: readonly PodGroup[]): Snapshot {
    const { pods, nodes, queues, quotas } = this.watched;
    const snapshot = new Snapshot({
      pods: pods.items.values(),
      nodes: nodes.items.values(),
      queues: queues.items,
      quotas: [...quotas.items.values()]
    });
    for (const group of groups) {
      const coming = this.coming.get(group.metadata.uid ?? '');
      if (coming !== undefined) {
        snapshot.letIn(coming.job, coming.gang.slice(snapshot.podsOf(group).length));
      }
    }
    return snapshot;
  }

  private async consider(group: PodGroup, snapshot: Snapshot): Promise<void> {
    const { namespace, uid = '', ownerReferences, deletionTimestamp } = group.metadata;
    const owner = ownerReferences?.find(({ kind }) => kind === 'Job');
    const job = this.watched.jobs.items.get(`${namespace}/${owner?.name}`);
    if (job === undefined || job.metadata.uid !== owner?.uid || deletionTimestamp) {
      return;
    }
    if ((group.status?.phase ?? 'Pending') !== 'Pending') {
      await this.bind(group, snapshot);
      await this.follow(group, snapshot);
    } else if (!this.coming.has(uid)) {
      await this.letIn(group, job, snapshot);
    }
  }

  private async letIn(group: PodGroup, job: Job, snapshot: Snapshot): Promise<void> {
    const { uid = '' } = group.metadata;
    const why = snapshot.whyNotIn(job);
    if (why === undefined) {
      const gang = gangOf(job);
      snapshot.letIn(job, gang);
      this.coming.set(uid, { job, gang });
      try {
        await this.write(group, { phase: 'Inqueue' });
      } catch (error) {
        this.coming.delete(uid);
        throw error;
      }
      return;
    }
    if (group.status?.phase === undefined) {
      await this.write(group, { phase: 'Pending' });
    }
    await this.tell(group, why);
  }

  /** Says why a gang waits, once. Of one that was not let in Volcano says so in events only. */
  private async tell(group: PodGroup, message: string): Promise<void> {
    const { namespace, name, uid = '' } = group.metadata;
    if (this.told.get(uid) === message) {
      return;
    }
    this.told.set(uid, message);
    const now = new Date().toISOString();
    await this.api.create(pathOf(PATHS.core, namespace, 'events'), {
      metadata: { name: `${name}.${process.hrtime.bigint().toString(16)}`, namespace },
      involvedObject: {
        apiVersion: 'scheduling.volcano.sh/v1beta1',
        kind: 'PodGroup',
        ...{ namespace, name, uid }
      },
      ...{ reason: 'Unschedulable', type: 'Normal', message, source: { component: 'volcano' } },
      ...{ firstTimestamp: now, lastTimestamp: now, count: 1 }
    } as KubeObject);
  }

  /** Opens the gates of a gang that can be bound as a whole, and of what came to it later. */
  private async bind(group: PodGroup, snapshot: Snapshot): Promise<void> {
    const pods = snapshot.podsOf(group);
    const waiting = pods.filter(pod => holds(pod) && isGated(pod));
    const { minMember, queue } = group.spec;
    if (waiting.length === 0 || pods.length < minMember) {
      return;
    }
    const isFirst = pods.length - waiting.length < minMember;
    const failed = snapshot.bind(queue, waiting, isFirst);
    const isBound = (pod: Pod): boolean => !failed.some(each => each.pod === pod);
    if (failed.length > 0 && isFirst) {
      await this.sayUnschedulable(group, waiting.length, failed, snapshot.numberOfNodes);
      return;
    }
    for (const pod of waiting.filter(isBound)) {
      await this.api.patch(podPath(pod), { spec: { schedulingGates: null } });
    }
    if (isFirst) {
      await this.setCondition(group, 'Scheduled', 'tasks in gang are ready to be scheduled');
    }
  }

  private async sayUnschedulable(
    group: PodGroup,
    waiting: number,
    failed: readonly { pod: Pod; lacks: string }[],
    nodes: number
  ): Promise<void> {
    const { minMember } = group.spec;
    const reasons = failed.map(
      ({ pod, lacks }) => [pod, `0/${nodes} nodes are unavailable: ${nodes} ${lacks}.`] as const
    );
    const [first, why] = reasons[0] as (typeof reasons)[0];
    await this.setCondition(
      group,
      'Unschedulable',
      'NotEnoughResources',
      `${failed.length}/${waiting} tasks in gang unschedulable: pod group is not ready, ${waiting} Pending, ` +
        `${minMember} minAvailable; Pending: ${failed.length} Unschedulable. ` +
        `Origin reason is ${first.metadata.name}: ${why}`
    );
    for (const [pod, message] of reasons) {
      const said = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message;
      if (said !== message) {
        const condition = {
          type: 'PodScheduled',
          status: 'False',
          reason: 'Unschedulable',
          message
        };
        await this.api.merge(`${podPath(pod)}/status`, { status: { conditions: [condition] } });
      }
    }
  }

  private async setCondition(
    group: PodGroup,
    type: 'Scheduled' | 'Unschedulable',
    reason: string,
    message = ''
  ): Promise<void> {
    const last = group.status?.conditions?.at(-1);
    if (last?.type === type && last.message === message) {
      return;
    }
    const lastTransitionTime = new Date().toISOString();
    const transitionID = group.metadata.uid ?? '';
    const condition = { type, status: 'True', reason, message, transitionID, lastTransitionTime };
    await this.write(group, { conditions: [condition] });
  }

  /** After it was let in, the group's phase follows its pods. */
  private async follow(group: PodGroup, snapshot: Snapshot): Promise<void> {
    const pods = snapshot.podsOf(group);
    if (pods.length >= group.spec.minMember) {
      this.coming.delete(group.metadata.uid ?? '');
    }
    const number = (phase: string): number =>
      pods.filter(({ status }) => status?.phase === phase).length;
    const counts = {
      running: number('Running'),
      succeeded: number('Succeeded'),
      failed: number('Failed')
    };
    const { running = 0, succeeded = 0, failed = 0, phase } = group.status ?? {};
    const next = phaseOf(group, counts);
    const isNews =
      next !== phase ||
      counts.running !== running ||
      counts.succeeded !== succeeded ||
      counts.failed !== failed;
    if (isNews) {
      await this.write(group, { ...counts, phase: next });
    }
  }

  private write(group: PodGroup, status: PodGroup['status']): Promise<unknown> {
    const { namespace, name } = group.metadata;
    const path = pathOf(PATHS.scheduling, namespace, 'podgroups', name);
    return this.api.patch(`${path}/status`, { status });
  }
}

function byAge(a: PodGroup, b: PodGroup): number {
  return (
    Date.parse(a.metadata.creationTimestamp ?? '') - Date.parse(b.metadata.creationTimestamp ?? '')
  );
}

type GroupPhase = NonNullable<NonNullable<PodGroup['status']>['phase']>;

function phaseOf(
  group: PodGroup,
  { running, succeeded, failed }: { running: number; succeeded: number; failed: number }
): GroupPhase {
  const { minMember } = group.spec;
  if (running === 0 && succeeded > 0 && succeeded >= minMember) {
    return 'Completed';
  }
  if (running > 0 && running + succeeded >= minMember) {
    return 'Running';
  }
  return failed > 0 && running > 0 ? 'Unknown' : (group.status?.phase ?? 'Pending');
}

function podPath({ metadata }: Pod): string {
  return pathOf(PATHS.core, metadata.namespace, 'pods', metadata.name);
}
