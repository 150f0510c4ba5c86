import type { Client } from '@topsdl/client';
import { operations, type ComputeSpec, type TrainingRun } from '@topsdl/contract';
import { Companion } from '@topsdl/testing';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ClusterApi, type Query } from '../../src/compute/volcano/client.ts';
import { KINDS, pathOf, type Kind } from '../../src/compute/volcano/kinds.ts';
import { namespaceName } from '../../src/compute/volcano/names.ts';
import type { ClusterObject, ObservedJob, Pod } from '../../src/compute/volcano/objects.ts';
import { isApiError } from '../../src/compute/volcano/apiError.ts';
import type { TestCluster } from '../compute/volcano/testCluster.ts';
import { openStage, type Stage } from '../support/stage.ts';

let made = 0;

/** A whole companion whose runs are on the test cluster, and a way past it to what is there. */
export class ClusterStage {
  readonly cluster: TestCluster;
  readonly companion: Companion;
  readonly api: ClusterApi;
  readonly prefix: string;
  stage: Stage;

  /**
   * @param kubeconfig another way to the API server than the cluster's own, for the companion only
   * @param env further settings of the companion
   */
  static async set(
    cluster: TestCluster,
    kubeconfig = cluster.kubeconfig,
    env: Readonly<Record<string, string>> = {}
  ): Promise<ClusterStage> {
    const prefix = `test-${process.pid}-${made++}`;
    const dataDir = mkdtempSync(join(cluster.volume, 'companion-'));
    const companion = new Companion({
      dataDir,
      env: {
        TOPSDL_COMPUTE_ENGINE: 'volcano',
        // Specs' cores are limits; the test cluster's machines have two.
        TOPSDL_COMPUTE_OVERCOMMIT: '16',
        TOPSDL_CLUSTER_KUBECONFIG: kubeconfig,
        TOPSDL_CLUSTER_IMAGE: cluster.image,
        TOPSDL_CLUSTER_HOST_PATH: cluster.volume,
        TOPSDL_CLUSTER_VOLUME_ROOT: cluster.volume,
        TOPSDL_CLUSTER_NAMESPACE_PREFIX: prefix,
        ...(cluster.scheduler === undefined ? {} : { TOPSDL_CLUSTER_SCHEDULER: cluster.scheduler }),
        ...env
      }
    });
    try {
      await companion.start();
      return new ClusterStage(cluster, companion, prefix, await openStage(companion));
    } catch (error) {
      await companion.stop();
      rmSync(dataDir, { recursive: true, force: true });
      throw error;
    }
  }

  private constructor(cluster: TestCluster, companion: Companion, prefix: string, stage: Stage) {
    this.cluster = cluster;
    this.companion = companion;
    this.prefix = prefix;
    this.stage = stage;
    this.api = ClusterApi.connect(cluster);
  }

  /** Starts the companion again after it was ended. */
  async again(): Promise<void> {
    await this.companion.start();
    this.stage = await openStage(this.companion);
  }

  namespace(projectId = this.stage.projectId): string {
    return namespaceName(this.prefix, projectId);
  }

  /** A compute spec of nodes with cards. */
  cardSpec(name: string, cardResource: string, cards: number): Promise<ComputeSpec> {
    return this.stage.admin.call(operations.admin.createSpec, {
      body: {
        name,
        model: cardResource,
        cpu: 0.5,
        memoryBytes: 256 * 1024 ** 2,
        cards,
        cardResource,
        ib: false,
        roce: false
      }
    });
  }

  async list<T extends ClusterObject>(
    kind: Kind,
    namespace?: string,
    query: Query = {}
  ): Promise<readonly T[]> {
    return (await this.api.list<T>(kind, namespace, query)).items ?? [];
  }

  jobs(projectId?: string): Promise<readonly ObservedJob[]> {
    return this.list<ObservedJob>(KINDS.job, this.namespace(projectId));
  }

  pods(projectId?: string): Promise<readonly Pod[]> {
    return this.list<Pod>(KINDS.pod, this.namespace(projectId));
  }

  /** Undefined where there is no such object. */
  async find<T extends ClusterObject>(
    kind: Kind,
    namespace: string | undefined,
    name: string
  ): Promise<T | undefined> {
    try {
      return await this.api.get<T>(pathOf(kind, namespace, name));
    } catch (error) {
      if (isApiError(error) && error.notFound) {
        return undefined;
      }
      throw error;
    }
  }

  /** Follows objects of a kind from now on; ends with the signal. */
  async *watch<T extends ClusterObject>(
    kind: Kind,
    namespace: string | undefined,
    signal: AbortSignal,
    query: Query = {}
  ): AsyncGenerator<{ type: string; object: T }> {
    const { metadata } = await this.api.list<T>(kind, namespace, { ...query, limit: '1' });
    const from = { resourceVersion: metadata?.resourceVersion ?? '0' };
    const path = pathOf(kind, namespace);
    try {
      for await (const line of this.api.lines(path, { ...query, ...from, watch: 'true' }, signal)) {
        yield JSON.parse(line) as { type: string; object: T };
      }
    } catch (error) {
      if (!signal.aborted) {
        throw error;
      }
    }
  }

  /** Resolves when an object is as asked for; undefined stands for one that is not there. */
  async until<T extends ClusterObject>(
    kind: Kind,
    namespace: string | undefined,
    name: string,
    wanted: (object: T | undefined) => boolean,
    limitMs = 60_000
  ): Promise<void> {
    const over = AbortSignal.timeout(limitMs);
    const query = { fieldSelector: `metadata.name=${name}` };
    const { items, metadata } = await this.api.list<T>(kind, namespace, query);
    let seen = items?.[0];
    if (wanted(seen)) {
      return;
    }
    const from = { resourceVersion: metadata?.resourceVersion ?? '0', watch: 'true' };
    try {
      for await (const line of this.api.lines(
        pathOf(kind, namespace),
        { ...query, ...from },
        over
      )) {
        const { type, object } = JSON.parse(line) as { type: string; object: T };
        seen = type === 'DELETED' ? undefined : object;
        if (wanted(seen)) {
          return;
        }
      }
    } catch (error) {
      if (!over.aborted) {
        throw error;
      }
    }
    throw new Error(`${name} is still so: ${JSON.stringify(seen)}`);
  }

  /** Resolves when a line of a run's log is as given, for whoever asks. */
  async said(client: Client, runId: string, line: string): Promise<void> {
    const over = new AbortController();
    const timer = setTimeout(() => over.abort(), 60_000);
    try {
      const answer = await client.raw(
        operations.training.logStream,
        { params: { runId } },
        { signal: over.signal }
      );
      const text = new TextDecoder();
      let seen = '';
      for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
        seen += text.decode(chunk, { stream: true });
        if (seen.includes(JSON.stringify(line))) {
          return;
        }
      }
      throw new Error(`the log ended without ${line}: ${seen}`);
    } finally {
      clearTimeout(timer);
      over.abort();
    }
  }

  /** Ends everything, and takes away what is left of it in the cluster. */
  async close(): Promise<void> {
    try {
      await this.stage.close();
    } finally {
      await this.companion.kill();
      for (const kind of [KINDS.namespace, KINDS.queue]) {
        for (const { metadata } of await this.list(kind)) {
          if (metadata.name.startsWith(`${this.prefix}-`)) {
            await this.api.remove(pathOf(kind, undefined, metadata.name));
          }
        }
      }
      await this.api.close();
      rmSync(this.companion.dataDir, { recursive: true, force: true });
    }
  }
}

/** The name of a run's objects in the cluster, from a node's. */
export function jobName(run: TrainingRun): string {
  return (run.nodes[0]?.name ?? '').replace(/-master-0$/, '');
}
