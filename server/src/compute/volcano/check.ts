import type { EngineCheck, MissingProgram } from '../engine.ts';
import type { ClusterApi } from './client.ts';
import type { Cluster } from './cluster.ts';
import type { VolcanoEngineConfig } from './config.ts';
import type { Contact } from './contact.ts';
import type { Reader } from './doctor/ask.ts';
import { examineGateway } from './doctor/gateway.ts';
import { examineServed, INSTALL_VOLCANO, VOLCANO } from './doctor/served.ts';
import { examineClaim } from './doctor/volume.ts';
import { isCard } from './load.ts';
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
  const reader: Reader = { get: (path, query) => contact.ask(() => api.get(path, query)) };
  const { volume, gateway } = config;
  const found =
    away === undefined
      ? [
          ...(await examineServed(reader)),
          ...('claim' in volume ? await examineClaim(reader, volume) : []),
          ...(gateway === undefined ? [] : await examineGateway(reader, gateway))
        ]
      : [];
  if (found.some(({ what, state }) => what === VOLCANO && state === 'missing')) {
    missing.push({ program: VOLCANO, needed: 'training runs', install: INSTALL_VOLCANO });
  }
  notes.push(
    ...found.flatMap(({ what, state, detail }) => (state === 'ok' ? [] : `${what}: ${detail}`)),
    ...cluster.failures()
  );
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
