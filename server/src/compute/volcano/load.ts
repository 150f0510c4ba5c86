import { LABELS } from './names.ts';
import type { ClusterNode, ClusterObject, Pod, PodTemplate, Quantities } from './objects.ts';
import { add } from './quantities.ts';

/** A resource of the cluster: all there is, what is taken, and by whom. */
export interface Supply {
  total: number;
  used: number;
  /** By {@link runKey}; pods of no run are under the empty key. */
  held: ReadonlyMap<string, number>;
}

interface Replicated {
  replicas?: number;
  template?: PodTemplate;
}

/** Adds up what machines have and what pods on them take, by what their requests say: this is what a scheduler counts. */
export class Load {
  readonly #nodes = new Map<string, Quantities>();
  readonly #pods = new Map<string, { run: string; requests: Map<string, number> }>();

  setNode(node: ClusterNode): void {
    const ready = node.status?.conditions?.some(
      ({ type, status }) => type === 'Ready' && status === 'True'
    );
    if (ready === true && node.spec?.unschedulable !== true) {
      this.#nodes.set(node.metadata.name, node.status?.allocatable ?? {});
    } else {
      this.#nodes.delete(node.metadata.name);
    }
  }

  removeNode(node: ClusterNode): void {
    this.#nodes.delete(node.metadata.name);
  }

  setPod(pod: Pod): void {
    const { phase } = pod.status ?? {};
    const key = podKey(pod);
    if (pod.spec?.nodeName === undefined || phase === 'Succeeded' || phase === 'Failed') {
      this.#pods.delete(key);
      return;
    }
    this.#pods.set(key, {
      run: holderOf(pod),
      requests: requestsOf([pod.spec])
    });
  }

  removePod(pod: Pod): void {
    this.#pods.delete(podKey(pod));
  }

  /** Everything that machines offer, with amounts. */
  totals(): Map<string, number> {
    const totals = new Map<string, number>();
    for (const allocatable of this.#nodes.values()) {
      add(totals, allocatable);
    }
    return totals;
  }

  supply(resource: string): Supply {
    const held = new Map<string, number>();
    let used = 0;
    for (const { run, requests } of this.#pods.values()) {
      const amount = requests.get(resource) ?? 0;
      if (amount > 0) {
        used += amount;
        held.set(run, (held.get(run) ?? 0) + amount);
      }
    }
    return { total: this.totals().get(resource) ?? 0, used, held };
  }
}

/** What pods ask for together: requests, and limits where a request is missing. */
export function requestsOf(
  specs: readonly NonNullable<Pod['spec']>[],
  times: readonly number[] = []
): Map<string, number> {
  const sums = new Map<string, number>();
  specs.forEach((spec, i) => {
    for (const { resources } of spec.containers ?? []) {
      add(sums, { ...resources?.limits, ...resources?.requests }, times[i] ?? 1);
    }
  });
  return sums;
}

/** What all pods of a job or stateful set ask for together. Of a task that has none Volcano leaves the number of replicas out. */
export function requestsIn(object: ClusterObject): Map<string, number> {
  const { spec = {} } = object as { spec?: Replicated & { tasks?: readonly Replicated[] } };
  const groups = spec.tasks ?? [{ ...spec, replicas: spec.replicas ?? 1 }];
  return requestsOf(
    groups.map(({ template }) => template?.spec ?? {}),
    groups.map(({ replicas = 0 }) => replicas)
  );
}

/** The namespace and the name of a run's objects, as one. */
export function runKey(namespace: string, run: string): string {
  return `${namespace}/${run}`;
}

function holderOf({ metadata }: Pod): string {
  const run = metadata.labels?.[LABELS.run];
  return run === undefined ? '' : runKey(metadata.namespace ?? '', run);
}

/** Extended resources have a domain; what Kubernetes itself counts has none, or its own. */
export function isCard(resource: string): boolean {
  return resource.includes('/') && !/(^|\.)kubernetes\.io\//.test(resource);
}

function podKey(pod: Pod): string {
  return `${pod.metadata.namespace ?? ''}/${pod.metadata.name}`;
}
