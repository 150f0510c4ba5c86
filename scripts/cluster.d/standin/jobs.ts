import { isDeepStrictEqual } from 'node:util';
import type { Api, KubeObject } from '../api.ts';
import { ApiError } from '../api.ts';
import { podName } from './hosts.ts';
import type { Change, Informer } from './informer.ts';
import type { Job, JobStatus, Pod, PodGroup } from './objects.ts';
import { LABELS, PATHS, isOf, keyOf, pathOf, replicasOf } from './objects.ts';
import type { Step } from './phases.ts';
import { count, phaseAfter, stepFor } from './phases.ts';
import { PLUGINS, own, podGroupName, podOf } from './plugins.ts';
import type { Decision, Request } from './policies.ts';
import { decide } from './policies.ts';
import { minResourcesOf } from './resources.ts';
import { Worker } from './worker.ts';

/** What the controller looks at. */
export interface Watched {
  readonly jobs: Informer<Job>;
  readonly pods: Informer<Pod>;
  readonly podGroups: Informer<PodGroup>;
}

/** Does for jobs what Volcano's job controller does, as far as it is written in docs/cluster.md. */
export class JobController {
  private readonly api: Api;
  private readonly watched: Watched;
  private readonly worker = new Worker<Request>(
    (key, request) => this.handle(key, request),
    isDeepStrictEqual
  );
  /** Pods that this controller ended: that they go is no eviction. */
  private readonly ended = new Set<string>();

  constructor(api: Api, watched: Watched) {
    this.api = api;
    this.watched = watched;
    watched.jobs.onChange(({ now }) => now && this.request(keyOf(now), {}));
    watched.podGroups.onChange(change => this.onPodGroup(change));
    watched.pods.onChange(change => this.onPod(change));
  }

  /** Asks for something to be done about a job. */
  request(key: string, request: Request): void {
    this.worker.add(key, request);
  }

  private onPodGroup({ before, now }: Change<PodGroup>): void {
    const { metadata } = (now ?? before) as PodGroup;
    const owner = metadata.ownerReferences?.find(({ kind }) => kind === 'Job');
    if (owner !== undefined && before?.status?.phase !== now?.status?.phase) {
      const key = `${metadata.namespace}/${owner.name}`;
      const version = this.watched.jobs.items.get(key)?.status?.version ?? 0;
      const isUnknown = now?.status?.phase === 'Unknown';
      this.request(key, { uid: owner.uid, version, ...(isUnknown && { event: 'Unknown' }) });
    }
  }

  private onPod({ before, now }: Change<Pod>): void {
    const pod = (now ?? before) as Pod;
    const owner = pod.metadata.ownerReferences?.find(
      ({ kind, controller }) => kind === 'Job' && controller
    );
    if (!owner?.apiVersion.startsWith('batch.volcano.sh/')) {
      return;
    }
    this.request(`${pod.metadata.namespace}/${owner.name}`, {
      uid: owner.uid,
      task: taskOf(pod),
      pod: pod.metadata.name,
      podUid: pod.metadata.uid,
      version: Number(pod.metadata.annotations?.[LABELS.version] ?? 0),
      ...this.eventOf({ before, now })
    });
    if (!now) {
      this.ended.delete(pod.metadata.uid ?? '');
    }
  }

  private eventOf({ before, now }: Change<Pod>): Pick<Request, 'event' | 'exitCode'> {
    if (now === undefined) {
      return this.ended.has(before?.metadata.uid ?? '') ? {} : { event: 'PodEvicted' };
    }
    if (before !== undefined && before.status?.phase === now.status?.phase) {
      return {};
    }
    switch (now.status?.phase) {
      case 'Failed': {
        const terminated = now.status.containerStatuses?.[0]?.state?.terminated;
        return before === undefined
          ? {}
          : { event: 'PodFailed', ...(terminated && { exitCode: terminated.exitCode }) };
      }
      case 'Succeeded':
        return before !== undefined && this.isTaskCompleted(now) ? { event: 'TaskCompleted' } : {};
      case 'Running':
        return before === undefined ? {} : { event: 'PodRunning' };
      default:
        return { event: 'PodPending' };
    }
  }

  private isTaskCompleted(pod: Pod): boolean {
    const owner = pod.metadata.ownerReferences?.[0]?.uid;
    const job = [...this.watched.jobs.items.values()].find(
      ({ metadata }) => metadata.uid === owner
    );
    const task = job?.spec.tasks.find(({ name }) => name === taskOf(pod));
    const succeeded =
      job &&
      this.podsOf(job).filter(
        each => taskOf(each) === task?.name && each.status?.phase === 'Succeeded'
      );
    return succeeded !== undefined && task !== undefined && succeeded.length >= replicasOf(task);
  }

  private podsOf(job: Job): Pod[] {
    return [...this.watched.pods.items.values()].filter(pod => isOf(job, pod));
  }

  private async handle(key: string, request: Request): Promise<void> {
    // As with Volcano what comes before the job was heard of is lost, be it a command.
    if (!this.watched.jobs.items.has(key)) {
      return;
    }
    const [namespace, name = ''] = key.split('/');
    const job = await unlessGone(this.api.get<Job>(pathOf(PATHS.jobs, namespace, 'jobs', name)));
    if (
      job === undefined ||
      job.metadata.deletionTimestamp !== undefined ||
      (request.uid !== undefined && request.uid !== job.metadata.uid)
    ) {
      return;
    }
    if (job.status?.state?.phase === undefined) {
      await this.begin(job);
      return;
    }
    const decision = decide(job, request);
    if (decision !== undefined && decision.after > 0) {
      this.later(key, request, decision);
      return;
    }
    await this.take(job, stepFor(job.status.state.phase, decision?.action), request);
  }

  /** Does what a policy says when its time is over, unless the pod has become something else by then. */
  private later(key: string, request: Request, { action, after }: Decision): void {
    const podKey = `${key.split('/')[0]}/${request.pod}`;
    const phase = this.watched.pods.items.get(podKey)?.status?.phase;
    setTimeout(() => {
      const pod = this.watched.pods.items.get(podKey);
      if (
        request.pod === undefined ||
        (pod?.metadata.uid === request.podUid && pod?.status?.phase === phase)
      ) {
        this.request(key, { ...request, event: undefined, action });
      }
    }, after);
  }

  /** A new job: its state, what its plugins make, and its group. */
  private async begin(job: Job): Promise<void> {
    const state = { phase: 'Pending' as const, lastTransitionTime: new Date().toISOString() };
    await this.write(job, {
      state,
      minAvailable: job.spec.minAvailable,
      ...count([], taskOf),
      version: 0,
      retryCount: 0,
      controlledResources: {},
      conditions: [{ status: state.phase, lastTransitionTime: state.lastTransitionTime }]
    });
  }

  private async take(job: Job, step: Step, request: Request): Promise<void> {
    const before = job.status as JobStatus;
    const status = structuredClone(before);
    if (step.kind === 'sync') {
      await this.makeObjects(job, status);
      if (this.isAdmitted(job)) {
        await this.syncPods(job);
      }
    } else {
      if (step.begins !== undefined) {
        status.version += step.which === 'target' ? 0 : 1;
        status.retryCount += step.isRetry ? 1 : 0;
      }
      await this.endPods(job, step.which, request);
      if (step.which !== 'target') {
        await this.removeObjects(job, status);
      }
    }
    Object.assign(status, count(this.podsAsTheyWillBe(job), taskOf));
    status.minAvailable = job.spec.minAvailable;
    // What an action begins is told before what follows from it.
    const phase = step.kind === 'end' && step.begins ? step.begins : phaseAfter(job, status);
    if (phase !== before.state.phase) {
      const now = new Date();
      const lastTransitionTime = now.toISOString();
      status.state = { phase, lastTransitionTime };
      status.conditions.push({ status: phase, lastTransitionTime });
      const created = Date.parse(job.metadata.creationTimestamp ?? lastTransitionTime);
      status.runningDuration = `${(now.getTime() - created) / 1000}s`;
      console.log(`${keyOf(job)}: ${phase}`);
    }
    if (!isDeepStrictEqual(status, before)) {
      await this.write(job, status);
    }
  }

  /** Those that were ended a moment ago count as on their way out, whether the API server has said so or not. */
  private podsAsTheyWillBe(job: Job): Pod[] {
    return this.podsOf(job).map(pod =>
      this.ended.has(pod.metadata.uid ?? '') && pod.metadata.deletionTimestamp === undefined
        ? { ...pod, metadata: { ...pod.metadata, deletionTimestamp: new Date().toISOString() } }
        : pod
    );
  }

  private write(job: Job, status: JobStatus): Promise<unknown> {
    const { namespace, name } = job.metadata;
    const path = `${pathOf(PATHS.jobs, namespace, 'jobs', name)}/status`;
    return this.api.replace(path, { ...job, status });
  }

  private async makeObjects(job: Job, status: JobStatus): Promise<void> {
    for (const [name, args] of Object.entries(job.spec.plugins ?? {})) {
      if (status.controlledResources[`plugin-${name}`] === undefined) {
        for (const made of PLUGINS[name]?.objects(job, args) ?? []) {
          const content = await made.content();
          await this.make(job, made.collection, { metadata: own(job, made.name), ...content });
        }
        status.controlledResources[`plugin-${name}`] = name;
      }
    }
    const { namespace } = job.metadata;
    if (!this.watched.podGroups.items.has(`${namespace}/${podGroupName(job)}`)) {
      await this.make(job, pathOf(PATHS.scheduling, namespace, 'podgroups'), groupOf(job));
    }
  }

  /** @throws Error when one of that name is there that belongs to a job of before, which is still on its way out */
  private async make(job: Job, collection: string, object: KubeObject): Promise<void> {
    try {
      await this.api.create(collection, object);
    } catch (error) {
      if (!(error instanceof ApiError) || error.reason !== 'AlreadyExists') {
        throw error;
      }
      const { name } = object.metadata;
      const there = await unlessGone(this.api.get<KubeObject>(`${collection}/${name}`));
      if (there === undefined || !isOf(job, there)) {
        throw new Error(`${name} belongs to another job`, { cause: error });
      }
    }
  }

  private async removeObjects(job: Job, status: JobStatus): Promise<void> {
    for (const name of Object.values(status.controlledResources)) {
      const args = job.spec.plugins?.[name] ?? [];
      for (const made of PLUGINS[name]?.objects(job, args) ?? []) {
        await unlessGone(this.api.delete(`${made.collection}/${made.name}`));
      }
    }
    status.controlledResources = {};
    const { namespace } = job.metadata;
    const group = podGroupName(job);
    if (this.watched.podGroups.items.has(`${namespace}/${group}`)) {
      await unlessGone(this.api.delete(pathOf(PATHS.scheduling, namespace, 'podgroups', group)));
    }
  }

  /** Whether the scheduler has let the job's group into its queue. */
  private isAdmitted(job: Job): boolean {
    const group = this.watched.podGroups.items.get(
      `${job.metadata.namespace}/${podGroupName(job)}`
    );
    return (group?.status?.phase ?? 'Pending') !== 'Pending';
  }

  /** Makes the pods that are missing and ends those beyond the number of replicas. */
  private async syncPods(job: Job): Promise<void> {
    const there = new Map(this.podsOf(job).map(pod => [pod.metadata.name, pod]));
    const { namespace } = job.metadata;
    const made: Promise<unknown>[] = [];
    for (const task of job.spec.tasks) {
      for (let index = 0; index < replicasOf(task); index++) {
        if (!there.delete(podName(job, task, index))) {
          made.push(this.make(job, pathOf(PATHS.core, namespace, 'pods'), podOf(job, task, index)));
        }
      }
    }
    await Promise.all([...made, ...[...there.values()].map(pod => this.end(pod))]);
  }

  private async endPods(
    job: Job,
    which: 'all' | 'living' | 'target',
    request: Request
  ): Promise<void> {
    const isTarget = (pod: Pod): boolean =>
      request.action === 'RestartPod'
        ? pod.metadata.name === request.pod
        : taskOf(pod) === request.task;
    const hasEnded = (pod: Pod): boolean =>
      pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
    const ending = this.podsOf(job).filter(pod =>
      which === 'target' ? isTarget(pod) : which === 'all' || !hasEnded(pod)
    );
    await Promise.all(ending.map(pod => this.end(pod)));
  }

  private async end(pod: Pod): Promise<void> {
    const { namespace, name, uid = '' } = pod.metadata;
    if (pod.metadata.deletionTimestamp === undefined && !this.ended.has(uid)) {
      await unlessGone(this.api.delete(pathOf(PATHS.core, namespace, 'pods', name), uid));
      this.ended.add(uid);
    }
  }
}

function taskOf(pod: Pod): string {
  return pod.metadata.annotations?.[LABELS.task] ?? '';
}

function groupOf(job: Job): PodGroup {
  const { labels, annotations } = job.metadata;
  const { minAvailable, queue, priorityClassName, tasks } = job.spec;
  const members = tasks.map(task => [task.name, task.minAvailable ?? replicasOf(task)] as const);
  return {
    apiVersion: 'scheduling.volcano.sh/v1beta1',
    kind: 'PodGroup',
    metadata: { ...own(job, podGroupName(job)), labels, annotations },
    spec: {
      minMember: minAvailable,
      minTaskMember: Object.fromEntries(members),
      queue,
      priorityClassName,
      minResources: Object.fromEntries(minResourcesOf(job))
    }
  };
}

async function unlessGone<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ApiError && (error.status === 404 || error.status === 409)) {
      return undefined;
    }
    throw error;
  }
}
