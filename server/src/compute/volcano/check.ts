import type { EngineCheck, MissingProgram } from '../engine.ts';
import type { ClusterApi } from './client.ts';
import { isApiError } from './apiError.ts';
import type { Cluster } from './cluster.ts';
import type { VolcanoEngineConfig } from './config.ts';
import type { Contact } from './contact.ts';
import { KINDS, pathOf } from './kinds.ts';
import type { PersistentVolumeClaim } from './manifests/storage.ts';
import { MAX_NODES } from './plan.ts';

/** What the cluster can do for runs, and what is wrong with it. */
export async function checkCluster(
  api: ClusterApi,
  contact: Contact,
  cluster: Cluster,
  config: VolcanoEngineConfig
): Promise<EngineCheck> {
  const missing: MissingProgram[] = [];
  const notes: string[] = [];
  const away = contact.away;
  if (away !== undefined) {
    notes.push(
      `The cluster does not answer since ${new Date(away.since).toISOString()}: ${away.detail}`
    );
  }
  try {
    await contact.ask(() => api.get(`/apis/${KINDS.job.apiVersion}`));
  } catch (error) {
    if (isApiError(error) && error.notFound) {
      missing.push({
        program: 'Volcano',
        needed: 'training runs',
        install: 'install Volcano 1.5 or later in the cluster'
      });
    } else {
      notes.push(
        `Volcano cannot be looked for: ${error instanceof Error ? error.message : String(error)}`
      );
    }
  }
  notes.push(...(await checkVolume(api, contact, config)), ...cluster.failures());
  const totals = cluster.totals();
  const cards = Object.fromEntries([...totals].filter(([resource]) => isCard(resource)));
  return {
    capabilities: {
      isolation: missing.length > 0 ? 'none' : 'cluster',
      maxNodes: MAX_NODES,
      cpuLimit: 'cgroup',
      memoryLimit: 'cgroup',
      processLimit: 'process',
      overlay: true,
      egress: true,
      exec: true,
      projectUids: false
    },
    missing,
    notes,
    capacity: {
      // Machines come and go: what there is too little of now is waited for.
      elastic: true,
      cpu: totals.get('cpu') ?? 0,
      memoryBytes: totals.get('memory') ?? 0,
      cards
    }
  };
}

/** Runs on several machines need storage that several machines can write. */
async function checkVolume(
  api: ClusterApi,
  contact: Contact,
  config: VolcanoEngineConfig
): Promise<string[]> {
  if (!('claim' in config.volume)) {
    return [];
  }
  const { claim, namespace } = config.volume;
  try {
    const found = await contact.ask(() =>
      api.get<PersistentVolumeClaim>(pathOf(KINDS.claim, namespace, claim))
    );
    const modes = found.status?.accessModes ?? found.spec.accessModes;
    return modes.includes('ReadWriteMany')
      ? []
      : [
          `The claim ${namespace}/${claim} is ${modes.join(', ')}: pods that the scheduler puts on another machine than the companion's do not start. Use a claim that is ReadWriteMany, or a node selector that names one machine.`
        ];
  } catch (error) {
    return [
      `The claim ${namespace}/${claim} cannot be read: ${error instanceof Error ? error.message : String(error)}`
    ];
  }
}

/** Extended resources have a domain; what Kubernetes itself counts has none, or its own. */
function isCard(resource: string): boolean {
  return resource.includes('/') && !/(^|\.)kubernetes\.io\//.test(resource);
}
