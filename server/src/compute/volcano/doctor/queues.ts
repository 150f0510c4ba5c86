import type { EngineProject } from '../../engine.ts';
import type { ClusterApi } from '../client.ts';
import type { VolcanoEngineConfig } from '../config.ts';
import { missing, note, ok, wrong, type Finding } from '../finding.ts';
import { KINDS, pathOf } from '../kinds.ts';
import { quotaManifest, type Queue, type ResourceQuota } from '../manifests/project.ts';
import { projectNamespace } from '../names.ts';
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
    const names = projects.map(project => projectNamespace(config, project));
    const found = await Promise.all(
      names.map(name => getIfThere<Queue>(api, pathOf(KINDS.queue, undefined, name)))
    );
    const made = found.filter(item => item !== undefined);
    const absent =
      config.projects === 'given' ? names.filter((_, i) => found[i] === undefined) : [];
    const faults = [
      ...made.flatMap(item => closed(item) ?? []),
      ...absent.map(name =>
        missing(
          QUEUE,
          `there is none called ${name}: make it, or name one for all by cluster.queue`
        )
      )
    ];
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
export function examineQuotas(
  api: ClusterApi,
  config: VolcanoEngineConfig,
  projects: readonly EngineProject[]
): Promise<readonly Finding[]> {
  return looking(QUOTAS, "list resource quotas of projects' namespaces", async () => {
    const found = await Promise.all(
      projects.map(async project => {
        const path = pathOf(KINDS.resourceQuota, projectNamespace(config, project));
        const { items = [] } = await api.get<ObjectList<ResourceQuota>>(path);
        return items.map(quota => judgeQuota(config, project, quota));
      })
    );
    return found.flat();
  });
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
  const ours = config.projects === 'managed' && quota.metadata.name === own.metadata.name;
  if (ours && !same(hard, own.spec.hard)) {
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
