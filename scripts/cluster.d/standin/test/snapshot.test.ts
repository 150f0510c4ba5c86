import { describe, expect, test } from '@jest/globals';
import type { Pod, Queue, ResourceQuota } from '../objects.ts';
import { LABELS } from '../objects.ts';
import { Snapshot } from '../snapshot.ts';
import { job, node, pod, podSpec, task } from './samples.ts';

const CARD = 'enflame.com/dtu';
const NODES = [node('node-1', { cpu: 2, [CARD]: 4 }), node('node-2', { cpu: 2, [CARD]: 4 })];

function queue(capability: Record<string, string> = {}, state: 'Open' | 'Closed' = 'Open'): Queue {
  return { metadata: { name: 'default' }, spec: { capability }, status: { state } };
}

function snapshot(
  pods: Pod[] = [],
  more: { nodes?: typeof NODES; queue?: Queue; quota?: Record<string, string> } = {}
): Snapshot {
  const quota: ResourceQuota = {
    metadata: { name: 'q', namespace: 'n' },
    spec: { hard: more.quota ?? {} }
  };
  return new Snapshot({
    pods,
    nodes: more.nodes ?? NODES,
    queues: new Map([['/default', more.queue ?? queue()]]),
    quotas: [quota]
  });
}

const gang = (replicas: number, cards: number) =>
  job({ tasks: [task('a', { replicas, template: { spec: podSpec({ [CARD]: cards }) } })] });
const on = (name: string, cards: number, nodeName?: string, labels = {}): Pod =>
  pod(name, podSpec({ [CARD]: cards }, { nodeName }), { labels });

describe('a gang has room', () => {
  test('where all of it fits on the nodes, and not where only the sum does', () => {
    expect(snapshot().whyNot(gang(4, 2))).toBeUndefined();
    expect(snapshot().whyNot(gang(5, 2))).toContain(`insufficient ${CARD}`);
    // Twice three of eight, but no node has six.
    expect(snapshot().whyNot(gang(2, 3))).toBeUndefined();
    expect(snapshot([on('x', 2, 'node-1')]).whyNot(gang(2, 3))).toContain(`insufficient ${CARD}`);
  });

  test('beside pods that hold cards, also those that have no node yet', () => {
    expect(snapshot([on('x', 4, 'node-1')]).whyNot(gang(2, 2))).toBeUndefined();
    expect(snapshot([on('x', 4, 'node-1'), on('y', 1)]).whyNot(gang(2, 2))).toContain(CARD);
    const ended = pod('x', podSpec({ [CARD]: 4 }, { nodeName: 'node-1' }), {}, 'Succeeded');
    expect(snapshot([ended]).whyNot(gang(4, 2))).toBeUndefined();
  });

  test('not beside another that was let in a moment before', () => {
    const seen = snapshot();
    const first = gang(3, 2);
    expect(seen.whyNot(first)).toBeUndefined();
    seen.take(
      first,
      first.spec.tasks.flatMap(({ replicas, template }) => Array(replicas).fill(template.spec))
    );
    expect(seen.whyNot(gang(2, 2))).toContain(CARD);
    expect(seen.whyNot(gang(1, 2))).toBeUndefined();
  });

  test('only on nodes that are ready, not cordoned, selected and tolerated', () => {
    const away = {
      ...node('a', { [CARD]: 8 }),
      status: { allocatable: { [CARD]: 8, pods: 9 }, conditions: [] }
    };
    const cordoned = node('b', { [CARD]: 8 }, { unschedulable: true });
    const tainted = node('c', { [CARD]: 8 }, { taints: [{ key: 'k', effect: 'NoSchedule' }] });
    expect(snapshot([], { nodes: [away, cordoned, tainted] }).whyNot(gang(1, 1))).toContain(
      'tolerations'
    );
    const tolerant = job({
      tasks: [
        task('a', {
          template: { spec: podSpec({ [CARD]: 1 }, { tolerations: [{ operator: 'Exists' }] }) }
        })
      ]
    });
    expect(snapshot([], { nodes: [tainted] }).whyNot(tolerant)).toBeUndefined();
    const selective = job({
      tasks: [
        task('a', {
          template: { spec: podSpec({}, { nodeSelector: { 'kubernetes.io/hostname': 'x' } }) }
        })
      ]
    });
    expect(snapshot().whyNot(selective)).toContain('selector');
  });

  test('within what its queue may have, while that is open', () => {
    const capability = { [CARD]: '4', cpu: '1' };
    const held = on('x', 3, 'node-1', { [LABELS.queue]: 'default' });
    expect(snapshot([], { queue: queue(capability) }).whyNot(gang(2, 2))).toBeUndefined();
    expect(snapshot([held], { queue: queue(capability) }).whyNot(gang(1, 2))).toBe(
      `queue resource quota insufficient: insufficient ${CARD}`
    );
    expect(snapshot([], { queue: queue({}, 'Closed') }).whyNot(gang(1, 1))).toContain('not open');
  });

  test.each([
    [{ pods: '1' }, 'pods'],
    [{ [`requests.${CARD}`]: '3' }, `requests.${CARD}`],
    [{ 'count/pods': '1' }, 'count/pods']
  ])('within the quota of its namespace: %j', (quota, lacks) => {
    expect(snapshot([], { quota }).whyNot(gang(2, 2))).toContain(`insufficient ${lacks}`);
  });

  test('of as many pods as it needs, though it has more', () => {
    const elastic = { ...gang(8, 2), spec: { ...gang(8, 2).spec, minAvailable: 4 } };
    elastic.spec.tasks[0]!.minAvailable = 4;
    expect(snapshot().whyNot(elastic)).toBeUndefined();
  });
});
