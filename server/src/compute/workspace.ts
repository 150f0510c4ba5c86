import type { WorkloadMount } from './engine.ts';

/** A chosen version of a dataset, an algorithm set or a model set, and where its files are on the host. */
export interface Chosen {
  readonly setId: string;
  readonly name: string;
  readonly public: boolean;
  readonly source: string;
}

/** Where things are inside a node. */
export const WORKSPACE = '/workspace';

/**
 * The read-only mounts of one kind of set: each below `/workspace/<kind>` under its name and under
 * its id. Where a public set and one of the project's share a name, the public one gets the suffix
 * `-public`, and a number after it should that be taken as well.
 */
export function mountsOf(
  kind: 'algorithm' | 'dataset' | 'model',
  chosen: readonly Chosen[]
): WorkloadMount[] {
  const taken = new Set(chosen.filter(set => !set.public).map(set => set.name));
  return chosen.flatMap(set => {
    const name = set.public ? free(set.name, taken) : set.name;
    taken.add(name);
    return [name, set.setId].map(target => ({
      source: set.source,
      target: `${WORKSPACE}/${kind}/${target}`,
      readOnly: true
    }));
  });
}

function free(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) {
    return name;
  }
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? `${name}-public` : `${name}-public-${number}`;
    if (!taken.has(candidate)) {
      return candidate;
    }
  }
}
