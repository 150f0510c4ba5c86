import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { operations, type Training, type TrainingRun } from '@topsdl/contract';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setStage, type Stage } from '../support/stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await setStage();
}, 60_000);

afterAll(() => stage?.close(), 60_000);

const params = (run: TrainingRun) => ({ params: { runId: run.id } });
const stop = (run: TrainingRun) => stage.owner.call(operations.training.stopRun, params(run));
const resume = (run: TrainingRun) => stage.owner.call(operations.training.resumeRun, params(run));
const remove = (run: TrainingRun) => stage.owner.call(operations.training.deleteRun, params(run));
const codesOf = async (run: TrainingRun) => {
  const { items } = await stage.owner.call(operations.training.events, params(run));
  return items.map(({ reason }) => reason.code);
};

/** Waits until a run has written a line. */
async function says(run: TrainingRun, line: string): Promise<void> {
  const response = await stage.owner.raw(operations.training.logStream, params(run), {
    headers: { accept: 'text/event-stream' },
    signal: AbortSignal.timeout(60_000)
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const read = await reader?.read();
    if (!read || read.done) {
      throw new Error(`it ended without saying ${line}: ${text}`);
    }
    text += read.value;
    if (text.includes(`"text":"${line}"`)) {
      await reader?.cancel();
      return;
    }
  }
}

/** A walk of ten epochs whose state depends on every epoch before; a checkpoint after each. */
const WALK = `
import hashlib, json, os, random, signal, time
place = os.environ["TOPSDL_PERSISTENT_MODEL"]
path = os.path.join(place, "checkpoint.json")
state = {"epoch": 0, "digest": "", "random": 1}
if os.path.exists(path):
    state = json.load(open(path))
pace = float(os.environ.get("PACE", "0"))
while state["epoch"] < 10:
    source = random.Random(state["random"])
    state["random"] = source.getrandbits(64)
    state["digest"] = hashlib.sha256((state["digest"] + str(state["random"])).encode()).hexdigest()
    state["epoch"] += 1
    with open(path + ".part", "w") as file:
        json.dump(state, file)
    os.replace(path + ".part", path)
    with open(os.path.join(place, "epoch-%d.txt" % state["epoch"]), "w") as file:
        file.write(state["digest"])
    print("epoch", state["epoch"], flush=True)
    time.sleep(pace)
`;

function hashes(directory: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(directory)
      .sort()
      .map(name => [
        name,
        createHash('sha256')
          .update(readFileSync(join(directory, name)))
          .digest('hex')
      ])
  );
}

describe('stop and resume', () => {
  let walk: Training;
  const modelOf = (run: TrainingRun) =>
    join(stage.companion.dataDir, 'runs', run.id, 'persistent-model');

  beforeAll(async () => {
    const { id } = await stage.version('algorithms', 'walk', { 'walk.py': WALK });
    walk = await stage.training('walk', 'python3 /workspace/algorithm/walk/walk.py', {
      algorithmVersionIds: [id]
    });
  });

  test('a run stopped in five epochs ends with the files of one that was never stopped', async () => {
    const whole = await stage.ended((await stage.startRun(walk)).id);
    expect(whole).toMatchObject({ state: 'completed', attempt: 1 });
    await stage.owner.call(operations.training.update, {
      params: { trainingId: walk.id },
      body: { environment: { PACE: '0.4' } }
    });
    const run = await stage.startRun(walk);
    for (const [index, epoch] of [1, 3, 4, 6, 8].entries()) {
      await says(run, `epoch ${epoch}`);
      await stop(run);
      const stopped = await stage.ended(run.id);
      expect(stopped).toMatchObject({
        state: 'stopped',
        attempt: index + 1,
        reason: { code: 'stopped-by' }
      });
      expect(await resume(run)).toMatchObject({ attempt: index + 2 });
    }
    expect(await stage.ended(run.id)).toMatchObject({ state: 'completed', attempt: 6 });
    expect(hashes(modelOf(run))).toEqual(hashes(modelOf(whole)));
    const lines = await stage.text(run.id);
    expect(lines.filter(line => line.startsWith('Attempt'))).toEqual(
      [2, 3, 4, 5, 6].map(attempt => `Attempt ${attempt}`)
    );
    const codes = await codesOf(run);
    expect(codes.filter(code => code === 'run.resumed')).toHaveLength(5);
    expect(codes.at(-1)).toBe('run.completed');
  }, 120_000);

  test('what ignores the signal and forks daemons is gone at its grace', async () => {
    const daemon = `sleep ${100_000 + process.pid}`;
    const stubborn = await stage.training(
      'stubborn',
      `trap '' TERM; setsid ${daemon} & echo up; while true; do sleep 0.2; done`,
      { graceSeconds: 1 }
    );
    const run = await stage.startRun(stubborn);
    await says(run, 'up');
    const asked = Date.now();
    expect((await stop(run)).state).toBe('stopping');
    await expect(resume(run)).rejects.toMatchObject({ problem: { code: 'wrong-state' } });
    await expect(remove(run)).rejects.toMatchObject({ problem: { code: 'wrong-state' } });
    expect((await stage.ended(run.id)).state).toBe('stopped');
    expect(Date.now() - asked).toBeLessThan(3_000);
    const left = readdirSync('/proc')
      .filter(name => /^\d+$/.test(name))
      .filter(pid => commandOf(pid).includes(daemon));
    expect(left).toEqual([]);
    await expect(stop(run)).rejects.toMatchObject({ problem: { code: 'wrong-state' } });
    await expect(resume(run)).rejects.toMatchObject({ problem: { code: 'no-checkpoint' } });
    await remove(run);
    expect(readdirSync(join(stage.companion.dataDir, 'runs'))).not.toContain(run.id);
    await expect(stage.run(run.id)).rejects.toMatchObject({ problem: { code: 'not-found' } });
  }, 60_000);
});

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

test('a run whose worker dies fails, naming it', async () => {
  const training = await stage.training(
    'orphan',
    "worker=$(cat /etc/volcano/worker.host); ssh $worker 'kill -9 $(pgrep -o sshd)' ; sleep 60",
    { nodes: 2 }
  );
  const run = await stage.ended((await stage.startRun(training)).id);
  const worker = run.nodes.find(({ role }) => role === 'worker');
  expect(run).toMatchObject({
    state: 'failed',
    reason: { code: 'node-failed', params: { node: worker?.name } }
  });
  expect(run.reason?.detail).toContain(worker?.name);
}, 60_000);

describe('admission', () => {
  let projectId: string;
  const GIB = 1024 ** 3;

  beforeAll(async () => {
    const project = await stage.admin.call(operations.projects.create, {
      body: { name: 'narrow', quotas: [{ resource: 'cpu', limit: '500m' }] }
    });
    projectId = project.id;
  });

  test('of twenty that want the only place one runs, and the others say why they wait', async () => {
    const training = await stage.admin.call(operations.training.create, {
      params: { projectId },
      body: {
        name: 'crowd',
        command: 'echo in; sleep 600',
        specId: stage.spec.id,
        nodes: 1,
        graceSeconds: 0
      }
    });
    const runs = await Promise.all(
      Array.from({ length: 20 }, () =>
        stage.admin.call(operations.training.startRun, { params: { trainingId: training.id } })
      )
    );
    const look = async () => {
      const { items } = await stage.admin.call(operations.training.listRuns, {
        params: { trainingId: training.id },
        query: { limit: 50 }
      });
      return items;
    };
    const seen = await stage.watch(look, items => items.some(({ state }) => state === 'running'));
    expect(seen.map(({ state }) => state).sort()).toEqual([
      ...Array<string>(19).fill('pending'),
      'running'
    ]);
    const running = seen.find(({ state }) => state === 'running');
    expect(new Set(seen.map(({ number }) => number)).size).toBe(20);
    const waits = seen.filter(({ state }) => state === 'pending');
    for (const run of waits) {
      expect(run.reason?.code).toBe('waits-for-quota');
      expect(run.waiting?.lacking).toEqual([
        { resource: 'cpu', requested: 0.5, used: 0.5, limit: 0.5 }
      ]);
      expect(run.waiting?.holders.map(({ id }) => id)).toEqual([running?.id]);
    }
    expect(waits.map(run => run.waiting?.position).sort((a = 0, b = 0) => a - b)).toEqual(
      Array.from({ length: 19 }, (_, place) => place)
    );

    // The next in line starts when the one that runs ends, and those that wait end at once.
    const order = [...runs].sort((a, b) => a.number - b.number);
    const next = order.find(({ id }) => id !== running?.id);
    for (const run of order.filter(({ id }) => id !== next?.id && id !== running?.id)) {
      const stopped = await stage.admin.call(operations.training.stopRun, params(run));
      expect(stopped.state).toBe('stopped');
    }
    await stage.admin.call(operations.training.stopRun, { params: { runId: running?.id ?? '' } });
    await stage.watch(look, items =>
      items.some(({ id, state }) => id === next?.id && state === 'running')
    );

    // A raised quota lets the next one start without anything ending.
    const more = await stage.admin.call(operations.training.startRun, {
      params: { trainingId: training.id }
    });
    expect(more.state).toBe('pending');
    await stage.admin.call(operations.projects.update, {
      params: { projectId },
      body: { quotas: [{ resource: 'cpu', limit: '1' }] }
    });
    await stage.watch(look, items => items.every(({ state }) => state !== 'pending'));
    for (const run of await look()) {
      if (run.state === 'running' || run.state === 'starting') {
        await stage.admin.call(operations.training.stopRun, params(run));
      }
    }
  }, 90_000);

  test('what can never fit is refused at once, naming the field', async () => {
    const create = (nodes: number, specId: string) =>
      stage.admin.call(operations.training.create, {
        params: { projectId },
        body: { name: `large ${nodes}`, command: 'true', specId, nodes }
      });
    await expect(create(3, stage.spec.id)).rejects.toMatchObject({
      problem: {
        code: 'never-fits',
        field: 'body.nodes',
        params: { resource: 'cpu', requested: 1.5, limit: 1 }
      }
    });
    const cards = await stage.admin.call(operations.admin.createSpec, {
      body: {
        name: 'many cards',
        model: 'x',
        cpu: 0.5,
        memoryBytes: GIB,
        cards: 64,
        cardResource: 'enflame.com/dtu',
        ib: false,
        roce: false
      }
    });
    await expect(create(1, cards.id)).rejects.toMatchObject({
      problem: {
        code: 'never-fits',
        field: 'body.specId',
        params: { resource: 'requests.enflame.com/dtu', requested: 64, limit: 8 }
      }
    });
  });
});
