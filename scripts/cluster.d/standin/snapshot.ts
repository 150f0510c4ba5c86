import type { Job, Node, Pod, PodGroup, PodSpec, Queue, ResourceQuota } from './objects.ts';
import { LABELS, keyOf } from './objects.ts';
import type { Amounts } from './quantity.ts';
import { add, amounts } from './quantity.ts';
import type { Room } from './resources.ts';
import {
  countedOf,
  holds,
  minResourcesOf,
  overLimit,
  place,
  requestsOf,
  roomOn,
  sum
} from './resources.ts';

/** How much more than there is may be promised to all queues together, as in Volcano's own configuration. */
const OVERCOMMIT = 1.2;

export interface Seen {
  readonly pods: Iterable<Pod>;
  readonly nodes: Iterable<Node>;
  readonly queues: ReadonlyMap<string, Queue>;
  readonly quotas: Iterable<ResourceQuota>;
}

export function isGated(pod: Pod): boolean {
  return (pod.spec.schedulingGates?.length ?? 0) > 0;
}

/** Who has what at one moment. A gang that is let in, or bound, takes its part of it. */
export class Snapshot {
  private readonly seen: Seen;
  private readonly nodes: readonly Node[];
  private readonly podsByGroup = new Map<string, Pod[]>();
  /** What was promised: to pods, bound or not, and to gangs whose pods are not there yet. */
  private readonly promised: Amounts = new Map();
  private readonly promisedByQueue = new Map<string, Amounts[]>();
  private readonly promisedByNamespace = new Map<string, Amounts[]>();
  /** What pods hold that are bound or about to be. */
  private readonly boundByQueue = new Map<string, Amounts[]>();
  private readonly rooms: Room[];

  constructor(seen: Seen) {
    this.seen = seen;
    this.nodes = [...seen.nodes];
    const pods = [...seen.pods];
    for (const pod of pods) {
      const group = pod.metadata.annotations?.[LABELS.group];
      const { namespace = '' } = pod.metadata;
      if (group !== undefined) {
        push(this.podsByGroup, `${namespace}/${group}`, pod);
      }
      if (holds(pod)) {
        const queue = pod.metadata.labels?.[LABELS.queue] ?? '';
        this.promise(namespace, queue, pod.spec);
        if (!isGated(pod)) {
          push(this.boundByQueue, queue, requestsOf(pod.spec));
        }
      }
    }
    this.rooms = roomOn(this.nodes, pods);
    // Pods that may be bound and are not yet will be soon.
    const coming = pods.filter(pod => holds(pod) && !pod.spec.nodeName && !isGated(pod));
    place(
      this.rooms,
      coming.map(({ spec }) => spec)
    );
  }

  podsOf(group: PodGroup): readonly Pod[] {
    return this.podsByGroup.get(keyOf(group)) ?? [];
  }

  /** Why a job may not make its pods, in words; undefined when it may. */
  whyNotIn(job: Job): string | undefined {
    const { namespace = '' } = job.metadata;
    const wanted = minResourcesOf(job);
    const queue = this.seen.queues.get(`/${job.spec.queue}`);
    if (queue?.status?.state !== 'Open') {
      return `queue ${job.spec.queue} is not open`;
    }
    const overused = overLimit(this.nodesHave(wanted, OVERCOMMIT), [this.promised], wanted);
    if (overused !== undefined) {
      return `resource in cluster is overused: overused ${overused}`;
    }
    // A queue that names no limit has all that the nodes have, and no more.
    const most = new Map([...this.nodesHave(wanted, 1), ...amounts(queue.spec?.capability)]);
    const overQueue = overLimit(most, this.promisedByQueue.get(job.spec.queue) ?? [], wanted);
    if (overQueue !== undefined) {
      return `queue resource quota insufficient: insufficient ${overQueue}`;
    }
    for (const { metadata, spec } of this.seen.quotas) {
      const inNamespace = this.promisedByNamespace.get(namespace) ?? [];
      const lacks =
        metadata.namespace === namespace && overLimit(amounts(spec?.hard), inNamespace, wanted);
      if (lacks) {
        return `resource quota insufficient: insufficient ${lacks} of ${metadata.name}`;
      }
    }
    return undefined;
  }

  /** So many times what the nodes have of what is wanted; the names that only a quota knows are left out. */
  private nodesHave(wanted: Amounts, factor: number): Amounts {
    const all = sum(this.nodes.map(({ status }) => amounts(status?.allocatable)));
    const names = [...wanted.keys()].filter(name => !/^(requests\.|limits\.|count\/)/.test(name));
    return new Map(names.map(name => [name, factor * (all.get(name) ?? 0)]));
  }

  /** Takes what a gang asks for whose pods are not there yet. */
  letIn(job: Job, specs: readonly PodSpec[]): void {
    specs.forEach(spec => this.promise(job.metadata.namespace ?? '', job.spec.queue, spec));
  }

  private promise(namespace: string, queue: string, spec: PodSpec): void {
    const counted = countedOf(spec);
    add(this.promised, counted);
    push(this.promisedByNamespace, namespace, counted);
    push(this.promisedByQueue, queue, counted);
  }

  /**
   * Takes room for as many of a gang's pods as `all` or each by itself; of `all` none has room unless every one has.
   *
   * @returns the pods that have no room, with what each lacks
   */
  bind(queueName: string, pods: readonly Pod[], all: boolean): { pod: Pod; lacks: string }[] {
    const capability = amounts(this.seen.queues.get(`/${queueName}`)?.spec?.capability);
    const rooms = all ? this.rooms.map(copyOf) : this.rooms;
    const bound = [...(this.boundByQueue.get(queueName) ?? [])];
    const failed = pods.flatMap(pod => {
      const wanted = requestsOf(pod.spec);
      const over = overLimit(capability, bound, wanted);
      const lacks = over
        ? `Insufficient ${over} in queue ${queueName}`
        : place(rooms, [pod.spec])[0]?.lacks;
      if (lacks !== undefined) {
        return [{ pod, lacks }];
      }
      bound.push(wanted);
      return [];
    });
    if (failed.length === 0 || !all) {
      this.boundByQueue.set(queueName, bound);
      this.rooms.splice(0, this.rooms.length, ...rooms);
    }
    return failed;
  }

  get numberOfNodes(): number {
    return this.nodes.length;
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

function copyOf({ node, free }: Room): Room {
  return { node, free: new Map(free) };
}
