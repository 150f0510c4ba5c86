/** How jobs wait, end, are stopped and are refused. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { KubeObject } from '../api.ts';
import { ApiError } from '../api.ts';
import type { Pod, PodGroup } from '../standin/objects.ts';
import { PATHS } from '../standin/objects.ts';
import { clusterFacts } from '../status.ts';
import type { JobOptions } from './cluster.ts';
import { CARD, Ground, task } from './cluster.ts';

const ground = new Ground();
let cardsOfANode = 0;
let nodes = 0;

/** What Kubernetes tells of an object to whoever looks. */
interface Event extends KubeObject {
  involvedObject: { kind: string; name: string };
  reason: string;
  message: string;
}

before(async () => {
  const facts = await clusterFacts();
  cardsOfANode = facts?.cards[CARD] ?? 0;
  nodes = (facts?.machines.length ?? 0) - 1;
  assert.ok(cardsOfANode > 0, `the nodes offer no ${CARD}`);
  await ground.make();
});
after(() => ground.clear());

/** Waits for the event that says that there are too few cards for a job. */
async function missing(job: string): Promise<void> {
  const event = await ground.until(
    ground.path(PATHS.core, 'events'),
    ({ involvedObject: { kind, name }, message }: Event) =>
      kind === 'PodGroup' && name.startsWith(`${job}-`) && message.includes(CARD)
  );
  assert.equal(event.reason, 'Unschedulable');
}

const FOREVER = 'sleep 1000';

describe('a job', { concurrency: true }, () => {
  test('that asks for more cards than there are makes no pod, and an event says what is missing', async () => {
    const tasks = [task('master', FOREVER, { replicas: 2 * nodes, cards: cardsOfANode })];
    await ground.submit('greedy', { tasks });
    await missing('greedy');
    const group = (await ground.groups()).find(({ metadata }) =>
      metadata.name.startsWith('greedy-')
    );
    assert.equal(group?.status?.phase, 'Pending');
    assert.equal(group.status.conditions, undefined);
    assert.deepEqual(await ground.pods('greedy'), []);
    assert.equal((await ground.job('greedy')).status?.state.phase, 'Pending');
    await ground.api.delete(ground.path(PATHS.jobs, 'jobs', 'greedy'));
  });

  test('whose pods fail stays as it is where no policy says otherwise', async () => {
    await ground.submit('stuck', {
      tasks: [task('a', 'exit 3'), task('b', FOREVER)],
      minAvailable: 2
    });
    const job = await ground.until(
      ground.path(PATHS.jobs, 'jobs'),
      (found: Awaited<ReturnType<typeof ground.job>>) =>
        found.metadata.name === 'stuck' && found.status?.failed === 1 && found.status.running === 1
    );
    assert.equal(job.status?.state.phase, 'Running');
    await ground.api.delete(ground.path(PATHS.jobs, 'jobs', 'stuck'));
  });

  test('is aborted, terminated or failed as its policies say', async () => {
    const failing = [task('a', 'sleep 1; exit 3'), task('b', FOREVER)];
    await Promise.all([
      ground.submit('aborted', {
        tasks: failing,
        policies: [{ event: 'PodFailed', action: 'AbortJob' }]
      }),
      ground.submit('terminated', {
        tasks: failing,
        policies: [{ event: 'PodFailed', action: 'TerminateJob' }]
      }),
      ground.submit('by-code', {
        tasks: failing,
        policies: [{ exitCode: 3, action: 'TerminateJob' }]
      }),
      ground.submit('retried', {
        tasks: failing,
        maxRetry: 1,
        policies: [{ event: 'PodFailed', action: 'RestartJob' }]
      }),
      ground.submit('all-failed', { tasks: [task('a', 'exit 1', { replicas: 2 })] })
    ]);
    await ground.phase('aborted', 'Aborted');
    await ground.phase('terminated', 'Terminated');
    await ground.phase('by-code', 'Terminated');
    await ground.phase('retried', 'Failed');
    await ground.phase('all-failed', 'Failed');
    assert.deepEqual(
      (await ground.pods('terminated')).map(pod => pod.status?.phase),
      ['Failed']
    );
  });

  test('completes when all of its pods have', async () => {
    await ground.submit('short', { tasks: [task('a', 'true', { replicas: 2 })] });
    await ground.phase('short', 'Completed');
  });

  test('is stopped by a command, goes on by another, and is over after too many', async () => {
    const job = await ground.submit('commanded', { tasks: [task('a', FOREVER)], maxRetry: 2 });
    await ground.phase('commanded', 'Running');
    await ground.command(job, 'AbortJob');
    await ground.phase('commanded', 'Aborted');
    assert.deepEqual(await ground.pods('commanded'), []);
    await ground.command(job, 'ResumeJob');
    await ground.phase('commanded', 'Running');
    await ground.command(job, 'AbortJob');
    await ground.phase('commanded', 'Aborted');
    await ground.command(job, 'ResumeJob');
    await ground.phase('commanded', 'Failed');
    const commands = await ground.api.get<{ items: unknown[] }>(
      ground.path(PATHS.commands, 'commands')
    );
    assert.deepEqual(commands.items, []);
  });

  test('ends when a pod of it is taken away, and says how', async () => {
    await ground.submit('evicted', {
      tasks: [task('a', FOREVER, { replicas: 2 })],
      policies: [{ events: ['PodEvicted', 'PodFailed'], action: 'TerminateJob' }]
    });
    await ground.phase('evicted', 'Running');
    await ground.api.delete(ground.path(PATHS.core, 'pods', 'evicted-a-0'));
    await ground.phase('evicted', 'Terminated');
  });

  test('that is deleted takes its pods along, and may come again under its name', async () => {
    const options: JobOptions = { tasks: [task('a', FOREVER)], plugins: { svc: [], ssh: [] } };
    const { metadata } = await ground.submit('again', options);
    await ground.phase('again', 'Running');
    await ground.api.delete(ground.path(PATHS.jobs, 'jobs', 'again'), metadata.uid);
    await ground.gone(ground.path(PATHS.jobs, 'jobs'), 'again');
    const second = await ground.submit('again', options);
    assert.notEqual(second.metadata.uid, metadata.uid);
    await ground.phase('again', 'Running');
    const owners = (await ground.pods('again')).flatMap(
      (pod: Pod) => pod.metadata.ownerReferences ?? []
    );
    assert.ok(owners.every(owner => owner.uid === second.metadata.uid));
    await ground.api.delete(ground.path(PATHS.jobs, 'jobs', 'again'));
  });

  test('has defaults', async () => {
    const tasks = [task('a', 'true', { replicas: 2 }), task('b', 'true', { replicas: 0 })];
    const { spec } = await ground.submit('plain', { tasks });
    assert.equal(spec.queue, 'default');
    assert.equal(spec.schedulerName, 'volcano');
    assert.equal(spec.minAvailable, 2);
    assert.equal(spec.maxRetry, 3);
    assert.deepEqual(
      spec.tasks.map(({ replicas, minAvailable }) => [replicas, minAvailable]),
      [
        [2, 2],
        [undefined, 0]
      ]
    );
  });

  const refused: [string, Partial<JobOptions>, RegExp][] = [
    [
      'more pods at least than at all',
      { tasks: [task('a', 'true', { minAvailable: 2 })] },
      /minAvailable/
    ],
    [
      'a queue that there is not',
      { queue: 'nosuch' },
      /unable to find job queue.*"nosuch" not found/
    ],
    ['the root of the queues', { queue: 'root' }, /root queue/],
    [
      'a plugin that there is not',
      { plugins: { nosuch: [] } },
      /unable to find job plugin: nosuch/
    ],
    ['two tasks of one name', { tasks: [task('a', 'true'), task('a', 'true')] }, /duplicate/i],
    ['no task', { tasks: [] }, /task/i],
    ['a type that is none', { minAvailable: 'two' as never }, /minAvailable/],
    ['a quantity that is none', { tasks: [task('a', 'true', { cards: '1Ki;' })] }, /quantit|1Ki;/i]
  ];
  for (const [what, options, words] of refused) {
    test(`is refused with ${what}`, async () => {
      const submitted = ground.submit('refused', { tasks: [task('a', 'true')], ...options });
      await assert.rejects(submitted, (error: ApiError) => {
        assert.ok(error instanceof ApiError, String(error));
        assert.match(error.message, words);
        return true;
      });
    });
  }
});

describe('a job that waits', () => {
  test('says why, and starts by itself when the cards are free', async () => {
    const all = { cards: cardsOfANode, replicas: nodes };
    const holder = await ground.submit('holder', { tasks: [task('a', FOREVER, all)] });
    await ground.phase('holder', 'Running');

    await ground.submit('outside', { tasks: [task('a', 'true', { cards: 1 })] });
    await missing('outside');
    assert.deepEqual(await ground.pods('outside'), []);

    const tasks = [task('a', 'true', { cards: 1, asksByLimits: true })];
    await ground.submit('inside', { tasks });
    const group = await ground.until(
      ground.path(PATHS.scheduling, 'podgroups'),
      ({ metadata, status }: PodGroup) =>
        metadata.name.startsWith('inside-') && status?.conditions?.[0]?.type === 'Unschedulable'
    );
    assert.equal(group.status?.phase, 'Inqueue');
    assert.equal(group.status.conditions?.[0]?.reason, 'NotEnoughResources');
    const pod = await ground.until(
      ground.path(PATHS.core, 'pods'),
      ({ metadata }: Pod) => metadata.name === 'inside-a-0'
    );
    assert.equal(pod.spec.nodeName, undefined);

    await ground.command(holder, 'TerminateJob');
    await ground.phase('outside', 'Completed');
    await ground.phase('inside', 'Completed');
  });

  test('for its quota makes no pod of the gang', async t => {
    if (!(await clusterFacts())?.standin) {
      t.skip("Volcano does so with its scheduler's plugin resourcequota");
      return;
    }
    const own = new Ground();
    await own.make();
    await own.api.create(own.path(PATHS.core, 'resourcequotas'), {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'small' },
      spec: { hard: { pods: '1' } }
    } as KubeObject);
    await own.submit('over-quota', { tasks: [task('a', 'true', { replicas: 2 })] });
    await own.until(own.path(PATHS.core, 'events'), ({ message }: Event) =>
      message.includes('small')
    );
    assert.deepEqual(await own.pods('over-quota'), []);
    await own.api.delete(own.path(PATHS.core, 'resourcequotas', 'small'));
    await own.phase('over-quota', 'Completed');
    await own.clear();
  });
});
