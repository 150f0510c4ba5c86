import type { ClusterApi } from './client.ts';
import type { Contact } from './contact.ts';
import { KINDS, pathOf, type Kind } from './kinds.ts';
import { Load, runKey, type Supply } from './load.ts';
import { LABELS, ownSelector } from './names.ts';
import type {
  ClusterNode,
  ClusterObject,
  ObservedJob,
  Pod,
  PodGroup,
  StatefulSet
} from './objects.ts';
import { Watch } from './watch.ts';

/** What the cluster has of one run. */
export interface RunObjects {
  job: ObservedJob | undefined;
  set: StatefulSet | undefined;
  podGroup: PodGroup | undefined;
  pods: readonly Pod[];
}

/** The watches of one namespace, or of all. */
interface Scope {
  readonly jobs: Watch<ObservedJob>;
  readonly podGroups: Watch<PodGroup>;
  readonly pods: Watch<Pod>;
  readonly sets: Watch<StatefulSet>;
}

export interface ClusterOptions {
  instance: string;
  watch: 'cluster' | 'namespace';
}

/**
 * A copy of everything in the cluster that is ours, kept by one watch a kind. Nothing is written through it.
 */
export class Cluster {
  readonly #api: ClusterApi;
  readonly #contact: Contact;
  readonly #options: ClusterOptions;
  readonly #selector: string;
  readonly #scopes = new Map<string, Scope>();
  readonly #pods = new Map<string, Map<string, Pod>>();
  readonly #groups = new Map<string, PodGroup>();
  readonly #listeners = new Set<(namespace: string, run: string) => void>();
  readonly #loadListeners = new Set<() => void>();
  readonly #load = new Load();
  readonly #watches: { close(): void; run(): Promise<void>; failure: unknown; synced: boolean }[] =
    [];
  readonly #syncs = new Set<() => void>();
  #nodes: Watch<ClusterNode> | undefined;
  #everyPod: Watch<Pod> | undefined;

  constructor(api: ClusterApi, contact: Contact, options: ClusterOptions) {
    this.#api = api;
    this.#contact = contact;
    this.#options = options;
    this.#selector = ownSelector(options.instance);
  }

  /** Calls back with the namespace and the name of a run of which something has changed. */
  onChange(listener: (namespace: string, run: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Follows a namespace; what is followed already, or all at once, stays so. */
  follow(namespace: string): void {
    const name = this.#options.watch === 'cluster' ? '' : namespace;
    if (!this.#scopes.has(name)) {
      this.#scopes.set(name, this.#open(name === '' ? undefined : name));
    }
  }

  /** Resolves when everything that services or jobs of a namespace consist of was seen once, or the signal comes. */
  async synced(namespace: string, service: boolean, signal: AbortSignal): Promise<boolean> {
    this.follow(namespace);
    while (!this.isSynced(namespace, service) && !signal.aborted) {
      await new Promise<void>(resolve => {
        const done = (): void => {
          this.#syncs.delete(done);
          signal.removeEventListener('abort', done);
          resolve();
        };
        this.#syncs.add(done);
        signal.addEventListener('abort', done);
      });
    }
    return this.isSynced(namespace, service);
  }

  isSynced(namespace: string, service: boolean): boolean {
    const scope = this.#scope(namespace);
    if (scope === undefined) {
      return false;
    }
    const needed = service ? [scope.sets, scope.pods] : [scope.jobs, scope.podGroups, scope.pods];
    return needed.every(watch => watch.synced);
  }

  /** What is there under the name of a run. Whether it is this run's is for the caller to say, by its uid. */
  objects(namespace: string, run: string): RunObjects {
    const scope = this.#scope(namespace);
    const key = runKey(namespace, run);
    return {
      job: scope?.jobs.get(namespace, run),
      set: scope?.sets.get(namespace, run),
      podGroup: this.#groups.get(key),
      pods: [...(this.#pods.get(key)?.values() ?? [])]
    };
  }

  /** Why something is not followed that should be, such as for want of a right. */
  failures(): string[] {
    return this.#watches.flatMap(({ failure }) =>
      failure instanceof Error ? [failure.message] : []
    );
  }

  /** Begins to count what machines have. */
  followNodes(onChange: () => void): void {
    if (this.#options.watch === 'namespace') {
      return;
    }
    this.#loadListeners.add(onChange);
    this.#nodes ??= this.#start<ClusterNode>(
      KINDS.node,
      undefined,
      {},
      {
        changed: node => this.#load.setNode(node),
        removed: node => this.#load.removeNode(node)
      },
      () => this.#tellLoad()
    );
  }

  /** Begins to count what pods of everybody take; before, nothing is known of use. Ends with {@link ignoreOthers}. */
  followOthers(): void {
    if (this.#options.watch === 'namespace') {
      return;
    }
    this.#everyPod ??= this.#start<Pod>(
      KINDS.pod,
      undefined,
      {
        fieldSelector: 'spec.nodeName!=,status.phase!=Succeeded,status.phase!=Failed'
      },
      {
        changed: pod => this.#load.setPod(pod),
        removed: pod => this.#load.removePod(pod)
      },
      () => this.#tellLoad()
    );
  }

  ignoreOthers(): void {
    const watch = this.#everyPod;
    this.#everyPod = undefined;
    if (watch !== undefined) {
      watch.close();
      this.#watches.splice(this.#watches.indexOf(watch), 1);
      for (const pod of watch.objects()) {
        this.#load.removePod(pod);
      }
    }
  }

  /** Undefined where not all of it can be seen, or has been yet. */
  supply(resource: string): Supply | undefined {
    return this.#nodes?.synced === true && this.#everyPod?.synced === true
      ? this.#load.supply(resource)
      : undefined;
  }

  /** What the machines have together, by resource; empty where they may not be seen. */
  totals(): Map<string, number> {
    return this.#load.totals();
  }

  close(): void {
    this.#watches.forEach(watch => watch.close());
    this.#listeners.clear();
    this.#loadListeners.clear();
    this.#syncs.forEach(done => done());
  }

  #scope(namespace: string): Scope | undefined {
    return this.#scopes.get(this.#options.watch === 'cluster' ? '' : namespace);
  }

  #open(namespace: string | undefined): Scope {
    const query = { labelSelector: this.#selector };
    const tell = (object: ClusterObject): void => this.#tell(object);
    return {
      jobs: this.#start<ObservedJob>(KINDS.job, namespace, query, { changed: tell, removed: tell }),
      sets: this.#start<StatefulSet>(KINDS.statefulSet, namespace, query, {
        changed: tell,
        removed: tell
      }),
      podGroups: this.#start<PodGroup>(KINDS.podGroup, namespace, query, {
        changed: group => {
          this.#groups.set(keyOf(group), group);
          this.#tell(group);
        },
        removed: group => {
          if (this.#groups.get(keyOf(group))?.metadata.uid === group.metadata.uid) {
            this.#groups.delete(keyOf(group));
          }
          this.#tell(group);
        }
      }),
      pods: this.#start<Pod>(KINDS.pod, namespace, query, {
        changed: pod => {
          const key = keyOf(pod);
          const pods = this.#pods.get(key) ?? new Map<string, Pod>();
          this.#pods.set(key, pods.set(pod.metadata.name, pod));
          this.#tell(pod);
        },
        removed: pod => {
          const key = keyOf(pod);
          const pods = this.#pods.get(key);
          if (pods?.get(pod.metadata.name)?.metadata.uid === pod.metadata.uid) {
            pods?.delete(pod.metadata.name);
          }
          if (pods?.size === 0) {
            this.#pods.delete(key);
          }
          this.#tell(pod);
        }
      })
    };
  }

  #start<T extends ClusterObject>(
    kind: Kind,
    namespace: string | undefined,
    query: Readonly<Record<string, string>>,
    on: { changed(object: T): void; removed(object: T): void },
    after?: () => void
  ): Watch<T> {
    const path = pathOf(kind, namespace);
    const watch = new Watch<T>(
      {
        list: more =>
          this.#contact.ask(() => this.#api.list<T>(kind, namespace, { ...query, ...more })),
        watch: (more, signal) => this.#api.lines(path, { ...query, ...more }, signal)
      },
      this.#contact,
      {
        changed: object => {
          on.changed(object);
          after?.();
        },
        removed: object => {
          on.removed(object);
          after?.();
        },
        synced: () => {
          this.#syncs.forEach(done => done());
          after?.();
        }
      }
    );
    this.#watches.push(watch);
    void watch.run();
    return watch;
  }

  #tell(object: ClusterObject): void {
    const { namespace = '' } = object.metadata;
    const run = runOf(object);
    for (const listener of this.#listeners) {
      listener(namespace, run);
    }
  }

  #tellLoad(): void {
    for (const listener of this.#loadListeners) {
      listener();
    }
  }
}

/** The run that an object belongs to; jobs and stateful sets are called so themselves. */
function runOf(object: ClusterObject): string {
  return object.metadata.labels?.[LABELS.run] ?? object.metadata.name;
}

function keyOf(object: ClusterObject): string {
  return runKey(object.metadata.namespace ?? '', runOf(object));
}
