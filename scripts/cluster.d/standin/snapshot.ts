import type { Job, Node, Pod, PodGroup, PodSpec, Queue, ResourceQuota } from './objects.ts';
import { LABELS, keyOf } from './objects.ts';
import type { Room } from './resources.ts';
import {
  gangOf,
  holds,
  overCapability,
  overQuota,
  place,
  requestsOf,
  roomOn,
  sum
} from './resources.ts';

export interface Seen {
  readonly pods: Iterable<Pod>;
  readonly nodes: Iterable<Node>;
  readonly queues: ReadonlyMap<string, Queue>;
  readonly quotas: Iterable<ResourceQuota>;
}

/** Who has what at one moment. A gang that is let in takes its part of it. */
export class Snapshot {
  private readonly seen: Seen;
  private readonly podsByGroup = new Map<string, Pod[]>();
  private readonly heldByQueue = new Map<string, PodSpec[]>();
  private readonly heldByNamespace = new Map<string, PodSpec[]>();
  private readonly rooms: Room[];

  constructor(seen: Seen) {
    this.seen = seen;
    const pods = [...seen.pods];
    for (const pod of pods) {
      const group = pod.metadata.annotations?.[LABELS.group];
      const namespace = pod.metadata.namespace ?? '';
      if (group !== undefined) {
        push(this.podsByGroup, `${namespace}/${group}`, pod);
      }
      if (holds(pod)) {
        push(this.heldByNamespace, namespace, pod.spec);
        push(this.heldByQueue, pod.metadata.labels?.[LABELS.queue] ?? '', pod.spec);
      }
    }
    this.rooms = roomOn([...seen.nodes], pods);
    // Pods that have no node yet will have one soon.
    place(
      this.rooms,
      pods.filter(pod => holds(pod) && pod.spec.nodeName === undefined).map(({ spec }) => spec)
    );
  }

  podsOf(group: PodGroup): readonly Pod[] {
    return this.podsByGroup.get(keyOf(group)) ?? [];
  }

  /** Why the job has no room as a whole, in words; undefined when it has. */
  whyNot(job: Job): string | undefined {
    const gang = gangOf(job);
    const { namespace = '' } = job.metadata;
    const queue = this.seen.queues.get(`/${job.spec.queue}`);
    if (queue?.status?.state !== 'Open') {
      return `queue ${job.spec.queue} is not open`;
    }
    const held = this.heldByQueue.get(job.spec.queue) ?? [];
    const overQueue = overCapability(queue, held, gang);
    if (overQueue !== undefined) {
      return `queue resource quota insufficient: insufficient ${overQueue}`;
    }
    for (const quota of this.seen.quotas) {
      if (quota.metadata.namespace === namespace) {
        const lacks = overQuota(quota, this.heldByNamespace.get(namespace) ?? [], gang);
        if (lacks !== undefined) {
          return `resource quota ${quota.metadata.name} insufficient: insufficient ${lacks}`;
        }
      }
    }
    const failed = place(copyOf(this.rooms), gang);
    if (failed === undefined) {
      return undefined;
    }
    const asked = [...sum(gang.map(requestsOf))].map(([name, amount]) => `${name} ${amount}`);
    return (
      `${gang.length}/${gang.length} tasks in gang unschedulable: ${asked.join(', ')} asked for, ` +
      `insufficient ${failed.lacks}`
    );
  }

  /** Takes room for pods that are not there yet. */
  take(job: Job, specs: readonly PodSpec[]): void {
    place(this.rooms, specs);
    for (const spec of specs) {
      push(this.heldByNamespace, job.metadata.namespace ?? '', spec);
      push(this.heldByQueue, job.spec.queue, spec);
    }
  }
}

function push<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key);
  if (list) {
    list.push(item);
  } else {
    lists.set(key, [item]);
  }
}

function copyOf(rooms: readonly Room[]): Room[] {
  return rooms.map(({ node, free }) => ({ node, free: new Map(free) }));
}
