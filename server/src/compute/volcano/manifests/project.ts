import { Quota } from '@topsdl/contract';

import type { EngineProject } from '../../engine.ts';
import type { VolcanoEngineConfig } from '../config.ts';
import { ANNOTATIONS, LABELS, labelValue, namespaceName, ownLabels } from '../names.ts';
import type { ClusterObject, Quantities } from '../objects.ts';
import { amountOf, milliCores, wholeBytes } from '../quantities.ts';

export interface ResourceQuota extends ClusterObject {
  spec: { hard: Quantities };
  status?: { used?: Quantities };
}

export interface Queue extends ClusterObject {
  spec: { weight: number; reclaimable: boolean; capability?: Quantities; parent?: string };
  status?: { state?: string };
}

/** The namespace of a project. */
export function namespaceManifest(
  config: VolcanoEngineConfig,
  project: Pick<EngineProject, 'id' | 'name'>
): ClusterObject {
  const name = namespaceName(config.namespacePrefix, project.id);
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      labels: {
        ...projectLabels(config, name),
        // Our pods are within the strictest of Kubernetes' own rules, but for the volume of a cluster of one node.
        ...('claim' in config.volume ? { 'pod-security.kubernetes.io/enforce': 'restricted' } : {})
      },
      annotations: {
        [ANNOTATIONS.project]: project.id,
        ...(project.name === '' ? {} : { [ANNOTATIONS.name]: project.name })
      }
    }
  };
}

/**
 * What of a project's quotas the cluster holds: cores and memory, in the part of them that pods ask for, and cards. One name or amount
 * that Kubernetes does not take would keep the whole quota from being made, and every run of the project from starting: what is none
 * of them is left to the companion, which counts all of it.
 */
function quotasOf({ overcommit }: VolcanoEngineConfig, { quotas }: EngineProject): Quantities {
  const held: Record<string, string> = {};
  for (const [resource, limit] of Object.entries(quotas)) {
    if (!Quota.safeParse({ resource, limit }).success) {
      continue;
    }
    if (resource.startsWith('requests.')) {
      held[resource] = limit;
    } else if (resource === 'cpu') {
      held.cpu = overcommit === 1 ? limit : milliCores(amountOf(limit) / overcommit);
    } else if (resource === 'memory') {
      held.memory = overcommit === 1 ? limit : wholeBytes(amountOf(limit) / overcommit);
    }
  }
  return held;
}

export const QUOTA_NAME = 'topsdl';

/** The project's quotas as the cluster enforces them. */
export function quotaManifest(config: VolcanoEngineConfig, project: EngineProject): ResourceQuota {
  const namespace = namespaceName(config.namespacePrefix, project.id);
  return {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: QUOTA_NAME, namespace, labels: projectLabels(config, namespace) },
    spec: { hard: quotasOf(config, project) }
  };
}

/**
 * The project's queue. It has the quotas, too: a gang that does not fit waits as a whole in its queue, where the quota alone would
 * refuse some of its pods and leave the others waiting for them.
 */
export function queueManifest(config: VolcanoEngineConfig, project: EngineProject): Queue {
  const name = namespaceName(config.namespacePrefix, project.id);
  const capability = Object.fromEntries(
    Object.entries(quotasOf(config, project)).map(([resource, amount]) => [
      resource.replace(/^requests\./, ''),
      amount
    ])
  );
  return {
    apiVersion: 'scheduling.volcano.sh/v1beta1',
    kind: 'Queue',
    metadata: { name, labels: projectLabels(config, name) },
    spec: {
      weight: 1,
      reclaimable: true,
      ...(Object.keys(capability).length > 0 ? { capability } : {})
    }
  };
}

export function projectLabels(
  config: VolcanoEngineConfig,
  namespace: string
): Record<string, string> {
  return { ...ownLabels(config.instance), [LABELS.project]: labelValue(namespace) };
}
