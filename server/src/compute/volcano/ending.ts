import { rm } from 'node:fs/promises';

import type { WorkloadObservation } from '../engine.ts';
import { EngineError, FINAL_STATES } from '../engine.ts';
import type { ClusterApi } from './client.ts';
import { isApiError } from './apiError.ts';
import type { Cluster } from './cluster.ts';
import { command } from './commands.ts';
import type { Contact } from './contact.ts';
import { KINDS, pathOf, type Kind } from './kinds.ts';
import type { Pod } from './objects.ts';
import { pause } from './pause.ts';
import { runFiles } from './places.ts';
import type { Run } from './run.ts';
import { isEnding } from './states/job.ts';
import { asEngineError } from './submit.ts';

/** The API server's own way to end a pod "at once" is to forget it while it may still run: a second is the shortest. */
const SHORTEST_GRACE_S = 1;
/** How long the job's controller may take to hear a command, before its pods are ended past it. */
const HEARD_MS = 10_000;
/** A command that has had no effect for so long is given again, ever later: a controller with much to do is not given more of it. */
const FIRST_COMMAND_MS = 1_000;
const LAST_COMMAND_MS = 4_000;
const RELEASE_MS = 60_000;

/** Ends workloads and removes what is left of them in the cluster. */
export class Endings {
  readonly #api: ClusterApi;
  readonly #contact: Contact;
  readonly #cluster: Cluster;

  constructor(api: ClusterApi, contact: Contact, cluster: Cluster) {
    this.#api = api;
    this.#contact = contact;
    this.#cluster = cluster;
  }

  /** Asks for the end; resolves when it is under way. @throws EngineError `unreachable` */
  async stop(run: Run, graceMs: number | undefined): Promise<void> {
    const { state } = await run.observe();
    if (state === 'absent' || FINAL_STATES.includes(state)) {
      return;
    }
    try {
      await run.records.keepStopAsked({ at: Date.now() });
      await (run.data.service ? this.#stopService(run, graceMs) : this.#stopJob(run, graceMs));
    } catch (error) {
      throw asEngineError(error);
    }
  }

  /**
   * Ends what still runs and removes the run's object, copies and pods.
   *
   * @param until resolves when the run is as wanted, or after the time
   */
  async release(
    run: Run,
    until: (wanted: (seen: WorkloadObservation) => boolean, ms: number) => Promise<void>
  ): Promise<void> {
    const { state } = await run.observe();
    if (state !== 'absent' && !FINAL_STATES.includes(state)) {
      await this.stop(run, 0);
      await until(seen => FINAL_STATES.includes(seen.state), RELEASE_MS);
    }
    const { namespace, name, service, directory } = run.data;
    const path = pathOf(service ? KINDS.statefulSet : KINDS.job, namespace, name);
    const uid = await run.uid();
    if (uid !== undefined) {
      try {
        await this.#remove(path, { uid });
      } catch (error) {
        throw asEngineError(error);
      }
    }
    await rm(runFiles(directory).copies, { recursive: true, force: true });
  }

  /**
   * Removes jobs and services of the installation that are not among these. A cluster that does not answer, or has no such things,
   * is no reason not to start: what is left in it is removed the next time.
   *
   * @param namespaces undefined for all that there are
   * @param names of runs' objects
   */
  async sweep(
    labelSelector: string,
    namespaces: Iterable<string | undefined>,
    names: ReadonlySet<string>
  ): Promise<void> {
    for (const namespace of namespaces) {
      for (const kind of [KINDS.job, KINDS.statefulSet]) {
        try {
          await this.#sweepKind(kind, namespace, labelSelector, names);
        } catch (error) {
          if (!isApiError(error)) {
            throw error;
          }
        }
      }
    }
  }

  async #sweepKind(
    kind: Kind,
    place: string | undefined,
    labelSelector: string,
    names: ReadonlySet<string>
  ): Promise<void> {
    const { items } = await this.#contact.ask(() => this.#api.list(kind, place, { labelSelector }));
    for (const { metadata } of items ?? []) {
      const { namespace, name, uid } = metadata;
      if (!names.has(name)) {
        await this.#remove(pathOf(kind, namespace, name), uid === undefined ? {} : { uid });
      }
    }
  }

  /**
   * Volcano takes the command away, and then ends the pods with the grace that they were made with. What it takes away before it knows of
   * the job, or just before it is started again itself, is lost: a command is given again until the job's phase tells of it.
   */
  async #stopJob(run: Run, graceMs: number | undefined): Promise<void> {
    for (let ms = FIRST_COMMAND_MS; ms <= LAST_COMMAND_MS; ms *= 2) {
      await command(this.#api, this.#contact, run, 'AbortJob');
      if ((await this.#endsWithin(run, ms)) || FINAL_STATES.includes((await run.observe()).state)) {
        break;
      }
    }
    if (graceMs !== undefined && graceMs < run.data.graceMs) {
      await this.#hasten(run, graceMs);
    }
  }

  /** Resolves with whether the job's controller has begun to end it, as soon as it has, or after the time. */
  #endsWithin({ data: { namespace, name } }: Run, ms: number): Promise<boolean> {
    const begun = (): boolean => {
      const { job } = this.#cluster.objects(namespace, name);
      return job !== undefined && isEnding(job);
    };
    return new Promise(resolve => {
      const done = (): void => {
        clearTimeout(timer);
        unlisten();
        resolve(begun());
      };
      const timer = setTimeout(done, ms);
      const unlisten = this.#cluster.onChange((changedNamespace, changedName) => {
        if (changedNamespace === namespace && changedName === name && begun()) {
          done();
        }
      });
      if (begun()) {
        done();
      }
    });
  }

  async #stopService(run: Run, graceMs: number | undefined): Promise<void> {
    const { namespace, name } = run.data;
    const uid = await run.uid();
    await this.#remove(
      pathOf(KINDS.statefulSet, namespace, name),
      uid === undefined ? {} : { uid }
    );
    // Their owner is gone, and they would follow when the cluster's collector comes round.
    await this.#endPods(await run.pods(), graceMs ?? run.data.graceMs);
  }

  /** Shortens the grace of pods that end; before they do, their end would look like an eviction to the job's controller. */
  async #hasten(run: Run, graceMs: number): Promise<void> {
    const deadline = performance.now() + HEARD_MS;
    for (;;) {
      const pods = await run.pods();
      const { state } = await run.observe();
      if (FINAL_STATES.includes(state)) {
        return;
      }
      const ending = pods.length > 0 && pods.every(isPodEnding);
      if (ending || performance.now() > deadline) {
        await this.#endPods(pods, graceMs);
        return;
      }
      await pause(50);
    }
  }

  async #endPods(pods: readonly Pod[], graceMs: number): Promise<void> {
    const graceSeconds = Math.max(SHORTEST_GRACE_S, Math.ceil(graceMs / 1000));
    await Promise.all(
      pods.map(({ metadata }) =>
        this.#remove(pathOf(KINDS.pod, metadata.namespace, metadata.name), {
          graceSeconds,
          ...(metadata.uid === undefined ? {} : { uid: metadata.uid })
        })
      )
    );
  }

  async #remove(path: string, options: { graceSeconds?: number; uid?: string }): Promise<void> {
    try {
      await this.#contact.ask(() => this.#api.remove(path, options));
    } catch (error) {
      // Gone already, or something else of this name is there now.
      if (!isApiError(error) || !(error.notFound || error.conflict)) {
        throw error;
      }
    }
  }
}

function isPodEnding({ metadata, status }: Pod): boolean {
  return (
    metadata.deletionTimestamp !== undefined ||
    status?.phase === 'Failed' ||
    status?.phase === 'Succeeded'
  );
}

/** That a workload has none of what was asked for, because it does not run. */
export function notRunning(): EngineError {
  return new EngineError('not_running', 'The workload does not run.');
}
