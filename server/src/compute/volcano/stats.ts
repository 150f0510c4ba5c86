import type { NodeStats, WorkloadStats } from '../engine.ts';
import type { ClusterApi } from './client.ts';
import type { ClusterHandle } from './clusterPlan.ts';
import type { Contact } from './contact.ts';
import { KINDS, pathOf } from './kinds.ts';
import { readNodeSample } from './nodeRecord.ts';
import type { ClusterObject, ObjectList, Quantities } from './objects.ts';
import { runFiles } from './places.ts';
import { amountOf } from './quantities.ts';

/** A node's own sample that is older than this says nothing of now. */
const FRESH_MS = 15_000;

/** `metrics.k8s.io/v1beta1`. */
interface PodMetrics extends ClusterObject {
  containers?: readonly { usage?: Quantities }[];
}

/**
 * What each node uses, as the first process of its pod measures it every second. The metrics API, where there is one, has a value
 * every quarter of a minute, and neither processes nor the network: it is asked for nodes that say nothing themselves.
 *
 * @param nodes names as they are shown, with the names of their pods
 */
export async function readStats(
  api: ClusterApi,
  contact: Contact,
  handle: ClusterHandle,
  nodes: ReadonlyMap<string, string>
): Promise<WorkloadStats> {
  const time = Date.now();
  const { kept } = runFiles(handle.directory);
  const measured = await Promise.all(
    [...nodes.keys()].map(async (node): Promise<[string, NodeStats | undefined]> => {
      const sample = await readNodeSample(kept, node);
      if (sample === undefined || time - sample.time > FRESH_MS) {
        return [node, undefined];
      }
      const { time: _time, ...rest } = sample;
      return [node, { node, cards: handle.cards, ...rest }];
    })
  );
  const silent = measured.filter(([, found]) => found === undefined).map(([node]) => node);
  const asked =
    silent.length === 0 ? new Map<string, PodMetrics>() : await askMetrics(api, contact, handle);
  return {
    time,
    nodes: measured.flatMap(([node, found]) => {
      const metrics = asked.get(nodes.get(node) ?? '');
      return found ?? (metrics === undefined ? [] : [fromMetrics(node, handle, metrics)]);
    })
  };
}

async function askMetrics(
  api: ClusterApi,
  contact: Contact,
  handle: ClusterHandle
): Promise<Map<string, PodMetrics>> {
  const path = pathOf(KINDS.podMetrics, handle.namespace);
  try {
    const list = await contact.ask(() => api.get<ObjectList<PodMetrics>>(path));
    return new Map((list.items ?? []).map(item => [item.metadata.name, item]));
  } catch {
    // There is no such API here, or no right to it.
    return new Map();
  }
}

function fromMetrics(node: string, handle: ClusterHandle, metrics: PodMetrics): NodeStats {
  const sum = (resource: string): number =>
    (metrics.containers ?? []).reduce((all, { usage }) => all + amountOf(usage?.[resource]), 0);
  return {
    node,
    cards: handle.cards,
    cpuCores: sum('cpu'),
    cpuSeconds: 0,
    memoryBytes: sum('memory'),
    processes: 0,
    receivedBytes: 0,
    sentBytes: 0
  };
}
