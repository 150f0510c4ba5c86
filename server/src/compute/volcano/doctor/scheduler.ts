import { loadYaml, type ClusterApi } from '../client.ts';
import type { VolcanoEngineConfig } from '../config.ts';
import { note, ok, wrong, type Finding } from '../finding.ts';
import { KINDS, pathOf } from '../kinds.ts';
import type { ConfigMap, Deployment } from '../objects.ts';
import { getIfThere, listed, looking } from './ask.ts';
import type { Programs } from './programs.ts';

const WHAT = 'scheduler';
const NAMESPACE = 'volcano-system';
const CONFIG_MAP = 'volcano-scheduler-configmap';
const FILE = 'volcano-scheduler.conf';
/** What Volcano's scheduler is called unless told otherwise. */
const NAME = 'volcano';

interface SchedulerConfiguration {
  tiers?: readonly { plugins?: readonly { name?: string }[] }[];
}

/** Whether Volcano's scheduler is the one that jobs are given to, and is configured for them. */
export function examineScheduler(
  api: ClusterApi,
  config: VolcanoEngineConfig,
  find: () => Promise<Programs>
): Promise<readonly Finding[]> {
  return looking(WHAT, `read the ConfigMap ${CONFIG_MAP} in ${NAMESPACE}`, async () => {
    const deployment = await find().then(
      programs => programs.get('scheduler'),
      () => undefined
    );
    const name = nameOf(deployment);
    if (name !== undefined && name !== config.scheduler) {
      return [
        wrong(
          WHAT,
          `it is called ${name}, and jobs ask for ${config.scheduler}: set cluster.scheduler to ${name}`
        )
      ];
    }
    const { namespace, configMap } = placeOf(deployment);
    const found = await getIfThere<ConfigMap>(api, pathOf(KINDS.configMap, namespace, configMap));
    const text = found?.data?.[FILE] ?? Object.values(found?.data ?? {})[0];
    return text === undefined
      ? [
          note(
            WHAT,
            `its configuration cannot be told: there is no ConfigMap ${namespace}/${configMap}`
          )
        ]
      : judge(text, config, `${namespace}/${configMap}`);
  });
}

/** What a scheduler's configuration means for gangs and quotas. */
export function judge(
  text: string,
  config: Pick<VolcanoEngineConfig, 'queue'>,
  place: string
): Finding[] {
  const plugins = pluginsOf(text);
  if (plugins === undefined) {
    return [
      wrong(WHAT, `its configuration in ${place} is no YAML with tiers of plugins: correct it`)
    ];
  }
  const has = (plugin: string): boolean => plugins.includes(plugin);
  const shares = ['capacity', 'proportion'].filter(has);
  const add = (plugin: string): string => `add \`- name: ${plugin}\` to a tier in ${place}`;
  const findings: Finding[] = [];
  if (!has('gang')) {
    findings.push(
      wrong(
        WHAT,
        `without the plugin gang the nodes of a run do not start together: ${add('gang')}`
      )
    );
  }
  if (shares.length === 2) {
    findings.push(
      wrong(
        WHAT,
        `the plugins capacity and proportion exclude each other: take one of them out of ${place}`
      )
    );
  }
  if (shares.length === 0) {
    findings.push(
      wrong(
        WHAT,
        `without the plugin capacity or proportion nobody holds queues to their limits: ${add('proportion')}`
      )
    );
  }
  // Where each project has a queue of its own, that has the quotas, too.
  if (!has('resourcequota') && config.queue !== undefined) {
    findings.push(
      note(
        WHAT,
        `without the plugin resourcequota a run that a quota has no room for gets some of its nodes and waits for the others: ${add('resourcequota')}`
      )
    );
  }
  const told = ['gang', ...shares, ...['resourcequota'].filter(has)];
  return findings.length > 0 ? findings : [ok(WHAT, `plugins ${listed(told)} (${place})`)];
}

function pluginsOf(text: string): string[] | undefined {
  try {
    const { tiers } = loadYaml<SchedulerConfiguration>(text);
    return tiers?.flatMap(({ plugins = [] }) => plugins.flatMap(({ name }) => name ?? []));
  } catch {
    return undefined;
  }
}

/** How the scheduler is called, where its deployment was seen. */
function nameOf(deployment: Deployment | undefined): string | undefined {
  if (deployment === undefined) {
    return undefined;
  }
  const args = deployment.spec?.template?.spec?.containers?.[0]?.args ?? [];
  const [, name] = /(?:^| )--scheduler-name[= ](\S+)/.exec(args.join(' ')) ?? [];
  return name ?? NAME;
}

function placeOf(deployment: Deployment | undefined): { namespace: string; configMap: string } {
  const volumes = deployment?.spec?.template?.spec?.volumes ?? [];
  return {
    namespace: deployment?.metadata.namespace ?? NAMESPACE,
    configMap:
      volumes.find(({ configMap }) => configMap?.name !== undefined)?.configMap?.name ?? CONFIG_MAP
  };
}
