import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openReader } from '../../src/db/open.ts';

let data: string;
let child: ChildProcess | undefined;

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'topsdl-tasks-'));
});

afterEach(async () => {
  await end('SIGKILL');
  rmSync(data, { recursive: true, force: true });
});

interface Said {
  running?: string;
  from?: number;
  ended?: string;
  state?: string;
  problem?: string | null;
}

/** Starts the runner's process. @returns what it says, as it says it */
function start(...order: { kind: string; count: number; fail?: boolean; stuck?: number }[]) {
  const started = spawn(
    process.execPath,
    ['--conditions=topsdl-source', join(__dirname, 'process.ts'), data, JSON.stringify(order)],
    { stdio: ['pipe', 'pipe', 'inherit'] }
  );
  child = started;
  const said: Said[] = [];
  const waiting = new Set<() => void>();
  createInterface(started.stdout).on('line', line => {
    said.push(JSON.parse(line) as Said);
    waiting.forEach(wake => wake());
  });
  return async (accepts: (line: Said) => boolean): Promise<Said> => {
    for (;;) {
      const found = said.find(accepts);
      if (found) {
        return found;
      }
      await new Promise<void>(resolve => waiting.add(resolve));
    }
  };
}

async function end(signal: NodeJS.Signals): Promise<void> {
  if (child && child.exitCode === null && child.signalCode === null) {
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }
}

interface Row {
  id: string;
  state: string;
  done: number;
  total: number;
  problem_code: string | null;
}

function read<T>(sql: string): T[] {
  const sqlite = openReader(join(data, 'db', 'topsdl.db'));
  try {
    return sqlite.prepare<[], T>(sql).all();
  } finally {
    sqlite.close();
  }
}

const tasks = () => read<Row>('SELECT * FROM tasks ORDER BY id');
const numbers = () => read<{ n: number }>('SELECT n FROM numbers ORDER BY n').map(({ n }) => n);
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

test('a task that is killed again and again goes on from its checkpoint and does nothing twice', async () => {
  const order = [{ kind: 'dataset-import', count: 120 }];
  let said = start(...order);
  const { running } = await said(line => line.running !== undefined);
  const seed = Date.now() % 2 ** 31;
  let random = seed;
  for (let i = 0; i < 4; i++) {
    random = (random * 1103515245 + 12345) % 2 ** 31;
    await new Promise(resolve => setTimeout(resolve, 20 + (random % 120)));
    await end('SIGKILL');
    said = start();
    const again = await said(line => line.running !== undefined || line.ended !== undefined);
    expect([seed, again.running ?? again.ended]).toEqual([seed, running]);
  }
  expect(await said(line => line.ended === running)).toMatchObject({ state: 'completed' });
  expect(numbers()).toEqual(upTo(120));
  expect(tasks()).toMatchObject([{ state: 'completed', done: 120, total: 120 }]);
}, 60_000);

test('a task that cannot go on ends as interrupted, undone', async () => {
  let said = start({ kind: 'dataset-export', count: 1000 });
  const { running } = await said(line => line.running !== undefined);
  await end('SIGKILL');
  said = start();
  expect(await said(line => line.ended === running)).toMatchObject({
    state: 'failed',
    problem: 'task-interrupted'
  });
  expect(numbers()).toEqual([]);
}, 60_000);

test('an end that cannot be written is tried again later, as after a restart', async () => {
  const said = start({ kind: 'dataset-import', count: 3, stuck: 2 });
  const { running } = await said(line => line.running !== undefined);
  expect(await said(line => line.ended === running)).toMatchObject({ state: 'completed' });
  await end('SIGTERM');
  expect(tasks()).toMatchObject([{ state: 'completed' }]);
  expect(numbers()).toEqual(upTo(3));
}, 60_000);

test('a polite end interrupts, and the next start goes on', async () => {
  let said = start({ kind: 'dataset-import', count: 60 });
  const { running } = await said(line => line.running !== undefined);
  await end('SIGTERM');
  expect(tasks()).toMatchObject([{ state: 'running' }]);
  said = start();
  await said(line => line.ended === running);
  expect(numbers()).toEqual(upTo(60));
  await end('SIGTERM');
  const log = readFileSync(join(data, 'tasks', `${running}.log`), 'utf8');
  expect(log).toMatch(/Begins\.\n[^]*Interrupted[^]*Goes on after a restart\.\n[^]*Completed\.\n$/);
}, 60_000);

test('cancelling ends a running and a waiting task, and undoes them', async () => {
  const said = start(
    { kind: 'dataset-import', count: 5000 },
    { kind: 'dataset-import', count: 5000 }
  );
  const { running } = await said(line => line.running !== undefined);
  const [first, second] = tasks();
  expect(first!.id).toBe(running);
  expect(second!.state).toBe('queued');
  for (const { id } of [second!, first!]) {
    child!.stdin!.write(`${id}\n`);
    expect(await said(line => line.ended === id)).toMatchObject({ state: 'cancelled' });
  }
  expect(numbers()).toEqual([]);
}, 60_000);

test('a failure is told with its reason, and what was begun is undone', async () => {
  const said = start({ kind: 'dataset-import', count: 3, fail: true });
  expect(await said(line => line.ended !== undefined)).toMatchObject({
    state: 'failed',
    problem: 'task-failed'
  });
  expect(numbers()).toEqual([]);
  const log = tasks()[0]!;
  expect(readFileSync(join(data, 'tasks', `${log.id}.log`), 'utf8')).toContain('number 2');
}, 60_000);
