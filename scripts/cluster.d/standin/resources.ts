import type { Container, Job, Node, Pod, PodSpec } from './objects.ts';
import type { Amounts } from './quantity.ts';
import { add, amounts, lacking } from './quantity.ts';

export function sum(all: readonly Amounts[]): Amounts {
  return all.reduce((total, each) => add(total, each), new Map<string, number>());
}

/** What a pod asks a node for. Limits stand in for requests that are missing, as the API server has it. */
export function requestsOf(spec: PodSpec): Amounts {
  return askedFor(spec, ({ resources }) =>
    amounts({ ...resources?.limits, ...resources?.requests })
  );
}

function askedFor(spec: PodSpec, asked: (container: Container) => Amounts): Amounts {
  const total = sum(spec.containers.map(asked));
  for (const [resource, amount] of (spec.initContainers ?? []).flatMap(each => [...asked(each)])) {
    total.set(resource, Math.max(total.get(resource) ?? 0, amount));
  }
  return total;
}

function limitsOf(spec: PodSpec): Amounts {
  return askedFor(spec, ({ resources }) => amounts(resources?.limits));
}

/**
 * What a gang asks for, as its group says. Nobody has completed the template of a job: where it has limits and no requests, Volcano lets
 * the gang in as if it asked for nothing.
 */
export function minResourcesOf(job: Job): Amounts {
  const named = (spec: PodSpec): Amounts =>
    counted(
      askedFor(spec, ({ resources }) => amounts(resources?.requests)),
      limitsOf(spec)
    );
  return sum(gangOf(job).map(named));
}

/** Whether a pod still holds what it asked for. */
export function holds(pod: Pod): boolean {
  return pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed';
}

/** The pods without which a job does not begin: of each task what it needs at least, then others up to the job's number. */
export function gangOf(job: Job): PodSpec[] {
  const needed: PodSpec[] = [];
  const more: PodSpec[] = [];
  for (const { replicas = 0, minAvailable = replicas, template } of job.spec.tasks) {
    for (let index = 0; index < replicas; index++) {
      (index < minAvailable ? needed : more).push(template.spec);
    }
  }
  return [...needed, ...more].slice(0, Math.max(job.spec.minAvailable, 0));
}

/** What a node has to give, and what is left of it. */
export interface Room {
  readonly node: Node;
  readonly free: Amounts;
}

/** Room on the nodes that take pods. A pod that is nowhere yet takes the first room that there is. */
export function roomOn(nodes: readonly Node[], pods: readonly Pod[]): Room[] {
  const isReady = ({ status }: Node): boolean =>
    status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ===
    true;
  const rooms = nodes
    .filter(node => isReady(node) && node.spec?.unschedulable !== true)
    .map(node => ({ node, free: amounts(node.status?.allocatable) }));
  const holding = pods.filter(holds);
  for (const { spec } of holding.filter(pod => pod.spec.nodeName !== undefined)) {
    const room = rooms.find(({ node }) => node.metadata.name === spec.nodeName);
    if (room) {
      take(room, spec);
    }
  }
  return rooms;
}

function take(room: Room, spec: PodSpec): void {
  add(room.free, requestsOf(spec), -1);
  add(room.free, [['pods', 1]], -1);
}

/** Puts each pod where it has room. Gives those that have none, with what they lack. */
export function place(
  rooms: readonly Room[],
  specs: readonly PodSpec[]
): { index: number; lacks: string }[] {
  return specs.flatMap((spec, index) => {
    const wanted = add(requestsOf(spec), [['pods', 1]]);
    const fitting = rooms.filter(({ node }) => mayBeOn(spec, node));
    const room = fitting.find(({ free }) => lacking(wanted, free) === undefined);
    if (room !== undefined) {
      take(room, spec);
      return [];
    }
    const lacks = fitting.map(({ free }) => lacking(wanted, free)).find(Boolean);
    return [{ index, lacks: lacks ? `Insufficient ${lacks}` : 'node(s) that it may not be on' }];
  });
}

function mayBeOn(spec: PodSpec, node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  const selected = Object.entries(spec.nodeSelector ?? {}).every(
    ([name, value]) => labels[name] === value
  );
  const hard = (node.spec?.taints ?? []).filter(({ effect }) => effect !== 'PreferNoSchedule');
  const tolerated = hard.every(taint =>
    spec.tolerations?.some(
      ({ key, operator = 'Equal', value, effect }) =>
        (effect === undefined || effect === taint.effect) &&
        (key === undefined || key === taint.key) &&
        (operator === 'Exists' || value === (taint.value ?? ''))
    )
  );
  return selected && tolerated;
}

/** What there is too little of for `wanted` beside what is held; what `most` does not name has no limit. */
export function overLimit(
  most: Amounts,
  held: readonly Amounts[],
  wanted: Amounts
): string | undefined {
  const total = sum([...held, wanted]);
  return [...wanted].find(
    ([name, amount]) =>
      amount > 0 && most.has(name) && (total.get(name) ?? 0) > (most.get(name) ?? 0) + 1e-6
  )?.[0];
}

/** A pod under all the names that a quota may have for what it asks. */
export function countedOf(spec: PodSpec): Amounts {
  return counted(requestsOf(spec), limitsOf(spec));
}

function counted(requests: Amounts, limits: Amounts): Amounts {
  const all: Amounts = new Map([
    ['pods', 1],
    ['count/pods', 1]
  ]);
  for (const [name, amount] of requests) {
    all.set(name, amount).set(`requests.${name}`, amount);
  }
  for (const [name, amount] of limits) {
    all.set(`limits.${name}`, amount);
  }
  return all;
}
