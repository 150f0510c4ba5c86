import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { ProblemError } from '@topsdl/client';
import { operations, type Project, type TrainingRun } from '@topsdl/contract';
import { KINDS, pathOf } from '../../src/compute/volcano/kinds.ts';
import type { ClusterObject, Pod } from '../../src/compute/volcano/objects.ts';
import { testCluster } from '../compute/volcano/testCluster.ts';
import { ClusterStage, jobName } from './clusterStage.ts';

jest.setTimeout(180_000);

interface Quota extends ClusterObject {
  spec: { hard: Readonly<Record<string, string>> };
}

const cluster = testCluster();

if (cluster === undefined) {
  test.skip('projects on a cluster: no cluster is up, see scripts/cluster', () => undefined);
} else {
  let on: ClusterStage;

  beforeAll(async () => {
    on = await ClusterStage.set(cluster);
  });

  afterAll(() => on?.close());

  const { projects, training, admin } = operations;
  const project = (name: string, memberIds: string[] = []): Promise<Project> =>
    on.stage.admin.call(projects.create, { body: { name, memberIds } });
  const startIn = async (projectId: string, name: string, command: string, more: object = {}) => {
    const { spec } = on.stage;
    const made = await on.stage.admin.call(training.create, {
      params: { projectId },
      body: { name, command, specId: spec.id, nodes: 1, graceSeconds: 1, ...more }
    });
    return on.stage.admin.call(training.startRun, { params: { trainingId: made.id } });
  };
  const look = (runId: string) => on.stage.admin.call(training.getRun, { params: { runId } });
  const until = (runId: string, is: (run: TrainingRun) => boolean) =>
    on.stage.watch(() => look(runId), is);

  test('nothing of a project is seen from another, and each has a namespace that is closed', async () => {
    const { stage } = on;
    const member = async (name: string) => {
      const password = 'password';
      const { id } = await stage.admin.call(admin.createUser, {
        body: { name, password, permissions: ['platform', 'data'] }
      });
      return {
        project: await project(`of ${name}`, [id]),
        client: await on.companion.signIn(name, password)
      };
    };
    const [ann, bob] = await Promise.all([member('ann'), member('bob')]);
    const resource = 'enflame.com/gcu';
    const [one, four] = [
      await on.cardSpec('one', resource, 1),
      await on.cardSpec('four', resource, 4)
    ];
    const command = 'echo a secret line; sleep 600';
    const secret = await startIn(ann.project.id, 'a secret name', command, { specId: one.id });
    const run = await until(secret.id, ({ state }) => state === 'running');
    const params = { runId: run.id };
    await on.said(ann.client, run.id, 'a secret line');
    for (const call of [
      bob.client.call(training.getRun, { params }),
      bob.client.call(training.logs, { params }),
      bob.client.call(training.logContent, { params }),
      bob.client.call(training.events, { params }),
      bob.client.call(training.stats, { params }),
      bob.client.call(training.stopRun, { params }),
      bob.client.call(projects.overview, { params: { projectId: ann.project.id } })
    ]) {
      await expect(call).rejects.toMatchObject({ status: 404 });
    }

    const namespaces = [ann, bob].map(each => on.namespace(each.project.id));
    expect(new Set(namespaces).size).toBe(2);
    const pods = await on.list<Pod>(KINDS.pod, namespaces[0]);
    expect(pods.map(({ metadata }) => metadata.name)).toEqual([run.nodes[0]?.name]);
    // What has no room for what others have is told how much that is, and nothing of them.
    const asked = await startIn(bob.project.id, 'wide', 'hostname', { specId: four.id, nodes: 2 });
    await until(asked.id, ({ reason }) => reason?.code === 'waits-for-machines-others');
    const told = [
      await bob.client.call(training.getRun, { params: { runId: asked.id } }),
      await bob.client.call(training.events, { params: { runId: asked.id } })
    ];
    expect(told[0]).toMatchObject({ reason: { params: { others: 1 } }, waiting: { holders: [] } });
    for (const hidden of ['secret', run.id, ann.project.id, jobName(run), namespaces[0] ?? '']) {
      expect(JSON.stringify(told)).not.toContain(hidden);
    }

    const policies = await on.list(KINDS.networkPolicy, namespaces[0]);
    expect(policies.map(({ metadata }) => metadata.name)).toEqual(
      expect.arrayContaining(['topsdl-closed', 'topsdl-outside'])
    );
    await stage.admin.call(training.stopRun, { params });
    expect((await until(asked.id, ({ settled }) => settled)).state).toBe('completed');
  });

  test('of twenty that come at once where one has room, one runs at a time', async () => {
    const { stage } = on;
    const room = await stage.admin.call(projects.create, {
      body: {
        name: 'room for one',
        quotas: [
          { resource: 'cpu', limit: '500m' },
          { resource: 'memory', limit: '1Gi' }
        ]
      }
    });
    const over = new AbortController();
    const alive = new Set<string>();
    let most = 0;
    const watched = (async () => {
      for await (const { type, object } of on.watch<Pod>(KINDS.pod, undefined, over.signal)) {
        const { name, namespace } = object.metadata;
        if (namespace === on.namespace(room.id)) {
          const ended = type === 'DELETED' || /Succeeded|Failed/.test(object.status?.phase ?? '');
          alive[ended ? 'delete' : 'add'](name);
          most = Math.max(most, alive.size);
        }
      }
    })();
    const made = await Promise.all(
      Array.from({ length: 20 }, (_, i) => startIn(room.id, `racer ${i}`, 'sleep 600'))
    );
    const states = async () => {
      const runs = await Promise.all(made.map(({ id }) => look(id)));
      return Map.groupBy(runs, ({ state }) => state);
    };
    const ended: string[] = [];
    for (let round = 0; round < 3; round++) {
      const seen = await stage.watch(states, found => found.get('running')?.length === 1);
      const [runs = [], waits = []] = [seen.get('running'), seen.get('pending')];
      expect([runs.length, waits.length]).toEqual([1, 19 - round]);
      expect(new Set(waits.map(({ reason }) => reason?.code))).toEqual(
        new Set(['waits-for-quota'])
      );
      expect(ended).not.toContain(runs[0]?.id);
      ended.push(runs[0]?.id ?? '');
      await stage.admin.call(training.stopRun, { params: { runId: runs[0]?.id ?? '' } });
    }
    for (const { id } of made.toReversed()) {
      await stage.admin
        .call(training.stopRun, { params: { runId: id } })
        .catch((error: unknown) => {
          if (!(error instanceof ProblemError && error.code === 'wrong-state')) {
            throw error;
          }
        });
    }
    await stage.watch(states, found => found.get('stopped')?.length === 20);
    over.abort();
    await watched;
    expect(most).toBe(1);
  });

  test('quotas, names and the end of a project reach the cluster', async () => {
    const { stage } = on;
    const made = await project('short-lived');
    const namespace = on.namespace(made.id);
    const run = await startIn(made.id, 'first', 'hostname');
    await until(run.id, ({ settled }) => settled);
    const change = (limit: string) =>
      stage.admin.call(projects.update, {
        params: { projectId: made.id },
        body: { name: 'renamed', quotas: [{ resource: 'requests.enflame.com/dtu', limit }] }
      });
    for (const limit of ['3', '5']) {
      await change(limit);
      await on.until<Quota>(
        KINDS.resourceQuota,
        namespace,
        'topsdl',
        quota => quota?.spec.hard['requests.enflame.com/dtu'] === limit,
        20_000
      );
    }
    expect((await on.find<Quota>(KINDS.resourceQuota, namespace, 'topsdl'))?.spec.hard).toEqual({
      'requests.enflame.com/dtu': '5'
    });
    const there = await on.find(KINDS.namespace, undefined, namespace);
    expect(there?.metadata.annotations).toMatchObject({ 'topsdl/name': 'renamed' });
    await stage.admin.call(training.deleteRun, { params: { runId: run.id } });
    const { items } = await stage.admin.call(training.list, { params: { projectId: made.id } });
    for (const { id } of items) {
      await stage.admin.call(training.delete, { params: { trainingId: id } });
    }
    await stage.admin.call(projects.delete, { params: { projectId: made.id } });
    await on.until(KINDS.queue, undefined, namespace, queue => queue === undefined);
    await on.until(KINDS.namespace, undefined, namespace, gone => gone === undefined);
  });

  test('a namespace that somebody has deleted is made again for the next run', async () => {
    const made = await project('swept');
    const first = await startIn(made.id, 'before', 'hostname');
    await until(first.id, ({ settled }) => settled);
    const namespace = on.namespace(made.id);
    await on.api.remove(pathOf(KINDS.namespace, undefined, namespace));
    await on.until(KINDS.namespace, undefined, namespace, gone => gone === undefined);
    const second = await startIn(made.id, 'after', 'hostname');
    const run = await until(second.id, ({ settled }) => settled);
    expect([run.state, run.reason]).toEqual(['completed', null]);
  });

  test('what is nobody’s any more is removed at the start, and what is another’s is left alone', async () => {
    const run = await startIn(on.stage.projectId, 'stays', 'sleep 600');
    const running = await until(run.id, ({ state }) => state === 'running');
    const name = jobName(running);
    const namespace = on.namespace();
    const job = await on.find<ClusterObject & { spec: object }>(KINDS.job, namespace, name);
    const ours = await on.find(KINDS.namespace, undefined, namespace);
    await on.companion.kill();
    const copy = (labels: object, called: string) => ({
      apiVersion: job?.apiVersion,
      kind: job?.kind,
      metadata: { name: called, namespace, labels: { ...job?.metadata.labels, ...labels } },
      spec: job?.spec
    });
    const space = (labels: object, called: string) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: called,
        labels: { ...ours?.metadata.labels, ...labels },
        annotations: { 'topsdl/project-id': 'gone' }
      }
    });
    const anothers = { 'topsdl/instance': 'another' };
    await on.api.create(KINDS.job, copy({}, 't-nobodys') as ClusterObject);
    await on.api.create(KINDS.job, copy(anothers, 't-anothers') as ClusterObject);
    await on.api.create(KINDS.namespace, space({}, `${on.prefix}-gone`) as ClusterObject);
    await on.api.create(KINDS.namespace, space(anothers, `${on.prefix}-other`) as ClusterObject);
    await on.again();
    await on.until(KINDS.job, namespace, 't-nobodys', found => found === undefined);
    await on.until(KINDS.namespace, undefined, `${on.prefix}-gone`, found => found === undefined);
    expect(await on.find(KINDS.job, namespace, 't-anothers')).toBeDefined();
    const other = await on.find(KINDS.namespace, undefined, `${on.prefix}-other`);
    expect(other?.metadata.deletionTimestamp).toBeUndefined();
    expect((await look(run.id)).state).toBe('running');
    await on.stage.admin.call(training.stopRun, { params: { runId: run.id } });
    expect((await until(run.id, ({ settled }) => settled)).state).toBe('stopped');
  });
}
