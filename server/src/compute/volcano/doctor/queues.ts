import type { EngineProject } from '../../engine.ts';
import type { ClusterApi } from '../client.ts';
import type { VolcanoEngineConfig } from '../config.ts';
import { missing, note, ok, wrong, type Finding } from '../finding.ts';
import { KINDS, pathOf } from '../kinds.ts';
import { quotaManifest, type Queue, type ResourceQuota } from '../manifests/project.ts';
import { namespaceName } from '../names.ts';
import { amountOf } from '../quantities.ts';
import type { ObjectList } from '../objects.ts';
import { getIfThere, listed, looking } from './ask.ts';

const QUEUE = 'queue';
const QUOTAS = 'quotas';

/** Whether the configured queue takes jobs, or those of projects do. */
export function examineQueues(
  api: ClusterApi,
  config: VolcanoEngineConfig,
  projects: readonly EngineProject[]
): Promise<readonly Finding[]> {
  const { queue } = config;
  return looking(QUEUE, 'read queues', async () => {
    if (queue !== undefined) {
      return [await oneQueue(api, queue)];
    }
    const names = projects.map(({ id }) => namespaceName(config.namespacePrefix, id));
    const found = await Promise.all(
      names.map(name => getIfThere<Queue>(api, pathOf(KINDS.queue, undefined, name)))
    );
    const made = found.filter(item => item !== undefined);
    const faults = made.flatMap(item => closed(item) ?? []);
    return faults.length > 0
      ? faults
      : [
          ok(
            QUEUE,
            `each project has its own: ${made.length} open, ${names.length - made.length} to be made with a first run`
          )
        ];
  });
}

async function oneQueue(api: ClusterApi, name: string): Promise<Finding> {
  const queue = await getIfThere<Queue>(api, pathOf(KINDS.queue, undefined, name));
  if (queue === undefined) {
    return missing(
      QUEUE,
      `there is none called ${name}: make it, or leave cluster.queue out, so that each project gets its own`
    );
  }
  const { items = [] } = await api.get<ObjectList<Queue>>(pathOf(KINDS.queue));
  const children = items
    .filter(({ spec }) => spec.parent === name)
    .map(({ metadata }) => metadata.name);
  if (name === 'root' || children.length > 0) {
    return wrong(
      QUEUE,
      `${name} has queues below it (${listed(children)}), and jobs go into those at the ends only: name one of them by cluster.queue`
    );
  }
  return closed(queue) ?? ok(QUEUE, `${name} is open`);
}

function closed({ metadata, status }: Queue): Finding | undefined {
  const { state = "not looked at by Volcano's controller" } = status ?? {};
  return state === 'Open'
    ? undefined
    : wrong(
        QUEUE,
        `${metadata.name} is ${state}: open it (\`vcctl queue operate --action open --name ${metadata.name}\`)`
      );
}

/** What projects may ask for together, beside what they have. */
export async function examineQuotas(
  api: ClusterApi,
  config: VolcanoEngineConfig,
  projects: readonly EngineProject[]
): Promise<readonly Finding[]> {
  const found = await Promise.all(
    projects.map(project =>
      looking(QUOTAS, 'list resource quotas', () => quotasOf(api, config, project))
    )
  );
  return found.flat();
}

async function quotasOf(
  api: ClusterApi,
  config: VolcanoEngineConfig,
  project: EngineProject
): Promise<Finding[]> {
  const namespace = namespaceName(config.namespacePrefix, project.id);
  const { items = [] } = await api.get<ObjectList<ResourceQuota>>(
    pathOf(KINDS.resourceQuota, namespace)
  );
  return items.map(quota => judgeQuota(config, project, quota));
}

/** One quota of a project's namespace. Others than the engine's own are somebody's who runs the cluster, and count as well. */
export function judgeQuota(
  config: VolcanoEngineConfig,
  project: EngineProject,
  quota: ResourceQuota
): Finding {
  const own = quotaManifest(config, project);
  const { hard } = quota.spec;
  const uses = Object.entries(hard).map(([resource, most]) => {
    const used = quota.status?.used?.[resource] ?? '0';
    return { resource, most, used, full: amountOf(used) >= amountOf(most) };
  });
  const place = `${project.name} (${quota.metadata.namespace ?? ''}/${quota.metadata.name})`;
  const told = `${place}: ${listed(uses.map(({ resource, used, most }) => `${resource} ${used} of ${most}`))}`;
  if (quota.metadata.name === own.metadata.name && !same(hard, own.spec.hard)) {
    return wrong(
      QUOTAS,
      `${told}, and the project has others: start the companion, which corrects them`
    );
  }
  const full = uses.filter(item => item.full).map(({ resource }) => resource);
  return full.length > 0
    ? note(QUOTAS, `${told}: of ${listed(full)} nothing is left; further runs wait`)
    : ok(QUOTAS, told);
}

function same(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every(
    name => name in a && name in b && amountOf(a[name]) === amountOf(b[name])
  );
}
