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

/** One figure of every node over time. */
export function seriesOf(
  samples: readonly NodeStats[],
  read: (sample: NodeStats) => number
): { id: string; label: string; points: [number, number][] }[] {
  const nodes = new Map<string, [number, number][]>();
  for (const sample of samples) {
    const points = nodes.get(sample.node) ?? [];
    points.push([Date.parse(sample.time), read(sample)]);
    nodes.set(sample.node, points);
  }
  return [...nodes].map(([node, points]) => ({ id: node, label: node, points }));
}

/** Curves that belong together: those whose tags begin with the same word. */
export function groupSeries(series: readonly MetricSeries[]): Map<string, MetricSeries[]> {
  const groups = new Map<string, MetricSeries[]>();
  for (const entry of series) {
    const group = entry.tag.split('/')[0] ?? entry.tag;
    groups.set(group, [...(groups.get(group) ?? []), entry]);
  }
  return groups;
}
