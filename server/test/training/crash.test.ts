import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { operations, type TrainingRun } from '@topsdl/contract';
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { processesOf } from '../support/processes.ts';
import { numbersFrom, testSeed } from '../support/random.ts';
import { openStage, setStage, type Stage } from '../support/stage.ts';

const ROUNDS = 5;
/** The longest that a run is left alone before the companion is killed, in milliseconds. */
const LONGEST = 3_500;
const SEED = testSeed();

let stage: Stage;

beforeAll(async () => {
  stage = await setStage();
}, 60_000);

afterAll(() => stage?.close(), 60_000);

const codesOf = async (run: TrainingRun) => {
  const { items } = await stage.owner.call(operations.training.events, {
    params: { runId: run.id }
  });
  return items.map(({ reason }) => reason.code);
};

test(`kill -9 of the companion at random moments of a run (TOPSDL_TEST_SEED=${SEED})`, async () => {
  const random = numbersFrom(SEED);
  const models = await stage.set('models', 'survivors');
  const mark = `survivor-${process.pid}`;
  const training = await stage.training(
    'survivor',
    `: ${mark}; ssh $(cat /etc/volcano/worker.host) hostname; ` +
      'for i in 1 2 3 4; do echo step $i; sleep 0.4; done; ' +
      'echo done >> /workspace/persistent-model/model.txt',
    { nodes: 2, saveModelSetId: models.id }
  );
  for (let round = 1; round <= ROUNDS; round++) {
    const moment = Math.floor(random() * LONGEST);
    const run = await stage.startRun(training);
    await sleep(moment);
    await stage.companion.kill();
    await stage.companion.start();
    stage = await openStage(stage.companion);

    const told = `round ${round}, killed after ${moment} ms`;
    const ended = await stage.until(
      run.id,
      each => each.state !== 'running' && each.state !== 'starting' && each.modelVersionId !== null
    );
    // It was attached to or started, and ended by itself.
    expect([told, ended.state, ended.exitCode, ended.attempt]).toEqual([told, 'completed', 0, 1]);
    // Its command ran once, and its result is there once.
    const lines = await stage.text(run.id, ended.nodes[0]?.name);
    const steps = lines.filter(line => line.startsWith('step'));
    expect([told, steps]).toEqual([told, [1, 2, 3, 4].map(step => `step ${step}`)]);
    const versions = await stage.owner.call(operations.models.listVersions, {
      params: { setId: models.id }
    });
    expect([told, versions.total]).toEqual([told, round]);
    const codes = await codesOf(run);
    for (const once of ['run.created', 'run.admitted', 'run.completed', 'run.model-saved']) {
      expect([told, once, codes.filter(code => code === once).length]).toEqual([told, once, 1]);
    }
    await stage.owner.call(operations.training.deleteRun, { params: { runId: run.id } });
    expect([told, processesOf([mark])]).toEqual([told, []]);
  }
  expect(readdirSync(`${stage.companion.dataDir}/runs`)).toEqual([]);
  expect(
    readdirSync(`${stage.companion.dataDir}/sets`).filter(name => name !== '.scratch').length
  ).toBe(ROUNDS);
}, 180_000);

test('what waits and what is to stop are taken up again', async () => {
  const training = await stage.training('patient', 'echo up; sleep 600', { graceSeconds: 1 });
  const run = await stage.startRun(training);
  await stage.until(run.id, ({ state }) => state === 'running');
  await stage.owner.call(operations.training.stopRun, { params: { runId: run.id } });
  await stage.companion.kill();
  await stage.companion.start();
  stage = await openStage(stage.companion);
  expect((await stage.ended(run.id)).state).toBe('stopped');
}, 60_000);
