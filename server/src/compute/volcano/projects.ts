import { EngineError, type EngineProject } from '../engine.ts';
import type { ClusterApi } from './client.ts';
import { isApiError } from './apiError.ts';
import type { VolcanoEngineConfig } from './config.ts';
import type { Contact } from './contact.ts';
import { KINDS, pathOf, type Kind } from './kinds.ts';
import { networkPolicies } from './manifests/networkPolicy.ts';
import {
  namespaceManifest,
  QUOTA_NAME,
  queueManifest,
  quotaManifest,
  type Queue
} from './manifests/project.ts';
import {
  projectStorage,
  type PersistentVolume,
  type PersistentVolumeClaim
} from './manifests/storage.ts';
import { ANNOTATIONS, namespaceName, ownSelector, projectNamespace } from './names.ts';
import type { ClusterObject } from './objects.ts';
import { pause } from './pause.ts';
import { removeIfThere } from './removal.ts';

/** How long a new queue may take until it is open, and a namespace until pods can be made in it. */
const READY_TRIES = 100;
const READY_EVERY_MS = 100;

/** Namespaces, quotas, queues, policies and claims of projects; where an administrator gives them, the names of namespaces alone. */
export class Projects {
  readonly #config: VolcanoEngineConfig;
  readonly #api: ClusterApi;
  readonly #contact: Contact;
  #known: ReadonlyMap<string, EngineProject> = new Map();
  readonly #ready = new Map<string, Promise<void>>();

  constructor(config: VolcanoEngineConfig, api: ClusterApi, contact: Contact) {
    this.#config = config;
    this.#api = api;
    this.#contact = contact;
  }

  /**
   * Tells of all projects. Those that have a namespace get what has changed, and namespaces of this installation that are no
   * project's any more are removed, with everything in them.
   *
   * @throws ApiError
   */
  async set(projects: readonly EngineProject[]): Promise<void> {
    if (this.#config.projects === 'given') {
      this.#known = new Map(projects.map(project => [project.id, project]));
      return;
    }
    const changed = projects.filter(project => {
      const before = this.#known.get(project.id);
      return this.#ready.has(project.id) && JSON.stringify(before) !== JSON.stringify(project);
    });
    this.#known = new Map(projects.map(project => [project.id, project]));
    await Promise.all([...changed.map(({ id }) => this.#again(id)), this.#removeOthers()]);
  }

  /** The namespace of a project, which may have to be made yet. */
  namespaceOf(projectId: string): string {
    const { name = '' } = this.#known.get(projectId) ?? {};
    return projectNamespace(this.#config, { id: projectId, name });
  }

  /** The namespaces of all projects. */
  namespaces(): string[] {
    const known = [...this.#known.keys()].map(id => this.namespaceOf(id));
    return [...new Set([...known, ...Object.values(this.#config.namespaces)])];
  }

  /** Resolves when workloads of the project can be made. Made once; after a failure it is tried again. @throws ApiError */
  ready(projectId: string): Promise<void> {
    return this.#ready.get(projectId) ?? this.#again(projectId);
  }

  /** Makes a namespace once more, which turned out not to be there. @throws ApiError */
  remake(projectId: string): Promise<void> {
    return this.#again(projectId);
  }

  #again(projectId: string): Promise<void> {
    const project = this.#known.get(projectId) ?? { id: projectId, name: '', quotas: {} };
    const before = this.#ready.get(projectId);
    const made = (before ?? Promise.resolve())
      .catch(() => undefined)
      .then(() => (this.#config.projects === 'given' ? this.#find(project) : this.#make(project)));
    this.#ready.set(projectId, made);
    made.catch(() => {
      if (this.#ready.get(projectId) === made) {
        this.#ready.delete(projectId);
      }
    });
    return made;
  }

  async #make(project: EngineProject): Promise<void> {
    const config = this.#config;
    const namespace = namespaceName(config.namespacePrefix, project.id);
    await this.#apply(KINDS.namespace, namespaceManifest(config, project));
    const quota = quotaManifest(config, project);
    if (Object.keys(quota.spec.hard).length > 0) {
      await this.#apply(KINDS.resourceQuota, quota);
    } else {
      await removeIfThere(
        this.#api,
        this.#contact,
        pathOf(KINDS.resourceQuota, namespace, QUOTA_NAME)
      );
    }
    for (const policy of networkPolicies(config, namespace)) {
      await this.#apply(KINDS.networkPolicy, policy);
    }
    if ('claim' in config.volume) {
      await this.#claim(namespace, config.volume);
    }
    if (config.queue === undefined) {
      await this.#apply(KINDS.queue, queueManifest(config, project));
      // Its controller opens it; until then jobs are refused.
      await this.#until(
        pathOf(KINDS.queue, undefined, namespace),
        (queue: Queue) => queue.status?.state === 'Open'
      );
    }
    // Pods need the namespace's own account, whose token they do not get.
    await this.#until(pathOf(KINDS.serviceAccount, namespace, 'default'), () => true);
  }

  /** @throws EngineError that says what an administrator has to do */
  async #find({ id, name }: EngineProject): Promise<void> {
    const namespace = this.namespaceOf(id);
    try {
      await this.#get(pathOf(KINDS.serviceAccount, namespace, 'default'));
    } catch (error) {
      if (isApiError(error) && (error.notFound || error.forbidden)) {
        throw new EngineError(
          'start_failed',
          `The project “${name}” has no namespace ${namespace} in the cluster in which TopsDL may run anything. An administrator makes it, or names another one in cluster.namespaces.`,
          { message: namespace }
        );
      }
      throw error;
    }
  }

  async #removeOthers(): Promise<void> {
    const { items } = await this.#contact.ask(() =>
      this.#api.list(KINDS.namespace, undefined, {
        labelSelector: ownSelector(this.#config.instance)
      })
    );
    for (const { metadata } of items ?? []) {
      const { name, annotations, deletionTimestamp } = metadata;
      const projectId = annotations?.[ANNOTATIONS.project];
      if (
        projectId === undefined ||
        deletionTimestamp !== undefined ||
        this.#known.has(projectId)
      ) {
        continue;
      }
      this.#ready.delete(projectId);
      if (this.#config.queue === undefined) {
        await removeIfThere(this.#api, this.#contact, pathOf(KINDS.queue, undefined, name));
      }
      if ('claim' in this.#config.volume) {
        await removeIfThere(this.#api, this.#contact, pathOf(KINDS.volume, undefined, name));
      }
      // Last: what is left after a failure is found by it the next time.
      await removeIfThere(this.#api, this.#contact, pathOf(KINDS.namespace, undefined, name));
    }
  }

  async #claim(namespace: string, original: { claim: string; namespace: string }): Promise<void> {
    const claim = await this.#get<PersistentVolumeClaim>(
      pathOf(KINDS.claim, original.namespace, original.claim)
    );
    const { volumeName = '' } = claim.spec;
    if (volumeName === '') {
      throw new EngineError(
        'start_failed',
        `The claim ${original.namespace}/${original.claim} is bound to no volume yet: \`kubectl describe pvc\` of it says why.`,
        { message: original.claim }
      );
    }
    const volume = await this.#get<PersistentVolume>(pathOf(KINDS.volume, undefined, volumeName));
    const storage = projectStorage(this.#config, namespace, original.claim, volume);
    await this.#create(KINDS.volume, storage.volume);
    await this.#create(KINDS.claim, storage.claim);
  }

  async #until<T extends ClusterObject>(
    path: string,
    wanted: (object: T) => boolean
  ): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        if (wanted(await this.#get<T>(path))) {
          return;
        }
        if (tries === READY_TRIES) {
          return;
        }
      } catch (error) {
        if (!isApiError(error) || !error.notFound || tries === READY_TRIES) {
          throw error;
        }
      }
      await pause(READY_EVERY_MS);
    }
  }

  #get<T>(path: string): Promise<T> {
    return this.#contact.ask(() => this.#api.get<T>(path));
  }

  #apply<T extends ClusterObject>(kind: Kind, object: T): Promise<T> {
    return this.#contact.ask(() => this.#api.apply(kind, object));
  }

  /** For what cannot be changed once it is there. */
  async #create(kind: Kind, object: ClusterObject): Promise<void> {
    try {
      await this.#contact.ask(() => this.#api.create(kind, object));
    } catch (error) {
      if (!isApiError(error) || !error.conflict) {
        throw error;
      }
    }
  }
}
