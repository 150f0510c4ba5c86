import type { Api } from '../api.ts';
import { ApiError } from '../api.ts';
import type { Informer } from './informer.ts';
import type { Job, Node, Pod, PodGroup, PodSpec, Queue, ResourceQuota } from './objects.ts';
import { PATHS, keyOf, pathOf } from './objects.ts';
import { gangOf } from './resources.ts';
import { Snapshot } from './snapshot.ts';

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
 * Lets gangs into their queues, the oldest first, when all of their pods have room at once: on nodes, in the queue's capability and in the
 * namespace's quota. The pods are then bound by kube-scheduler.
 */
export class GangAdmission {
  private readonly api: Api;
  private readonly watched: Scheduled;
  /** Gangs that were let in, by the uid of their group, until all of their pods are there to be counted. */
  private readonly coming = new Map<string, { job: Job; gang: readonly PodSpec[] }>();
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
        snapshot.take(coming.job, coming.gang.slice(snapshot.podsOf(group).length));
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
      await this.follow(group, snapshot);
    } else if (!this.coming.has(uid)) {
      await this.letIn(group, job, snapshot);
    }
  }

  private async letIn(group: PodGroup, job: Job, snapshot: Snapshot): Promise<void> {
    const { uid = '' } = group.metadata;
    const why = snapshot.whyNot(job);
    if (why === undefined) {
      const gang = gangOf(job);
      snapshot.take(job, gang);
      this.coming.set(uid, { job, gang });
      try {
        await this.write(group, { phase: 'Inqueue', conditions: [] });
      } catch (error) {
        this.coming.delete(uid);
        throw error;
      }
    } else if (group.status?.conditions?.[0]?.message !== why) {
      await this.write(group, { phase: 'Pending', conditions: [unschedulable(uid, why)] });
    }
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

function unschedulable(transitionID: string, message: string) {
  return {
    type: 'Unschedulable',
    status: 'True',
    reason: 'NotEnoughResources',
    message,
    transitionID,
    lastTransitionTime: new Date().toISOString()
  };
}
