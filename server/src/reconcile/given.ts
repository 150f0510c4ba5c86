import type { Toleration, WorkloadSpec } from '../compute/engine.ts';
import type { Resources } from './owner.ts';

/** What connects nodes, and where they may be, on an engine of several machines. */
export interface Placement {
  readonly fabrics: readonly ('ib' | 'roce')[];
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly Toleration[];
}

export const ANYWHERE: Placement = { fabrics: [], nodeSelector: {}, tolerations: [] };

/** What is kept of a compute spec by what was started with it: later changes of the spec are not its own. */
export interface Given {
  readonly resources: Resources;
  readonly placement: Placement;
}

export function givenBy(
  spec: Resources & Omit<Placement, 'fabrics'> & { readonly ib: boolean; readonly roce: boolean }
): Given {
  const { cpu, memoryBytes, cards, cardResource, ib, roce, nodeSelector, tolerations } = spec;
  return {
    resources: { cpu, memoryBytes, cards, cardResource },
    placement: {
      fabrics: [...(ib ? (['ib'] as const) : []), ...(roce ? (['roce'] as const) : [])],
      nodeSelector,
      tolerations
    }
  };
}

/** What the engine is asked to give each node. */
export function askedFor({
  resources,
  placement
}: Given): Pick<WorkloadSpec, 'resources' | 'placement'> {
  const { cpu, memoryBytes, cards, cardResource } = resources;
  const { fabrics, nodeSelector, tolerations } = placement;
  return {
    resources: {
      cpu,
      memoryBytes,
      cards,
      fabrics,
      ...(cardResource === null ? {} : { cardResource })
    },
    placement: { nodeSelector, tolerations }
  };
}
