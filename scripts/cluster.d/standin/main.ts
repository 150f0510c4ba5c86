/**
 * A stand-in for Volcano, for tests where the real one cannot be had. It is not Volcano: it does for jobs with the plugins `ssh`, `svc` and
 * `env` what this project saw Volcano do, over definitions that the project wrote. docs/cluster.md tells what it leaves out.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from '../api.ts';
import { Api } from '../api.ts';
import { obeyCommands } from './commands.ts';
import { GangScheduler } from './gangs.ts';
import { Informer } from './informer.ts';
import { JobController } from './jobs.ts';
import type { Command, Job, Node, Pod, PodGroup, Queue, ResourceQuota } from './objects.ts';
import { PATHS } from './objects.ts';
import { makeQueues, openQueues } from './queues.ts';
import { serveWebhooks } from './webhooks.ts';

const CRDS = join(import.meta.dirname, 'crds');
const CRD_PATH = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** A setting from the environment, which scripts/cluster gives. */
function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) {
    throw new Error(`${name} is not set`);
  }
  return value;
}

interface Definition extends KubeObject {
  status?: { conditions?: { type: string; status: string }[] };
}

/** Makes the kinds known, and waits until the API server serves them. */
async function installDefinitions(api: Api): Promise<void> {
  const missing = new Set<string>();
  for (const file of readdirSync(CRDS)) {
    const document = readFileSync(join(CRDS, file), 'utf8');
    const name = /^ {2}name: (\S+)$/m.exec(document)?.[1] ?? '';
    await api.apply(`${CRD_PATH}/${name}`, document);
    missing.add(name);
  }
  const { metadata, items } = await api.get<{
    metadata: { resourceVersion: string };
    items: Definition[];
  }>(CRD_PATH);
  const forget = ({ metadata: { name }, status }: Definition): void => {
    if (
      status?.conditions?.some(
        ({ type, status: value }) => type === 'Established' && value === 'True'
      )
    ) {
      missing.delete(name);
    }
  };
  items.forEach(forget);
  if (missing.size > 0) {
    for await (const { object } of api.watch<Definition>(CRD_PATH, metadata.resourceVersion)) {
      forget(object);
      if (missing.size === 0) {
        break;
      }
    }
  }
}

const stop = new AbortController();
const api = Api.from(setting('STANDIN_KUBECONFIG'));
await installDefinitions(api);

const jobs = new Informer<Job>(api, `${PATHS.jobs}/jobs`);
const pods = new Informer<Pod>(api, `${PATHS.core}/pods`);
const podGroups = new Informer<PodGroup>(api, `${PATHS.scheduling}/podgroups`);
const queues = new Informer<Queue>(api, `${PATHS.scheduling}/queues`);
const nodes = new Informer<Node>(api, `${PATHS.core}/nodes`);
const quotas = new Informer<ResourceQuota>(api, `${PATHS.core}/resourcequotas`);
const commands = new Informer<Command>(api, `${PATHS.commands}/commands`);

openQueues(api, queues);
const controller = new JobController(api, { jobs, pods, podGroups });
new GangScheduler(api, { jobs, pods, podGroups, nodes, queues, quotas });
obeyCommands(api, commands, controller);

await makeQueues(api);
// What jobs are decided by is known before them.
for (const informer of [nodes, queues, quotas, pods, podGroups, jobs, commands]) {
  await informer.start(stop.signal);
}
await serveWebhooks(api, queues, setting('STANDIN_WEBHOOK'), {
  certificate: setting('STANDIN_CERTIFICATE'),
  key: setting('STANDIN_KEY'),
  authority: setting('STANDIN_AUTHORITY')
});
console.log('ready');
process.on('SIGTERM', () => {
  stop.abort();
  process.exit(0);
});
