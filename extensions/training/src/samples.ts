import type { MetricSeries, NodeStats } from '@topsdl/contract';

/** Samples kept for the charts of one run, oldest dropped: two hours at one a second. */
const LIMIT = 7200;

/** Adds samples that came live to those that are known; what is known already is not taken twice. */
export function mergeSamples(
  known: readonly NodeStats[],
  fresh: readonly NodeStats[]
): readonly NodeStats[] {
  const newest = new Map<string, string>();
  for (const { node, time } of known) {
    newest.set(node, time);
  }
  const added = fresh.filter(({ node, time }) => (newest.get(node) ?? '') < time);
  return added.length === 0 ? known : [...known, ...added].slice(-LIMIT);
}

/** One figure of every node over time. @param nameOf what a node is called */
export function seriesOf(
  samples: readonly NodeStats[],
  read: (sample: NodeStats) => number,
  nameOf: (node: string) => string
): { id: string; label: string; points: [number, number][] }[] {
  const nodes = new Map<string, [number, number][]>();
  for (const sample of samples) {
    const points = nodes.get(sample.node) ?? [];
    points.push([Date.parse(sample.time), read(sample)]);
    nodes.set(sample.node, points);
  }
  return [...nodes]
    .map(([node, points]) => ({ id: node, label: nameOf(node), points }))
    .sort((a, b) => a.label.localeCompare(b.label, undefined, { numeric: true }));
}

/** A curve, and what it is called beside the others of its chart. */
export interface Curve {
  readonly label: string;
  readonly entry: MetricSeries;
}

/**
 * Curves that belong together: those whose tags begin with the same word, after the directory that all
 * of them have in common.
 */
export function groupSeries(series: readonly MetricSeries[]): Map<string, Curve[]> {
  const paths = series.map(({ tag }) => tag.split('/'));
  let shared = 0;
  while (
    paths.every(path => path.length > shared + 2 && path[shared] === paths[0]?.[shared]) &&
    paths.length > 0
  ) {
    shared += 1;
  }
  const groups = new Map<string, Curve[]>();
  series.forEach((entry, index) => {
    const [group = entry.tag, ...rest] = paths[index]?.slice(shared) ?? [];
    const curves = groups.get(group) ?? [];
    curves.push({ label: rest.join('/') || group, entry });
    groups.set(group, curves);
  });
  return groups;
}
