import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { operations } from '@topsdl/contract';
import { setStage, type Stage } from '../support/stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await setStage();
}, 60_000);

afterAll(() => stage?.close(), 60_000);

const SCRIPT = `
import json, os, socket, sys
print("from", socket.gethostname(), os.environ["GREETING"], flush=True)
print("to stderr", file=sys.stderr, flush=True)
with open("/workspace/persistent-model/model.json", "w") as file:
    json.dump({"data": open("/workspace/algorithm/算法 one/data/x.txt").read()}, file)
`;

test('a run on two nodes, from the files of an algorithm set to a model version', async () => {
  const algorithm = await stage.version('algorithms', '算法 one', {
    'train.py': SCRIPT,
    'data/x.txt': 'as at submit'
  });
  const models = await stage.set('models', 'results');
  const training = await stage.training(
    'two nodes',
    "mkdir -p /etc/mpi && echo 'localhost slots=1' > /etc/mpi/hostfile && " +
      'cat /etc/volcano/worker.host | sed "s/$/& slots=1/g" >> /etc/mpi/hostfile && ' +
      'mpirun --hostfile /etc/mpi/hostfile --allow-run-as-root -mca btl ^openib -np 2 hostname && ' +
      "python3 '/workspace/algorithm/算法 one/train.py' && " +
      `ls /workspace/algorithm/${algorithm.setId} && touch /workspace/algorithm/${algorithm.setId}/y`,
    {
      nodes: 2,
      algorithmVersionIds: [algorithm.id],
      saveModelSetId: models.id,
      environment: { GREETING: 'hello there' }
    }
  );
  const started = await stage.startRun(training);
  expect(started).toMatchObject({ state: 'pending', number: 1, attempt: 1 });
  const run = await stage.ended(started.id);
  const lines = await stage.text(run.id);
  // The last command writes into a set, which is mounted read-only.
  expect(run).toMatchObject({ state: 'failed', reason: { code: 'command-failed' } });
  expect(lines.join('\n')).toContain('Read-only file system');

  const [master, worker] = run.nodes.map(({ name }) => name);
  expect(lines).toEqual(
    expect.arrayContaining([master, worker, `from ${master} hello there`, 'to stderr', 'train.py'])
  );
  const { items } = await stage.owner.call(operations.training.files, {
    params: { runId: run.id }
  });
  expect(items.map(({ path }) => path)).toEqual(['model.json']);

  await stage.owner.call(operations.training.update, {
    params: { trainingId: training.id },
    body: { command: training.command.replace(/ && touch .*$/, '') }
  });
  const again = await stage.ended((await stage.startRun(training)).id);
  expect(again).toMatchObject({ state: 'completed', exitCode: 0, number: 2 });
  const settled = await stage.until(again.id, each => each.modelVersionId !== null);
  const version = await stage.owner.call(operations.models.getVersion, {
    params: { versionId: settled.modelVersionId ?? '' }
  });
  expect(version).toMatchObject({
    setId: models.id,
    number: 1,
    sealed: true,
    fileCount: 1,
    origin: { kind: 'training-run', runId: again.id, name: 'two nodes #2' }
  });
  const response = await stage.owner.raw(operations.models.readFile, {
    params: { versionId: version.id },
    query: { path: 'model.json' }
  });
  expect(await response.json()).toEqual({ data: 'as at submit' });
  expect(response.headers.get('content-disposition')).toContain('attachment');
  expect(response.headers.get('content-security-policy')).toContain('sandbox');
}, 90_000);
