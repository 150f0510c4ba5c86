import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';

import type { WorkloadSpec } from '../../src/compute/engine.ts';
import { LocalEngine } from '../../src/compute/local/localEngine.ts';
import { readState } from '../../src/compute/local/stateFile.ts';
import { processesOf } from '../support/processes.ts';
import type { EngineUnderTest } from './conformance/bench.ts';
import { Trial } from './conformance/bench.ts';

jest.setTimeout(60_000);

const root = process.getuid?.() === 0;
const forUsers = root ? test.skip : test;
let dataDirectory: string;
let engine: LocalEngine;
let count = 0;

const trial = (spec: Partial<WorkloadSpec>): Trial => {
  const directory = join(dataDirectory, `d${count++}`);
  mkdirSync(directory);
  return new Trial({ engine, directory: () => directory } as EngineUnderTest, spec);
};

beforeAll(async () => {
  dataDirectory = mkdtempSync(join(tmpdir(), 'topsdl-plain-'));
  engine = await LocalEngine.create({ dataDirectory, isolation: 'plain' });
});
afterAll(async () => {
  await engine.close();
  rmSync(dataDirectory, { recursive: true, force: true });
});

(root ? test : test.skip)('plain processes are not for root', async () => {
  expect((await engine.check()).capabilities.isolation).toBe('none');
  expect(() => trial({})).toThrow(expect.objectContaining({ code: 'program_missing' }) as Error);
});

forUsers(
  'a plain process runs in directories like a node’s, and the engine says what it is',
  async () => {
    const { capabilities } = await engine.check();
    expect(capabilities).toMatchObject({ isolation: 'plain', maxNodes: 1, overlay: false });
    const [read, write] = [join(dataDirectory, 'read'), join(dataDirectory, 'write')];
    mkdirSync(read);
    mkdirSync(write);
    writeFileSync(join(read, 'a'), 'content\n');
    const run = trial({
      command: 'cat /workspace/algorithm/a; echo made > model/m; echo $MINE $SECRET; exit 3',
      env: { MINE: 'yes' },
      mounts: [
        { source: read, target: '/workspace/algorithm', readOnly: true },
        { source: write, target: '/workspace/model', readOnly: false }
      ]
    });
    process.env.SECRET = 'x';
    expect(await run.run()).toMatchObject({ state: 'failed', exitCode: 3 });
    expect(await run.lines()).toEqual(['content', 'yes']);
    expect(readFileSync(join(write, 'm'), 'utf8')).toBe('made\n');
    await run.release();
  }
);

forUsers('a plain process has one node', () => {
  expect(() => trial({ nodes: 2 })).toThrow(
    expect.objectContaining({ code: 'nodes_unsupported', field: 'nodes' }) as Error
  );
});

forUsers('a plain process ends with what it left behind', async () => {
  const run = trial({
    graceMs: 500,
    command: `trap '' TERM; setsid bash -c 'trap "" TERM; sleep 1000' & echo up; sleep 1000; wait`
  });
  await run.submit();
  await run.said('up');
  const session = await engine.exec(run.handle, { command: 'pwd; cat' });
  session.stdin.end('in');
  expect(await text(session.stdout as AsyncIterable<Buffer>)).toMatch(/workspace\nin$/);
  expect((await engine.stats(run.handle)).nodes[0]?.processes).toBeGreaterThan(1);
  await engine.stop(run.handle);
  expect(await run.ended()).toMatchObject({ state: 'stopped' });
  await run.release();
});

forUsers('a plain process whose supervisor was killed ends with its release', async () => {
  const run = trial({ command: 'setsid sleep 1000 & echo up; sleep 1000' });
  await run.submit();
  await run.said('up');
  const lost = run.ended();
  process.kill(readState(String(run.handle.data.directory))?.supervisor.pid ?? 0, 'SIGKILL');
  expect(await lost).toMatchObject({ state: 'lost' });
  await run.release();
  expect(processesOf([`TOPSDL_RUN=${run.handle.runId}`])).toEqual([]);
});
