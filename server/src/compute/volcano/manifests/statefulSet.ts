import type { ClusterPlan } from '../clusterPlan.ts';
import type { VolcanoEngineConfig } from '../config.ts';
import { LABELS } from '../names.ts';
import type { ClusterObject, OwnerReference, StatefulSet } from '../objects.ts';
import { identityAnnotations } from './job.ts';
import { podTemplate, runLabels } from './pod.ts';

/**
 * The replicas of a service. A stateful set and not a deployment, because replicas have places: the third is the third when it is
 * started again, and when there are fewer, the highest go.
 */
export function statefulSetManifest(
  config: VolcanoEngineConfig,
  plan: ClusterPlan,
  hash: string,
  program: string
): StatefulSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: {
      name: plan.name,
      namespace: plan.namespace,
      labels: runLabels(config, plan),
      annotations: identityAnnotations({ runId: plan.runId, hash, title: plan.title })
    },
    spec: {
      replicas: plan.replicas,
      podManagementPolicy: 'Parallel',
      updateStrategy: { type: 'OnDelete' },
      serviceName: plan.name,
      selector: { matchLabels: { [LABELS.run]: plan.name } },
      template: podTemplate(config, plan, 'replica', program)
    }
  };
}

/** `v1`. */
export interface ServiceObject extends ClusterObject {
  spec: {
    selector: Readonly<Record<string, string>>;
    ports: readonly { name: string; port: number }[];
  };
}

/** One address for all replicas that are ready, for gateways of the cluster. It goes with the stateful set. */
export function serviceManifest(
  config: VolcanoEngineConfig,
  plan: ClusterPlan,
  owner: OwnerReference
): ServiceObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: plan.name,
      namespace: plan.namespace,
      labels: runLabels(config, plan),
      ownerReferences: [owner]
    },
    spec: {
      selector: { [LABELS.run]: plan.name },
      ports: plan.ports.map(port => ({ name: `p${port}`, port }))
    }
  };
}
