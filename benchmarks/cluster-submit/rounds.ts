import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';

import type { WorkloadSpec } from '../../server/src/compute/engine.ts';
import type { ClusterApi } from '../../server/src/compute/volcano/client.ts';
import { clusterPlanOf } from '../../server/src/compute/volcano/clusterPlan.ts';
import { DEFAULTS, type VolcanoEngineConfig } from '../../server/src/compute/volcano/config.ts';
import { Contact } from '../../server/src/compute/volcano/contact.ts';
import { KINDS } from '../../server/src/compute/volcano/kinds.ts';
import { jobManifest } from '../../server/src/compute/volcano/manifests/job.ts';
import { namespaceName } from '../../server/src/compute/volcano/names.ts';
import { planWorkload } from '../../server/src/compute/volcano/plan.ts';
import { Projects } from '../../server/src/compute/volcano/projects.ts';
import { planHash } from '../../server/src/compute/volcano/submit.ts';
import { MOST_SUBMITS } from '../../server/src/compute/volcano/volcanoEngine.ts';
import { groupsMade, removeProject, type BenchCluster } from './cluster.ts';
import { CARD, startOurs } from './ours.ts';

export interface Round {
  readonly cluster: BenchCluster;
  readonly api: ClusterApi;
  readonly jobs: number;
}

/** A job that has no room anywhere. */
export const WAITS: Omit<WorkloadSpec, 'projectId'> = {
  kind: 'batch',
  image: { base: 'host' },
  command: 'true',
  nodes: 2,
  resources: { cpu: 0.1, memoryBytes: 64 * 1024 ** 2, cards: 1, cardResource: CARD }
};

/** Jobs a second of a companion. */
export async function oursRound({ cluster, api, jobs }: Round): Promise<number> {
  const prefix = `bench-${process.pid}`;
  const ours = await startOurs(cluster, prefix);
  const namespace = namespaceName(prefix, ours.projectId);
  const spec = { ...WAITS, projectId: ours.projectId };
  try {
    // The first makes the project's namespace, which takes seconds, once.
    await ours.submit(spec);
    const begin = performance.now();
    const told: Promise<unknown>[] = [];
    while (told.length < jobs) {
      told.push(ours.submit(spec));
      // Requests come one by one; what follows from the ones before goes on meanwhile.
      await turn();
    }
    await Promise.all(told);
    const found = perSecond(jobs, begin);
    await groupsMade(api, namespace, jobs + 1);
    return found;
  } finally {
    await ours.close();
    await removeProject(api, namespace);
  }
}

/** Creates a second of a loop that does nothing else. */
export async function bareRound({ cluster, api, jobs }: Round): Promise<number> {
  const config: VolcanoEngineConfig = {
    ...DEFAULTS,
    overcommit: 16,
    dataDirectory: join(cluster.volume, 'bench'),
    instance: `bare-${process.pid}`,
    kubeconfig: cluster.kubeconfig,
    image: cluster.image,
    volume: { hostPath: cluster.volume },
    volumeRoot: cluster.volume,
    namespacePrefix: `bare-${process.pid}`,
    reach: 'forward',
    ...(cluster.scheduler === undefined ? {} : { scheduler: cluster.scheduler })
  };
  const projectId = randomUUID();
  const namespace = namespaceName(config.namespacePrefix, projectId);
  const contact = new Contact(() => api.get('/readyz'));
  const program = join(config.dataDirectory, 'cache/nodes/0123456789abcdef');
  try {
    await new Projects(config, api, contact).ready(projectId);
    const manifests = Array.from({ length: jobs }, () => {
      const id = randomUUID();
      const directory = join(config.dataDirectory, 'runs', id, '1');
      const spec = { ...WAITS, projectId };
      const plan = clusterPlanOf(planWorkload(config, spec, { id, directory }));
      return jobManifest(config, plan, planHash(plan), program);
    });
    const begin = performance.now();
    const left = manifests.values();
    await Promise.all(
      Array.from({ length: MOST_SUBMITS }, async () => {
        for (const manifest of left) {
          await api.create(KINDS.job, manifest);
        }
      })
    );
    const found = perSecond(jobs, begin);
    await groupsMade(api, namespace, jobs);
    return found;
  } finally {
    contact.close();
    await removeProject(api, namespace);
  }
}

function perSecond(jobs: number, begin: number): number {
  return (jobs / (performance.now() - begin)) * 1000;
}
