import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { operations, type TensorBoard, type TrainingRun } from '@topsdl/contract';
import { withPython } from '../training/python.ts';
import { setStage, type Stage } from '../support/stage.ts';

const WRITE = `python3 -c "
from tensorboardX import SummaryWriter
w = SummaryWriter('/workspace/persistent-model/logs')
for i in range(5):
    w.add_scalar('loss', 1 / (i + 1), i)
    w.add_scalar('progress/total', 5, i)
w.close()
"`;

let stage: Stage;
let run: TrainingRun;
let authorization: string;

beforeAll(async () => {
  stage = await setStage(withPython());
  authorization = `Bearer ${await stage.companion.ownerToken()}`;
  run = await stage.ended((await stage.startRun(await stage.training('curves', WRITE))).id);
}, 90_000);

afterAll(() => stage?.close(), 60_000);

const create = () => stage.owner.call(operations.tensorboard.create, { params: { runId: run.id } });
const get = (tensorboardId: string) =>
  stage.owner.call(operations.tensorboard.get, { params: { tensorboardId } });
const fetch = (path: string, headers: Record<string, string> = { authorization }) =>
  stage.companion.fetch(path, { headers, redirect: 'manual' });

async function becomes(id: string, state: TensorBoard['state']): Promise<TensorBoard> {
  const board = await stage.watch(
    () => get(id),
    each => each.state === state
  );
  return board;
}

test('curves and progress come from the event files', async () => {
  const { series } = await stage.owner.call(operations.training.metrics, {
    params: { runId: run.id }
  });
  expect(series.map(({ tag, steps, values }) => ({ tag, steps, last: values.at(-1) }))).toEqual([
    { tag: 'logs/loss', steps: [0, 1, 2, 3, 4], last: Math.fround(0.2) }
  ]);
  const settled = await stage.until(run.id, each => each.progress !== null);
  expect(settled.progress).toEqual({ step: 4, total: 5 });
});

test('starts once, shows the run to those who may see it, dies visibly and starts anew', async () => {
  const [board, again] = await Promise.all([create(), create()]);
  expect(again.id).toBe(board.id);
  await becomes(board.id, 'running');
  const params = { projectId: stage.projectId };
  const { running } = await stage.owner.call(operations.projects.overview, { params });
  expect(running).toMatchObject([
    { kind: 'tensorboard', id: board.id, subjectId: run.id, role: null }
  ]);

  const page = await fetch(board.path);
  expect(page.status).toBe(200);
  expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'self'");
  expect(page.headers.get('content-security-policy')).not.toContain('http');
  expect(page.headers.get('cache-control')).toBe('private, no-cache');
  expect(await page.text()).toContain('tb-relative-root');
  const tags = await fetch(`${board.path}data/plugin/scalars/tags`);
  expect(await tags.json()).toMatchObject({ logs: { loss: {} } });

  expect((await fetch(board.path.slice(0, -1))).headers.get('location')).toBe(`${board.id}/`);
  expect((await fetch(board.path, {})).status).toBe(401);
  const stranger = await stage.member('stranger');
  expect((await fetch(board.path, { authorization: stranger })).status).toBe(404);
  expect((await fetch(`/tensorboards/${board.id}x/`)).status).toBe(404);
  const foreign = { authorization, origin: 'http://elsewhere.example' };
  const posted = await stage.companion.fetch(`${board.path}data/x`, {
    method: 'POST',
    headers: foreign
  });
  expect(posted.status).toBe(403);

  await stage.owner.call(operations.tensorboard.stop, { params: { tensorboardId: board.id } });
  expect(await becomes(board.id, 'stopped')).toMatchObject({ reason: { code: 'stopped-by' } });
  expect((await fetch(board.path)).status).toBe(503);

  expect((await create()).id).toBe(board.id);
  await becomes(board.id, 'running');
  await stage.owner.call(operations.training.deleteRun, { params: { runId: run.id } });
  await expect(get(board.id)).rejects.toMatchObject({ problem: { code: 'not-found' } });
}, 90_000);

test('says why it did not start', async () => {
  const plain = await setStage();
  try {
    const training = await plain.training('nothing', 'touch /workspace/persistent-model/x');
    const { id } = await plain.ended((await plain.startRun(training)).id);
    const { id: tensorboardId } = await plain.owner.call(operations.tensorboard.create, {
      params: { runId: id }
    });
    const board = await plain.watch(
      () => plain.owner.call(operations.tensorboard.get, { params: { tensorboardId } }),
      each => each.state === 'failed' && each.reason?.code === 'tensorboard-failed'
    );
    expect(board.reason?.detail).toMatch(/No module named/);
  } finally {
    await plain.close();
  }
}, 90_000);
