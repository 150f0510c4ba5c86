import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { operations } from '@topsdl/contract';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { KINDS } from '../../src/compute/volcano/kinds.ts';
import { testCluster } from '../compute/volcano/testCluster.ts';
import { ApiProxy, type Weather } from './apiProxy.ts';
import { ClusterStage, jobName } from './clusterStage.ts';

jest.setTimeout(120_000);

/** Milliseconds. */
const AWAY = 12_000;
/** In which everything has to be as it is, after the API server is back. */
const RETURN = 30_000;

const cluster = testCluster();

if (cluster === undefined) {
  test.skip('outages of a cluster: no cluster is up, see scripts/cluster', () => undefined);
} else {
  const home = mkdtempSync(join(tmpdir(), 'topsdl-outages-'));
  let proxy: ApiProxy;
  let on: ClusterStage;

  beforeAll(async () => {
    proxy = await ApiProxy.start(cluster.kubeconfig);
    const kubeconfig = join(home, 'kubeconfig');
    proxy.writeKubeconfig(kubeconfig);
    on = await ClusterStage.set(cluster, kubeconfig);
  });

  afterAll(async () => {
    if (proxy !== undefined) {
      proxy.weather = 'fine';
    }
    await on?.close();
    await proxy?.close();
    rmSync(home, { recursive: true, force: true });
  });

  const codesOf = async (runId: string) => {
    const { items } = await on.stage.owner.call(operations.training.events, { params: { runId } });
    return items.map(({ reason }) => reason.code);
  };

  test.each<Weather>(['cut', 'silent', 'unavailable'])(
    'an API server that is away, %s: states are right after its return, and no storm before',
    async weather => {
      const { stage } = on;
      const { owner } = stage;
      const start = async (name: string, command: string) =>
        stage.startRun(await stage.training(`${name} ${weather}`, command));
      const stop = (runId: string) =>
        owner.call(operations.training.stopRun, { params: { runId } });
      const [through, ends, stopped] = await Promise.all([
        start('through', `echo begun; sleep ${AWAY / 1000 + 5}; echo ended`),
        start('ends', 'sleep 4; exit 7'),
        start('stopped', 'sleep 600')
      ]);
      for (const { id } of [through, ends, stopped]) {
        await stage.until(id, ({ state }) => state === 'running');
      }

      proxy.weather = weather;
      const later = await start('later', 'echo late');
      const never = await start('never', 'echo never');
      await stop(stopped.id);
      await stop(never.id);
      await stage.until(later.id, ({ reason }) => reason?.code === 'engine-unreachable');
      await pass(AWAY);
      const asked = [...proxy.asked];
      expect((await stage.run(through.id)).state).toBe('running');
      proxy.weather = 'fine';

      const back = performance.now();
      const left = () => Math.round(RETURN - (performance.now() - back));
      expect(await stage.ended(ends.id, left())).toMatchObject({
        state: 'failed',
        exitCode: 7,
        reason: { code: 'command-failed' }
      });
      expect((await stage.ended(stopped.id, left())).state).toBe('stopped');
      expect((await stage.ended(never.id, left())).state).toBe('stopped');
      expect(await stage.ended(later.id, left())).toMatchObject({ state: 'completed', attempt: 1 });
      expect((await stage.ended(through.id, left())).state).toBe('completed');
      expect(await stage.text(through.id)).toEqual(['begun', 'ended']);
      expect(await stage.text(later.id)).toEqual(['late']);
      expect(await codesOf(later.id)).toEqual([
        'run.created',
        'run.admitted',
        'run.started',
        'engine-unreachable',
        'run.running',
        'run.completed'
      ]);
      expect(asked.length).toBeLessThan(AWAY / 1000);
    }
  );

  test.each<[string, Weather]>([
    ['at once', 'fine'],
    ['while the server is away', 'unavailable'],
    ['after the companion was killed', 'cut']
  ])(
    'a create that was done and not answered makes no second job: found %s',
    async (when, next) => {
      const { stage } = on;
      const name = `unanswered ${next}`;
      const models = await stage.set('models', name);
      const training = await stage.training(
        name,
        'echo once >> persistent-model/model.txt; cat persistent-model/model.txt',
        { saveModelSetId: models.id }
      );
      const over = new AbortController();
      const jobs: string[] = [];
      const watched = (async () => {
        for await (const { type, object } of on.watch(KINDS.job, on.namespace(), over.signal)) {
          if (type === 'ADDED') {
            jobs.push(object.metadata.name);
          }
        }
      })();
      const lost = new Promise<void>(resolve => {
        proxy.losesAnswer = ({ method, path }) => {
          const create = method === 'POST' && path.endsWith('/jobs');
          if (create) {
            proxy.losesAnswer = () => false;
            if (next !== 'fine') {
              proxy.weather = next;
            }
            resolve();
          }
          return create;
        };
      });
      const run = await stage.startRun(training);
      await lost;
      if (next === 'unavailable') {
        await stage.until(run.id, ({ reason }) => reason?.code === 'engine-unreachable');
      } else if (next === 'cut') {
        await on.companion.kill();
        proxy.weather = 'fine';
        await on.again();
      }
      proxy.weather = 'fine';
      const ended = await on.stage.until(run.id, ({ settled }) => settled);
      expect([when, ended.state, ended.attempt]).toEqual([when, 'completed', 1]);
      expect(await on.stage.text(run.id)).toEqual(['once']);
      const { total } = await on.stage.owner.call(operations.models.listVersions, {
        params: { setId: models.id }
      });
      expect([when, total]).toEqual([when, 1]);
      over.abort();
      await watched;
      expect([when, jobs]).toEqual([when, [jobName(ended)]]);
    }
  );

  test.each<Weather>(['cut', 'silent'])(
    'a companion starts while the API server is away, %s, and goes on when it is back',
    async weather => {
      const { stage } = on;
      const [ends, goes] = await Promise.all(
        ['exit 5', 'sleep 8'].map(async command =>
          stage.startRun(await stage.training(`${command}, ${weather}`, `sleep 2; ${command}`))
        )
      );
      for (const run of [ends, goes]) {
        await stage.until(run!.id, ({ state }) => state === 'running');
      }
      await on.companion.kill();
      proxy.weather = weather;
      await on.again();
      expect((await on.stage.run(goes!.id)).state).toBe('running');
      proxy.weather = 'fine';
      expect(await on.stage.ended(ends!.id, RETURN)).toMatchObject({
        state: 'failed',
        exitCode: 5
      });
      expect(await on.stage.ended(goes!.id, RETURN)).toMatchObject({
        state: 'completed',
        attempt: 1
      });
      expect((await codesOf(goes!.id)).filter(code => code === 'run.completed')).toHaveLength(1);
    }
  );
}
