import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { operations, type TrainingRun } from '@topsdl/contract';
import { setTimeout as pass } from 'node:timers/promises';
import { KINDS, pathOf } from '../../src/compute/volcano/kinds.ts';
import type { VolcanoJob } from '../../src/compute/volcano/objects.ts';
import { testCluster } from '../compute/volcano/testCluster.ts';
import { numbersFrom, testSeed } from '../support/random.ts';
import { ClusterStage, jobName } from './clusterStage.ts';

jest.setTimeout(180_000);

const ROUNDS = 4;
/** The longest that a run is left alone before the companion is killed, in milliseconds. */
const LONGEST = 6_000;
const SEED = testSeed();

const cluster = testCluster();

if (cluster === undefined) {
  test.skip('lives of runs on a cluster: no cluster is up, see scripts/cluster', () => undefined);
} else {
  let on: ClusterStage;

  beforeAll(async () => {
    on = await ClusterStage.set(cluster);
  });

  afterAll(() => on?.close());

  const { training, models } = operations;
  const codesOf = async (run: TrainingRun) => {
    const { items } = await on.stage.owner.call(training.events, { params: { runId: run.id } });
    return items.map(({ reason }) => reason.code);
  };

  test(`kill -9 of the companion at random moments of a run (TOPSDL_TEST_SEED=${SEED})`, async () => {
    const random = numbersFrom(SEED);
    const set = await on.stage.set('models', 'survivors');
    const made = await on.stage.training(
      'survivor',
      'ssh $(cat /etc/volcano/worker.host) hostname; ' +
        'for i in 1 2 3 4; do echo step $i; sleep 0.4; done; ' +
        'echo done >> /workspace/persistent-model/model.txt',
      { nodes: 2, saveModelSetId: set.id }
    );
    const over = new AbortController();
    const jobs: string[] = [];
    const watched = (async () => {
      for await (const { type, object } of on.watch(KINDS.job, undefined, over.signal)) {
        if (type === 'ADDED' && object.metadata.namespace === on.namespace()) {
          jobs.push(object.metadata.name);
        }
      }
    })();
    const expected: string[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      const moment = Math.floor(random() * LONGEST);
      const told = `round ${round}, killed after ${moment} ms`;
      const run = await on.stage.startRun(made);
      await pass(moment);
      await on.companion.kill();
      await on.again();
      const { stage } = on;
      const ended = await stage.until(run.id, ({ settled }) => settled);
      expect([told, ended.state, ended.exitCode, ended.attempt, ended.reason]).toEqual([
        told,
        'completed',
        0,
        1,
        null
      ]);
      // One job was made, its command ran once, and its result is there once.
      expected.push(jobName(ended));
      expect([told, jobs]).toEqual([told, expected]);
      const said = await stage.text(run.id, ended.nodes[0]?.name);
      const worker = ended.nodes[1]?.name;
      const steps = [1, 2, 3, 4].map(step => `step ${step}`);
      expect([told, said]).toEqual([told, [worker, ...steps]]);
      const { total } = await stage.owner.call(models.listVersions, { params: { setId: set.id } });
      expect([told, total]).toEqual([told, round]);
      const codes = await codesOf(run);
      for (const once of ['run.created', 'run.admitted', 'run.completed', 'run.model-saved']) {
        expect([told, once, codes.filter(code => code === once).length]).toEqual([told, once, 1]);
      }
    }
    expect(await on.jobs()).toEqual([]);
    over.abort();
    await watched;
  });

  test('stopped and resumed five times in a row, a run ends with what one leaves that was not', async () => {
    const { stage } = on;
    const { owner } = stage;
    // Goes on from its checkpoint; each step is one line, and it stays at every second one until it is asked to stop.
    const script = (stays: boolean) =>
      'cd /workspace/persistent-model; touch steps.txt; ' +
      'while [ "$(wc -l < steps.txt)" -lt 12 ]; do n=$(wc -l < steps.txt); ' +
      'echo "step $n" > fresh && cat steps.txt fresh > next && mv next steps.txt && rm fresh; ' +
      `echo "at $n"; ${stays ? 'if [ $((n % 2)) = 1 ] && [ $n -lt 10 ]; then sleep 600; fi; ' : ''}done`;
    const whole = await stage.startRun(await stage.training('whole', script(false)));
    const made = await stage.training('in pieces', script(true), { nodes: 2, graceSeconds: 1 });
    const run = await stage.startRun(made);
    for (let round = 1; round <= 5; round++) {
      const line = `at ${round * 2 - 1}`;
      await on.said(owner, run.id, line);
      await owner.call(training.stopRun, { params: { runId: run.id } });
      const stopped = await stage.ended(run.id);
      expect([round, stopped.state, stopped.attempt]).toEqual([round, 'stopped', round]);
      const resumed = await owner.call(training.resumeRun, { params: { runId: run.id } });
      expect([round, resumed.attempt]).toEqual([round, round + 1]);
    }
    const ended = await stage.ended(run.id);
    expect([ended.state, ended.reason, ended.attempt]).toEqual(['completed', null, 6]);
    const left = async ({ id: runId }: TrainingRun) => {
      const { items } = await owner.call(training.files, { params: { runId } });
      const files = items.map(async ({ path }) => {
        const answer = await owner.raw(training.fileContent, {
          params: { runId },
          query: { path }
        });
        return [path, await answer.text()];
      });
      return Promise.all(files);
    };
    expect((await stage.ended(whole.id)).state).toBe('completed');
    expect(await left(ended)).toEqual(await left(whole));
    expect((await left(ended)).map(([path]) => path)).toEqual(['steps.txt']);
  });

  test('a job that was deleted by hand is lost, and one made again in its name is not it', async () => {
    const { stage } = on;
    const start = async (name: string) => {
      const made = await stage.training(name, 'echo mine; sleep 600', { graceSeconds: 1 });
      const run = await stage.startRun(made);
      return stage.until(run.id, ({ state }) => state === 'running');
    };
    const remove = (name: string) => on.api.remove(pathOf(KINDS.job, on.namespace(), name));
    const deleted = await start('deleted');
    await remove(jobName(deleted));
    expect(await stage.ended(deleted.id)).toMatchObject({
      state: 'lost',
      reason: { code: 'run-removed', detail: 'Its job was deleted in the cluster.' },
      exitCode: null
    });

    // Nobody looks while it is deleted and made again, with all that it had but its uid.
    const replaced = await start('replaced');
    const name = jobName(replaced);
    const { apiVersion, kind, metadata, spec } = await on.api.get<VolcanoJob>(
      pathOf(KINDS.job, on.namespace(), name)
    );
    await on.companion.kill();
    await remove(name);
    await on.until(KINDS.job, on.namespace(), name, job => job === undefined);
    await on.until(KINDS.pod, on.namespace(), `${name}-master-0`, pod => pod === undefined);
    const { namespace = '', labels = {}, annotations = {} } = metadata;
    const again = { apiVersion, kind, metadata: { name, namespace, labels, annotations }, spec };
    const { metadata: other } = await on.api.create<VolcanoJob>(KINDS.job, again);
    await on.again();
    const ended = await on.stage.ended(replaced.id);
    expect(ended).toMatchObject({
      state: 'lost',
      reason: { code: 'run-replaced', detail: 'Something else has taken its name in the cluster.' }
    });
    await on.stage.until(replaced.id, ({ settled }) => settled);
    const kept = await on.find(KINDS.job, on.namespace(), name);
    expect(kept?.metadata.uid).toBe(other.uid);
    await remove(name);
  });
}
