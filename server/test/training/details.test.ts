import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { operations, type LogPage, type TrainingRun } from '@topsdl/contract';
import { readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSocket } from '@topsdl/testing';
import { setStage, type Stage } from '../support/stage.ts';

let stage: Stage;
const { training: ops } = operations;

beforeAll(async () => {
  stage = await setStage();
}, 60_000);

afterAll(() => stage?.close(), 60_000);

const refused = (code: string, field?: string) => ({
  problem: { code, ...(field === undefined ? {} : { field }) }
});
const of = (run: TrainingRun) => ({ params: { runId: run.id } });
const go = async (name: string, command: string, more = {}) =>
  stage.ended((await stage.startRun(await stage.training(name, command, more))).id);

test('logs come in pages, of all nodes or of one, and as they were written', async () => {
  const run = await go(
    'lines',
    'for i in $(seq 1 25); do echo line $i; done; ' +
      "ssh $(cat /etc/volcano/worker.host) 'echo over there > /proc/1/fd/1' || true; printf 'caf\\xe9 \\033[31mred'",
    { nodes: 2 }
  );
  const pages: LogPage[] = [];
  let from: string | undefined;
  do {
    const page = await stage.owner.call(ops.logs, {
      ...of(run),
      query: { limit: 10, ...(from === undefined ? {} : { from }) }
    });
    pages.push(page);
    from = page.position;
  } while (!pages.at(-1)?.ended);
  expect(pages.slice(0, 2).map(({ lines }) => lines.length)).toEqual([10, 10]);
  const master = run.nodes[0]?.name;
  const texts = pages.flatMap(({ lines }) => lines).filter(({ node }) => node === master);
  expect(texts.map(({ text }) => text).slice(0, 25)).toEqual(
    Array.from({ length: 25 }, (_, index) => `line ${index + 1}`)
  );
  expect(texts.at(-1)?.text).toBe('caf\ufffd \u001b[31mred');
  const tail = await stage.owner.call(ops.logs, { ...of(run), query: { node: master, tail: 2 } });
  expect(tail.lines.map(({ text }) => text).at(-1)).toBe('caf\ufffd \u001b[31mred');
  expect(tail.lines).toHaveLength(2);
  await expect(
    stage.owner.call(ops.logs, { ...of(run), query: { from: 'nowhere' } })
  ).rejects.toMatchObject(refused('bad-cursor', 'query.from'));
  const raw = await stage.owner.raw(ops.logContent, { ...of(run), query: { node: master } });
  const bytes = Buffer.from(await raw.arrayBuffer());
  expect(bytes.includes(Buffer.from([0x63, 0x61, 0x66, 0xe9]))).toBe(true);
}, 60_000);

test('links that a job plants are neither listed, read nor saved', async () => {
  const run = await go(
    'links',
    'cd /workspace/persistent-model && echo mine > mine && ln -s /etc/shadow shadow && ' +
      'ln -s / root && mkfifo pipe && mkdir folder && ln -s ../.. folder/up'
  );
  const { items } = await stage.owner.call(ops.files, of(run));
  expect(items.map(({ path }) => path)).toEqual(['folder', 'mine']);
  for (const path of [
    'shadow',
    'root/etc/shadow',
    'folder/up/snapshot',
    'pipe',
    '../snapshot',
    ''
  ]) {
    const answer = stage.owner.raw(ops.fileContent, { ...of(run), query: { path } });
    await expect(answer).rejects.toMatchObject({ status: expect.any(Number) });
  }
  const models = await stage.set('models', 'saved by hand');
  const version = await stage.owner.call(ops.saveModel, {
    ...of(run),
    body: { modelSetId: models.id }
  });
  expect(version).toMatchObject({ sealed: true, fileCount: 1, bytes: 5 });
  await expect(stage.write('models', version.id, 'x', '')).rejects.toMatchObject(
    refused('version-sealed')
  );
  // Nor one that takes a file's place between listing and reading.
  const place = join(stage.companion.dataDir, 'runs', run.id, 'persistent-model');
  writeFileSync(join(stage.companion.dataDir, 'outside'), 'outside');
  symlinkSync(join(stage.companion.dataDir, 'outside'), join(place, 'late'));
  await expect(
    stage.owner.raw(ops.fileContent, { ...of(run), query: { path: 'late' } })
  ).rejects.toMatchObject(refused('file-not-found'));
}, 60_000);

test('what a job closes to its own user is listed, resumed and deleted', async () => {
  const run = await go(
    'closed',
    'cd persistent-model; if [ -d shut ]; then ls shut; else mkdir shut; echo x > shut/in; chmod 000 shut/in; chmod 555 shut; fi; chmod 000 .'
  );
  const { items } = await stage.owner.call(ops.files, of(run));
  expect(items.map(({ path }) => path)).toEqual(['shut', 'shut/in']);
  const content = await stage.owner.raw(ops.fileContent, {
    ...of(run),
    query: { path: 'shut/in' }
  });
  expect(await content.text()).toBe('x\n');
  await stage.owner.call(ops.resumeRun, of(run));
  expect(await stage.ended(run.id)).toMatchObject({ state: 'completed', attempt: 2 });
  await stage.owner.call(ops.deleteRun, of(run));
  expect(
    readdirSync(join(stage.companion.dataDir, 'runs')).filter(name => name.startsWith('.'))
  ).toEqual([]);
}, 60_000);

test('a job that makes very many files keeps nobody waiting', async () => {
  const run = await go(
    'many',
    `cd persistent-model && python3 -c 'for i in range(20000): open(str(i), "w").close()'`
  );
  expect(run.state).toBe('completed');
  expect((await stage.owner.call(ops.files, of(run))).items).toHaveLength(20_000);
}, 60_000);

test('a request with a key that was used starts nothing', async () => {
  const training = await stage.training('once', 'true');
  const start = () =>
    stage.owner.call(
      ops.startRun,
      { params: { trainingId: training.id } },
      { idempotencyKey: 'same' }
    );
  const [first, second] = [await start(), await start()];
  expect(second.id).toBe(first.id);
  await stage.ended(first.id);
  const { runCount } = await stage.owner.call(ops.get, { params: { trainingId: training.id } });
  expect(runCount).toBe(1);
}, 60_000);

test('the environment is what the person set and what the platform says, nothing else', async () => {
  const run = await go('environment', 'env | sort', { environment: { MINE: 'a "b" $c' } });
  const lines = await stage.text(run.id);
  expect(lines).toEqual(
    expect.arrayContaining(['MINE=a "b" $c', `TOPSDL_RUN_ID=${run.id}`, 'TOPSDL_ATTEMPT=1'])
  );
  const names = lines.map(line => line.slice(0, line.indexOf('=')));
  const allowed =
    /^(?:MINE|PATH|HOME|USER|LOGNAME|SHELL|LANG|PWD|OLDPWD|SHLVL|_|PYTHON\w+|OMP_NUM_THREADS|TOPSDL_\w+|VC_\w+|VK_\w+|OMPI_MCA_\w+)$/;
  expect(names.filter(name => !allowed.test(name))).toEqual([]);
  expect(names.filter(name => name.startsWith('TOPSDL_SERVER'))).toEqual([]);
  for (const name of ['TOPSDL_X', 'LD_PRELOAD', 'OMPI_MCA_x', 'PATH']) {
    await expect(
      stage.training('reserved', 'true', { environment: { [name]: 'x' } })
    ).rejects.toMatchObject(refused('variable-reserved', `body.environment.${name}`));
  }
}, 60_000);

test('sets are mounted by name and id, the public one of a shared name with a suffix', async () => {
  const own = await stage.version('algorithms', 'shared', { who: 'own' });
  const set = await stage.admin.call(operations.algorithms.create, {
    params: { projectId: stage.projectId },
    body: { name: 'shared', scenario: 'image-ocr', public: true }
  });
  const shared = await stage.admin.call(operations.algorithms.createVersion, {
    params: { setId: set.id },
    body: { fromVersionId: own.id }
  });
  await stage.admin.call(
    operations.algorithms.writeFile,
    { params: { versionId: shared.id }, query: { path: 'who' } },
    { rawBody: new TextEncoder().encode('everyones') }
  );
  const ids = { algorithmVersionIds: [shared.id, own.id] };
  const run = await go(
    'collision',
    `cd /workspace/algorithm && cat shared/who shared-public/who ${own.setId}/who ${set.id}/who`,
    ids
  );
  expect(await stage.text(run.id)).toEqual(['owneveryonesowneveryones']);
  const second = await stage.owner.call(operations.algorithms.createVersion, {
    params: { setId: own.setId },
    body: {}
  });
  await expect(
    stage.training('twice', 'true', { algorithmVersionIds: [own.id, second.id] })
  ).rejects.toMatchObject(refused('set-twice', 'body.algorithmVersionIds.1'));
}, 60_000);

test('a definition is edited and copied; its runs keep what they were started with', async () => {
  const training = await stage.training('kept', 'echo before');
  const run = await stage.ended((await stage.startRun(training)).id);
  await stage.owner.call(ops.update, {
    params: { trainingId: training.id },
    body: { command: 'echo after', name: 'renamed' }
  });
  const configuration = await stage.owner.call(ops.runConfiguration, of(run));
  expect(configuration).toMatchObject({ name: 'kept', command: 'echo before' });
  const copy = await stage.owner.call(ops.copy, {
    params: { trainingId: training.id },
    body: { name: 'copied' }
  });
  expect(copy).toMatchObject({ name: 'copied', command: 'echo after', runCount: 0 });
  await expect(
    stage.owner.call(ops.delete, { params: { trainingId: training.id } })
  ).rejects.toMatchObject(refused('not-empty'));
  await stage.owner.call(ops.deleteRun, of(run));
  await stage.owner.call(ops.delete, { params: { trainingId: training.id } });
}, 60_000);

test('a tab follows logs and measurements over its socket', async () => {
  const socket = await openSocket(stage.companion, await stage.companion.ownerToken());
  try {
    socket.send({ type: 'hello' });
    const training = await stage.training(
      'busy',
      'echo begun; timeout 20 yes > /dev/null; sleep 60'
    );
    const run = await stage.startRun(training);
    for (const kind of ['logs', 'stats']) {
      socket.send({ type: 'subscribe', topic: `training.${kind}:${run.id}` });
    }
    const said = (kind: string, text: string) =>
      socket.message(
        message =>
          message.type === 'data' &&
          message.topic === `training.${kind}:${run.id}` &&
          JSON.stringify(message.data).includes(text)
      );
    await said('logs', '"text":"begun"');
    await said('stats', '"memoryBytes":');
    const { samples } = await stage.owner.call(ops.stats, of(run));
    expect(samples[0]).toMatchObject({ node: `${samples[0]?.node}`, cards: 0 });
    await stage.owner.call(ops.stopRun, of(run));
    await said('logs', '"ended":true');
    await socket.message(
      message => message.type === 'end' && message.topic === `training.logs:${run.id}`
    );
  } finally {
    socket.close();
  }
}, 60_000);

test('another project sees nothing of it', async () => {
  const training = await stage.training('secret', 'true');
  const run = await stage.ended((await stage.startRun(training)).id);
  const authorization = await stage.member('outsider');
  for (const path of [
    `/api/training/${training.id}`,
    `/api/training/${training.id}/runs`,
    ...['', '/configuration', '/logs', '/logs/content', '/logs/stream', '/stats'].map(
      part => `/api/training-runs/${run.id}${part}`
    ),
    ...['/events', '/metrics', '/files', '/files/content?path=x', '/tensorboard'].map(
      part => `/api/training-runs/${run.id}${part}`
    )
  ]) {
    const answer = await stage.companion.fetch(path, { headers: { authorization } });
    expect([path, answer.status]).toEqual([path, 404]);
  }
}, 60_000);
