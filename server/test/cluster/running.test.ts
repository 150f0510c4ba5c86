import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { operations, type TrainingRun } from '@topsdl/contract';
import { KINDS } from '../../src/compute/volcano/kinds.ts';
import type { Pod } from '../../src/compute/volcano/objects.ts';
import { testCluster } from '../compute/volcano/testCluster.ts';
import { ClusterStage } from './clusterStage.ts';

jest.setTimeout(120_000);

/** The manual's recipe, word for word. */
const RECIPE =
  'mkdir -p /etc/mpi && echo "localhost slots=1" > /etc/mpi/hostfile && ' +
  'cat /etc/volcano/worker.host | sed "s/$/& slots=1/g" >> /etc/mpi/hostfile && ' +
  'mpirun --hostfile /etc/mpi/hostfile --allow-run-as-root -mca btl ^openib -np 3 hostname';

const cluster = testCluster();

if (cluster === undefined) {
  test.skip('runs on a cluster: no cluster is up, see scripts/cluster', () => undefined);
} else {
  let on: ClusterStage;

  beforeAll(async () => {
    on = await ClusterStage.set(cluster);
  });

  afterAll(() => on?.close());

  test('the manual’s recipe on a master and two workers with a card each', async () => {
    const { stage } = on;
    const spec = await on.cardSpec('one dtu', 'enflame.com/dtu', 1);
    const training = await stage.training('recipe', RECIPE, { specId: spec.id, nodes: 3 });
    const run = await stage.ended((await stage.startRun(training)).id);
    expect([run.state, run.reason, run.exitCode]).toEqual(['completed', null, 0]);
    const names = run.nodes.map(({ name }) => name);
    expect(names.map(name => name.replace(/^t-[0-9a-f]+/, 't'))).toEqual([
      't-master-0',
      't-worker-0',
      't-worker-1'
    ]);
    const said = await stage.text(run.id, names[0]);
    expect(said.filter(line => names.includes(line)).sort()).toEqual([...names].sort());
  });

  test('what happens to a pod is an event within a second', async () => {
    const { stage, companion } = on;
    const over = new AbortController();
    const phases: { pod: string; phase: string; at: number }[] = [];
    const watched = (async () => {
      for await (const { object } of on.watch<Pod>(KINDS.pod, undefined, over.signal)) {
        const { namespace, name: pod } = object.metadata;
        if (namespace === on.namespace()) {
          phases.push({ pod, phase: object.status?.phase ?? '', at: performance.now() });
        }
      }
    })();
    const events = await companion.fetch('/events', {
      headers: {
        authorization: `Bearer ${await companion.ownerToken()}`,
        accept: 'text/event-stream'
      },
      signal: over.signal
    });
    const run = await stage.startRun(await stage.training('timed', 'sleep 3'));
    const states: { state: string; at: number }[] = [];
    for await (const chunk of events.body as AsyncIterable<Uint8Array>) {
      const at = performance.now();
      if (!Buffer.from(chunk).toString().includes(run.id)) {
        continue;
      }
      const { state } = await stage.run(run.id);
      if (states.at(-1)?.state !== state) {
        states.push({ state, at });
      }
      if (state === 'completed') {
        break;
      }
    }
    over.abort();
    await watched;
    // Pods of an earlier run may have been on their way out.
    const [node] = (await stage.run(run.id)).nodes;
    for (const [phase, state] of [
      ['Running', 'running'],
      ['Succeeded', 'completed']
    ]) {
      const [before, after] = [
        phases.find(seen => seen.pod === node?.name && seen.phase === phase)?.at ?? Number.NaN,
        states.find(seen => seen.state === state)?.at ?? Number.NaN
      ];
      expect(after - before).toBeLessThan(1_000);
    }
  });

  test('what has no room waits, says for what and for whom, and starts when it is free', async () => {
    const { stage } = on;
    const resource = 'enflame.com/gcu';
    const four = await on.cardSpec('four gcu', resource, 4);
    const one = await on.cardSpec('one gcu', resource, 1);
    await stage.admin.call(operations.projects.update, {
      params: { projectId: stage.projectId },
      body: { quotas: [{ resource: `requests.${resource}`, limit: '100' }] }
    });
    const start = async (name: string, command: string, more: object) =>
      stage.startRun(await stage.training(name, command, more));
    const holder = await start('holder', 'sleep 600', { specId: one.id });
    await stage.until(holder.id, ({ state }) => state === 'running');

    const never = await start('twelve', 'hostname', { specId: four.id, nodes: 3 });
    const later = await start('eight', 'hostname', { specId: four.id, nodes: 2 });
    const isTold = ({ reason }: TrainingRun) => reason?.code === 'waits-for-machines-held';
    for (const [id, requested] of [
      [never.id, 12],
      [later.id, 8]
    ] as const) {
      const run = await stage.until(id, isTold);
      expect(run).toMatchObject({
        state: 'pending',
        reason: {
          params: { resource, requested, used: 1, free: 7, held: 'holder #1 (1)' },
          detail: `Waits for ${resource}: ${requested} asked for, 1 in use, 7 free. Held by holder #1 (1).`
        },
        waiting: {
          lacking: [{ resource: `requests.${resource}`, requested, used: 1, limit: 8 }],
          holders: [{ kind: 'training-run', name: 'holder #1', cards: 1, state: 'running' }]
        }
      });
    }
    const overview = await stage.owner.call(operations.projects.overview, {
      params: { projectId: stage.projectId }
    });
    expect(overview.counts).toMatchObject({ runsRunning: 1, runsWaiting: 2 });

    await stage.owner.call(operations.training.stopRun, { params: { runId: holder.id } });
    expect((await stage.ended(later.id)).state).toBe('completed');
    const alone = await stage.until(never.id, ({ reason }) => reason?.params.used === 0);
    expect(alone).toMatchObject({
      state: 'pending',
      reason: {
        code: 'waits-for-machines',
        detail: `Waits for ${resource}: 12 asked for, 0 in use, 8 free.`
      }
    });
    const { items } = await stage.owner.call(operations.training.events, {
      params: { runId: later.id }
    });
    // What it waited for is noted once, however the sums changed; in between there may be the scheduler's own words.
    expect(
      items.map(({ reason }) => reason.code).filter(code => code !== 'waits-for-room')
    ).toEqual([
      'run.created',
      'run.admitted',
      'run.started',
      'waits-for-machines-held',
      'run.running',
      'run.completed'
    ]);
    await stage.owner.call(operations.training.stopRun, { params: { runId: never.id } });
    expect((await stage.ended(never.id)).state).toBe('stopped');
  });
}
