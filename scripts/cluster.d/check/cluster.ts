/** What the suites do on the cluster: a namespace of their own, jobs in it, and waiting for what becomes of them. */
import { randomBytes } from 'node:crypto';
import type { KubeObject, ObjectList } from '../api.ts';
import { Api, ApiError } from '../api.ts';
import { IMAGES, KUBECONFIG } from '../layout.ts';
import type {
  Action,
  Job,
  Phase,
  Pod,
  PodGroup,
  PodSpec,
  Policy,
  Task
} from '../standin/objects.ts';
import { PATHS, pathOf } from '../standin/objects.ts';

export const CARD = 'enflame.com/dtu';
/** Only a failure takes so long; on a busy machine a pod may need a minute. */
const PATIENCE_MS = 180_000;

interface TaskOptions extends Partial<Task> {
  cards?: number | string;
  /** Asks for cards by limits alone, which the API server completes in pods, and nobody in jobs. */
  asksByLimits?: boolean;
}

/** A task of the workload image whose pods run a line of shell. */
export function task(name: string, script: string, options: TaskOptions = {}): Task {
  const { cards = 0, asksByLimits = false, ...rest } = options;
  const asked = { [CARD]: cards };
  const resources = asksByLimits ? { limits: asked } : { requests: asked, limits: asked };
  const container = {
    ...{ name: 'main', image: IMAGES.workload, args: ['bash', '-c', script] },
    ...(cards === 0 ? {} : { resources })
  };
  const spec = {
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: 2,
    containers: [container]
  };
  return { name, replicas: 1, ...rest, template: { spec: spec as PodSpec } };
}

export interface JobOptions {
  readonly tasks: Task[];
  readonly policies?: Policy[];
  readonly plugins?: Record<string, string[]>;
  readonly queue?: string;
  readonly minAvailable?: number;
  readonly maxRetry?: number;
}

/** A namespace that is gone with everything in it after the suite. */
export class Ground {
  readonly api = Api.from(KUBECONFIG);
  readonly namespace = `check-${randomBytes(4).toString('hex')}`;

  async make(): Promise<void> {
    await this.api.create(`${PATHS.core}/namespaces`, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: this.namespace }
    });
  }

  async clear(): Promise<void> {
    await this.api.delete(`${PATHS.core}/namespaces/${this.namespace}`);
    this.api.close();
  }

  path(group: string, plural: string, name?: string): string {
    return pathOf(group, this.namespace, plural, name);
  }

  submit(name: string, spec: JobOptions): Promise<Job> {
    return this.api.create(this.path(PATHS.jobs, 'jobs'), {
      apiVersion: 'batch.volcano.sh/v1alpha1',
      kind: 'Job',
      metadata: { name },
      spec
    } as KubeObject as Job);
  }

  job(name: string): Promise<Job> {
    return this.api.get(this.path(PATHS.jobs, 'jobs', name));
  }

  async pods(job: string): Promise<Pod[]> {
    const query = `?labelSelector=volcano.sh%2Fjob-name%3D${job}`;
    return (await this.api.get<ObjectList<Pod>>(this.path(PATHS.core, 'pods') + query)).items;
  }

  log(pod: string): Promise<string> {
    return this.api.get(`${this.path(PATHS.core, 'pods', pod)}/log`);
  }

  async groups(): Promise<PodGroup[]> {
    const path = this.path(PATHS.scheduling, 'podgroups');
    return (await this.api.get<ObjectList<PodGroup>>(path)).items;
  }

  command(job: Job, action: Action): Promise<KubeObject> {
    const { name, uid = '' } = job.metadata;
    const target = { apiVersion: 'batch.volcano.sh/v1alpha1', kind: 'Job', name, uid };
    return this.api.create(this.path(PATHS.commands, 'commands'), {
      apiVersion: 'bus.volcano.sh/v1alpha1',
      kind: 'Command',
      metadata: { name: `${name}-${randomBytes(4).toString('hex')}` },
      action,
      target
    } as KubeObject);
  }

  /** Waits until the job is in a phase. @throws Error with what it was in instead */
  async phase(name: string, ...phases: Phase[]): Promise<Job> {
    return this.until(
      this.path(PATHS.jobs, 'jobs'),
      (job: Job) =>
        job.metadata.name === name && phases.includes(job.status?.state.phase ?? 'Pending')
    ).catch(async (error: unknown) => {
      const { status } = await this.job(name);
      throw new Error(`${name} is ${status?.state.phase}, not ${phases.join(' or ')}`, {
        cause: error
      });
    });
  }

  /** Waits until an object of the collection is as wanted. */
  async until<T extends KubeObject>(
    collection: string,
    isWanted: (object: T) => boolean
  ): Promise<T> {
    const { items, metadata } = await this.api.get<ObjectList<T>>(collection);
    const there = items.find(isWanted);
    if (there !== undefined) {
      return there;
    }
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const { resourceVersion } = metadata;
    let last: T | undefined;
    try {
      for await (const { type, object } of this.api.watch<T>(collection, resourceVersion, signal)) {
        if (type !== 'BOOKMARK') {
          if (isWanted(object)) {
            return object;
          }
          last = object;
        }
      }
    } catch (error) {
      const seen = `the last change in ${collection} was ${JSON.stringify(last)}`;
      throw new Error(`nothing came that was waited for; ${seen}`, { cause: error });
    }
    throw new Error(`the watch of ${collection} ended`);
  }

  /** Waits until an object is gone. */
  async gone(collection: string, name: string): Promise<void> {
    const { items, metadata } = await this.api.get<ObjectList<KubeObject>>(collection);
    if (!items.some(item => item.metadata.name === name)) {
      return;
    }
    const signal = AbortSignal.timeout(PATIENCE_MS);
    for await (const { type, object } of this.api.watch<KubeObject>(
      collection,
      metadata.resourceVersion,
      signal
    )) {
      if (type === 'DELETED' && object.metadata.name === name) {
        return;
      }
    }
  }

  async exists(group: string, plural: string, name: string): Promise<boolean> {
    try {
      await this.api.get(this.path(group, plural, name));
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) {
        return false;
      }
      throw error;
    }
  }
}
