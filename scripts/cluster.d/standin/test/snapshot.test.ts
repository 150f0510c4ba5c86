import { describe, expect, test } from '@jest/globals';
import type { Pod, Queue, ResourceQuota } from '../objects.ts';
import { LABELS } from '../objects.ts';
import { gangOf } from '../resources.ts';
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

const LABELS_OF_QUEUE = { [LABELS.queue]: 'default' };
const gang = (replicas: number, cards: number) =>
  job({ tasks: [task('a', { replicas, template: { spec: podSpec({ [CARD]: cards }) } })] });
const on = (name: string, cards: number, nodeName?: string, phase?: string): Pod =>
  pod(name, podSpec({ [CARD]: cards }, { nodeName }), { labels: LABELS_OF_QUEUE }, phase);
const waiting = (cards: number, ...names: string[]): Pod[] =>
  names.map(name =>
    pod(
      name,
      podSpec({ [CARD]: cards }, { schedulingGates: [{ name: 'gate' }] }),
      { labels: LABELS_OF_QUEUE },
      'Pending'
    )
  );

describe('a gang is let in', () => {
  test('while its queue has been promised no more than there is', () => {
    const why = `queue resource quota insufficient: insufficient ${CARD}`;
    expect(snapshot().whyNotIn(gang(4, 2))).toBeUndefined();
    expect(snapshot().whyNotIn(gang(9, 1))).toBe(why);
    const held = [on('x', 4, 'node-1'), ...waiting(3, 'y')];
    expect(snapshot(held).whyNotIn(gang(1, 1))).toBeUndefined();
    expect(snapshot(held).whyNotIn(gang(1, 2))).toBe(why);
    expect(snapshot([on('x', 4, 'node-1', 'Succeeded')]).whyNotIn(gang(4, 2))).toBeUndefined();
  });

  test('while all queues together have been promised not much more', () => {
    const others = waiting(4, 'x', 'y').map(each => ({
      ...each,
      metadata: { ...each.metadata, labels: {} }
    }));
    expect(snapshot(others).whyNotIn(gang(1, 1))).toBeUndefined();
    expect(snapshot(others).whyNotIn(gang(1, 2))).toBe(
      `resource in cluster is overused: overused ${CARD}`
    );
  });

  test('not beside another that was let in a moment before', () => {
    const seen = snapshot();
    seen.letIn(gang(3, 2), gangOf(gang(3, 2)));
    expect(seen.whyNotIn(gang(2, 2))).toContain(CARD);
    expect(seen.whyNotIn(gang(1, 2))).toBeUndefined();
  });

  test('not for what no node has, and always where it asks for nothing by name', () => {
    const spec = podSpec({ 'example.com/other': 1 });
    expect(snapshot().whyNotIn(job({ tasks: [task('a', { template: { spec } })] }))).toContain(
      'other'
    );
    const limits = { containers: [{ name: 'main', resources: { limits: { [CARD]: 100 } } }] };
    expect(
      snapshot().whyNotIn(job({ tasks: [task('a', { template: { spec: limits } })] }))
    ).toBeUndefined();
  });

  test('within what its queue may have, while that is open', () => {
    const capability = { [CARD]: '4', cpu: '1' };
    expect(snapshot([], { queue: queue(capability) }).whyNotIn(gang(2, 2))).toBeUndefined();
    expect(
      snapshot([on('x', 3, 'node-1')], { queue: queue(capability) }).whyNotIn(gang(1, 2))
    ).toBe(`queue resource quota insufficient: insufficient ${CARD}`);
    expect(snapshot([], { queue: queue({}, 'Closed') }).whyNotIn(gang(1, 1))).toContain('not open');
  });

  test.each([
    [{ pods: '1' }, 'pods'],
    [{ [`requests.${CARD}`]: '3' }, `requests.${CARD}`],
    [{ 'count/pods': '1' }, 'count/pods']
  ])('within the quota of its namespace: %j', (quota, lacks) => {
    expect(snapshot([], { quota }).whyNotIn(gang(2, 2))).toContain(`insufficient ${lacks} of q`);
  });

  test('of as many pods as it needs, though it has more', () => {
    const tasks = [
      task('a', { replicas: 8, minAvailable: 4, template: { spec: podSpec({ [CARD]: 2 }) } })
    ];
    expect(snapshot().whyNotIn(job({ tasks, minAvailable: 4 }))).toBeUndefined();
  });
});

describe('a gang is bound', () => {
  const lacking = (seen: Snapshot, pods: Pod[], all = true): string[] =>
    seen
      .bind('default', pods, all)
      .map(({ pod: { metadata }, lacks }) => `${metadata.name}: ${lacks}`);

  test('where all of it fits on nodes, and not where only the sum does', () => {
    expect(lacking(snapshot(), waiting(3, 'a', 'b'))).toEqual([]);
    expect(lacking(snapshot([on('x', 2, 'node-1')]), waiting(3, 'a', 'b'))).toEqual([
      `b: Insufficient ${CARD}`
    ]);
    expect(lacking(snapshot([on('x', 2)]), waiting(3, 'a', 'b'))).toEqual([
      `b: Insufficient ${CARD}`
    ]);
  });

  test('taking its room from the next, and none where it is not bound', () => {
    const seen = snapshot();
    expect(lacking(seen, waiting(3, 'a', 'b', 'c'))).toHaveLength(1);
    expect(lacking(seen, waiting(3, 'a', 'b'))).toEqual([]);
    expect(lacking(seen, waiting(2, 'c'))).toEqual([`c: Insufficient ${CARD}`]);
  });

  test('pod by pod once the gang is there', () => {
    expect(lacking(snapshot(), waiting(4, 'a', 'b', 'c'), false)).toEqual([
      `c: Insufficient ${CARD}`
    ]);
  });

  test('within what its queue may have', () => {
    const seen = snapshot([on('x', 3, 'node-1')], { queue: queue({ [CARD]: '4' }) });
    expect(lacking(seen, waiting(2, 'a'))).toEqual([`a: Insufficient ${CARD} in queue default`]);
  });

  test('only on nodes that are ready, not cordoned, selected and tolerated', () => {
    const away = {
      ...node('a', {}),
      status: { allocatable: { [CARD]: 8, pods: 9 }, conditions: [] }
    };
    const cordoned = node('b', { [CARD]: 8 }, { unschedulable: true });
    const tainted = node('c', { [CARD]: 8 }, { taints: [{ key: 'k', effect: 'NoSchedule' }] });
    const nodes = [away, cordoned, tainted];
    expect(lacking(snapshot([], { nodes }), waiting(1, 'a'))).toHaveLength(1);
    const tolerant = pod('a', podSpec({ [CARD]: 1 }, { tolerations: [{ operator: 'Exists' }] }));
    expect(lacking(snapshot([], { nodes }), [tolerant])).toEqual([]);
    const elsewhere = { nodeSelector: { 'kubernetes.io/hostname': 'x' } };
    expect(lacking(snapshot(), [pod('a', podSpec({}, elsewhere))])).toHaveLength(1);
  });
});
