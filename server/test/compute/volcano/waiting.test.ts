import { expect, test } from '@jest/globals';
import { Load, requestsIn } from '../../../src/compute/volcano/load.ts';
import { LABELS } from '../../../src/compute/volcano/names.ts';
import type { Pod, PodGroup } from '../../../src/compute/volcano/objects.ts';
import { waitingReason } from '../../../src/compute/volcano/waiting.ts';

const DTU = 'enflame.com/dtu';

function pod(name: string, cards: number, run?: string): Pod {
  return {
    metadata: {
      name,
      namespace: 'n',
      ...(run === undefined ? {} : { labels: { [LABELS.run]: run } })
    },
    spec: {
      nodeName: 'node-1',
      containers: [{ resources: { requests: { [DTU]: String(cards) } } }]
    }
  };
}

const load = new Load();
load.setNode({
  metadata: { name: 'node-1' },
  status: { allocatable: { [DTU]: '8' }, conditions: [{ type: 'Ready', status: 'True' }] }
});
load.setPod(pod('a-master-0', 2, 'a'));
load.setPod(pod('a-worker-0', 2, 'a'));
load.setPod(pod('another-installation', 1, 'x'));
load.setPod(pod('not-a-run', 1));

const called = (key: string) => (key === 'n/a' ? 'id-of-a' : undefined);
const waits = (cards: number, podGroup: PodGroup | undefined, pods: Pod[] = []) =>
  waitingReason(
    { requests: new Map([[DTU, cards]]), podGroup, pods },
    resource => load.supply(resource),
    called
  );

const group: PodGroup = { metadata: { name: 'g' }, status: { phase: 'Pending' } };
const condition = (reason: string, message: string): Pod => ({
  metadata: { name: 'b-master-0' },
  status: { conditions: [{ type: 'PodScheduled', status: 'False', reason, message }] }
});

test('names what there is too little of, and runs by their ids; all others are one', () => {
  expect(waits(4, group)).toMatchObject({
    code: 'waiting_for_room',
    params: { resource: DTU, requested: 4, used: 6, free: 2, held: 'id-of-a=4 =2' }
  });
});

test('where the sums would do, the scheduler has the word', () => {
  const words = '0/2 nodes are available: 2 Insufficient';
  expect(waits(1, group, [condition('Unschedulable', words)])).toMatchObject({
    code: 'waiting_for_room',
    params: { detail: words }
  });
  const told = {
    ...group,
    status: {
      ...group.status,
      conditions: [{ type: 'Unschedulable', status: 'True', message: words }]
    }
  };
  expect(waits(1, told)?.params).toEqual({ detail: words });
});

test('of a gang the node that has no room is told of, not the one that would have', () => {
  const possible = condition(
    'Schedulable',
    'Pod n/b-master-0 can possibly be assigned to node-1, once minAvailable is satisfied'
  );
  const words = '0/2 nodes are unavailable: 2 Insufficient';
  expect(waits(1, group, [possible, condition('Unschedulable', words)])?.params).toEqual({
    detail: words
  });
  expect(waits(1, group, [possible])?.code).toBe('waiting_in_queue');
});

test('a gate is no reason, and a queue none that anybody can do something about', () => {
  const gated = condition(
    'SchedulingGated',
    'Scheduling is blocked due to non-empty scheduling gates'
  );
  expect(waits(1, group, [gated])?.code).toBe('waiting_in_queue');
  expect(waits(1, group)?.code).toBe('waiting_in_queue');
  expect(waits(1, undefined)).toBeUndefined();
});

test('what is asked for is that of all pods, and nothing for a task without replicas, which Volcano keeps as one without a number', () => {
  const template = { spec: { containers: [{ resources: { requests: { [DTU]: '2' } } }] } };
  const asked = (spec: object) =>
    Object.fromEntries(requestsIn({ metadata: { name: 'a' }, ...{ spec } }));
  expect(asked({ tasks: [{ replicas: 1, template }, { template }] })).toEqual({ [DTU]: 2 });
  expect(
    asked({
      tasks: [
        { replicas: 1, template },
        { replicas: 2, template }
      ]
    })
  ).toEqual({ [DTU]: 6 });
  expect(asked({ replicas: 3, template })).toEqual({ [DTU]: 6 });
  expect(asked({ template })).toEqual({ [DTU]: 2 });
});
