import { CardResource, LabelName, LabelValue, Toleration } from '@topsdl/contract';

import type { WorkloadSpec } from '../engine.ts';
import { PlanError } from '../engine.ts';
import type { ClusterPlan } from './clusterPlan.ts';
import type { VolcanoEngineConfig } from './config.ts';

/**
 * Where the pods of a spec may be. The selector and the tolerations of the configuration are added when manifests are made; what the
 * configuration selects by, no spec selects otherwise.
 *
 * @throws PlanError for what Kubernetes would refuse, or no machine could be
 */
export function planPlacement(
  config: Pick<VolcanoEngineConfig, 'nodeSelector'>,
  spec: WorkloadSpec
): Pick<ClusterPlan, 'nodeSelector' | 'tolerations'> {
  const { nodeSelector = {}, tolerations = [] } = spec.placement ?? {};
  for (const [label, wanted] of Object.entries(nodeSelector)) {
    const field = `placement.nodeSelector.${label}`;
    if (!LabelName.safeParse(label).success || !LabelValue.safeParse(wanted).success) {
      throw new PlanError('placement_invalid', field, `${label} is no label of a machine.`, {
        name: label
      });
    }
    const value = Object.hasOwn(config.nodeSelector, label)
      ? config.nodeSelector[label]
      : undefined;
    if (value !== undefined && value !== wanted) {
      throw new PlanError(
        'placement_excluded',
        field,
        `All machines have ${label} = ${value}, and ${wanted} is wanted.`,
        { label, wanted, value }
      );
    }
  }
  return {
    nodeSelector: { ...nodeSelector },
    tolerations: tolerations.map((toleration, i) => {
      const { success, data } = Toleration.safeParse(toleration);
      if (!success) {
        throw new PlanError(
          'placement_invalid',
          `placement.tolerations.${i}`,
          'This is no toleration of Kubernetes.',
          { name: toleration.key ?? '' }
        );
      }
      return data;
    })
  };
}

/** The name of a card's resource. @throws PlanError for one that is no extended resource, such as `cpu` */
export function planCardResource(resource: string | undefined): string | undefined {
  if (resource !== undefined && !CardResource.safeParse(resource).success) {
    throw new PlanError(
      'placement_invalid',
      'resources.cardResource',
      `${resource} is no resource of cards.`,
      { name: resource }
    );
  }
  return resource;
}
