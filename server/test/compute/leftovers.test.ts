import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';

import type { WorkloadSpec } from '../../src/compute/engine.ts';
import type { LaunchFile } from '../../src/compute/local/launchFile.ts';
import { LocalEngine } from '../../src/compute/local/localEngine.ts';
import { runtimeDirectory } from '../../src/compute/local/paths.ts';
import { RunRecord } from '../../src/compute/local/runRecord.ts';
import { readState } from '../../src/compute/local/stateFile.ts';
import type { EngineUnderTest } from './conformance/bench.ts';
import { Trial } from './conformance/bench.ts';

jest.setTimeout(60_000);

let dataDirectory: string;
let engine: LocalEngine;
let count = 0;

const trial = (spec: Partial<WorkloadSpec>): Trial => {
  const directory = join(dataDirectory, `d${count++}`);
  mkdirSync(directory);
  return new Trial({ engine, directory: () => directory } as EngineUnderTest, spec);
};
const kept = (run: Trial): string => String(run.handle.data.directory);
const running = async (run: Trial): Promise<Trial> => {
  await run.submit();
  await run.until(({ state }) => state === 'running');
  return run;
};
/** What the engine has in places that it shares with everybody. */
const places = (): string[] => {
  const runtime = runtimeDirectory(dataDirectory);
  return existsSync(runtime) ? readdirSync(runtime).filter(name => name !== 'stage') : [];
};

beforeAll(async () => {
  dataDirectory = mkdtempSync(join(tmpdir(), 'topsdl-leftovers-'));
  engine = await LocalEngine.create({ dataDirectory });
});
afterAll(async () => {
  await engine.close();
  rmSync(dataDirectory, { recursive: true, force: true });
  rmSync(runtimeDirectory(dataDirectory), { recursive: true });
});

test('a release leaves the log and nothing else, wherever the control groups were made', async () => {
  const run = await running(trial({ command: 'echo here; sleep 1000' }));
  await run.said('here');
  const { cgroups } = JSON.parse(
    readFileSync(join(kept(run), 'launch.json'), 'utf8')
  ) as LaunchFile;
  await run.release();
  expect(places()).toEqual([]);
  expect(cgroups.filter(({ path }) => existsSync(path))).toEqual([]);
  expect(readdirSync(kept(run)).sort()).not.toEqual(expect.arrayContaining(['node', 'upper']));
  expect(await run.lines()).toEqual(['here']);
});

test('what has no row any more is ended and removed at a start, and nothing else', async () => {
  const known = await running(trial({ command: 'sleep 1000' }));
  const forgotten = await running(
    trial({ kind: 'service', command: `trap '' TERM; setsid sleep 1000 & sleep 1000`, ports: [80] })
  );
  const dead = await running(trial({ command: 'sleep 1000' }));
  const lost = dead.ended();
  process.kill(readState(kept(dead))?.supervisor.pid ?? 0, 'SIGKILL');
  await lost;
  const again = await LocalEngine.create({ dataDirectory });
  const end = forgotten.ended();
  await again.sweep([known.handle]);
  expect((await end).state).toBe('stopped');
  expect(places()).toEqual([known.handle.data.name]);
  expect((await known.observe()).state).toBe('running');
  await again.close();
  await Promise.all([known, forgotten, dead].map(run => run.release()));
});

test('a run ends when what was kept of it is removed: nobody could find it any more', async () => {
  const run = await running(trial({ command: 'setsid sleep 1000 & sleep 1000' }));
  const end = run.ended();
  rmSync(kept(run), { recursive: true });
  expect(await end).toMatchObject({ state: 'lost', reason: { code: 'not_found' } });
  await run.release();
  expect(places()).toEqual([]);
});

test('a state that cannot be written is written later; an end is told when it is', async () => {
  const directory = join(dataDirectory, 'record');
  mkdirSync(directory);
  const record = new RunRecord(directory, 'run', { pid: 1, startTime: 1, bootId: '' });
  const told: string[] = [];
  record.listen(({ state }) => told.push(state));
  const away = `${directory}.away`;
  renameSync(directory, away);
  record.update(all => (all.state = 'running'));
  record.end('succeeded', undefined, 0);
  expect(told).toEqual(['running']);
  renameSync(away, directory);
  await record.final;
  expect(told).toEqual(['running', 'succeeded']);
  expect(readState(directory)).toMatchObject({ state: 'succeeded', exitCode: 0 });
});
