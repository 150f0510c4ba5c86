import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';

import type { WorkloadObservation, WorkloadSpec } from '../../src/compute/engine.ts';
import { identify } from '../../src/compute/local/identity.ts';
import { LocalEngine } from '../../src/compute/local/localEngine.ts';
import { controlSocket, runtimeDirectory } from '../../src/compute/local/paths.ts';
import { readState } from '../../src/compute/local/stateFile.ts';
import type { EngineUnderTest } from './conformance/bench.ts';
import { Trial } from './conformance/bench.ts';

jest.setTimeout(60_000);

let dataDirectory: string;
let engine: LocalEngine;
let count = 0;

const trial = (spec: Partial<WorkloadSpec> = {}): Trial => {
  const directory = join(dataDirectory, `d${count++}`);
  mkdirSync(directory);
  return new Trial({ engine, directory: () => directory } as EngineUnderTest, spec);
};
const kept = (run: Trial): string => String(run.handle.data.directory);

/** A state as a supervisor writes it that is this very process. */
const stateOf = (run: Trial, state: string): string =>
  JSON.stringify({
    version: 1,
    runId: run.handle.runId,
    state,
    startedAt: Date.now(),
    supervisor: identify(process.pid),
    nodes: []
  });

beforeAll(async () => {
  dataDirectory = mkdtempSync(join(tmpdir(), 'topsdl-attach-'));
  engine = await LocalEngine.create({ dataDirectory });
});
afterAll(async () => {
  await engine.close();
  rmSync(dataDirectory, { recursive: true, force: true });
});

test('what somebody is starting is not absent', async () => {
  const run = trial();
  mkdirSync(kept(run));
  writeFileSync(join(kept(run), 'lock'), '');
  // As a companion leaves it that is killed between the start of a supervisor and its first state.
  const start = `read -r _; mv state.coming state.json; read -r _`;
  writeFileSync(join(kept(run), 'state.coming'), stateOf(run, 'succeeded'));
  const starter = spawn('flock', ['--no-fork', 'lock', 'sh', '-c', `echo locked; ${start}`], {
    cwd: kept(run),
    stdio: ['pipe', 'pipe', 'inherit']
  });
  await once(starter.stdout, 'data');
  const seen = run.observe();
  starter.stdin.write('go\n');
  expect((await seen).state).toBe('succeeded');
  starter.stdin.end();
  await once(starter, 'exit');
});

test('what somebody has given up to start is absent', async () => {
  const run = trial();
  mkdirSync(kept(run));
  writeFileSync(join(kept(run), 'lock'), '');
  const starter = spawn('flock', ['--no-fork', 'lock', 'sh', '-c', 'echo locked; read -r _'], {
    cwd: kept(run),
    stdio: ['pipe', 'pipe', 'inherit']
  });
  await once(starter.stdout, 'data');
  const seen = run.observe();
  starter.stdin.end();
  expect((await seen).state).toBe('absent');
});

test('a supervisor whose socket is there before it listens is heard', async () => {
  const run = trial();
  const sockets = join(runtimeDirectory(dataDirectory), String(run.handle.data.name));
  mkdirSync(kept(run));
  mkdirSync(sockets, { recursive: true });
  writeFileSync(join(kept(run), 'state.json'), stateOf(run, 'running'));
  const path = controlSocket(sockets);
  // A name that leads to a socket on which nobody listens any more.
  const gone = await listen(`${path}.gone`);
  linkSync(`${path}.gone`, path);
  gone.close();
  const observations: WorkloadObservation[] = [];
  const ended = new Promise<void>(resolve => {
    engine.watch(
      seen => {
        observations.push(seen);
        if (seen.state === 'failed') {
          resolve();
        }
      },
      [run.handle]
    );
  });
  expect((await run.observe()).state).toBe('running');
  rmSync(path);
  const supervisor = await listen(path, stateOf(run, 'failed'));
  await ended;
  supervisor.close();
  rmSync(sockets, { recursive: true });
});

test('a supervisor that is halted holds nobody up, and is heard when it goes on', async () => {
  const run = trial({ command: 'sleep 1000' });
  await run.submit();
  await run.until(({ state }) => state === 'running');
  const pid = readState(kept(run))?.supervisor.pid ?? 0;
  process.kill(pid, 'SIGSTOP');
  try {
    const again = await LocalEngine.create({ dataDirectory });
    const [seen] = await again.observe([run.handle]);
    expect(seen?.state).toBe('running');
    const end = run.ended(again);
    process.kill(pid, 'SIGCONT');
    await engine.stop(run.handle, 0);
    expect((await end).state).toBe('stopped');
    await again.close();
  } finally {
    process.kill(pid, 'SIGCONT');
    await run.release();
  }
});

async function listen(path: string, says?: string): Promise<Server> {
  const server = createServer(socket => {
    socket.on('error', () => undefined);
    socket.on('data', () => says && socket.end(`{"kind":"state","state":${says}}\n`));
  });
  server.listen(path);
  await once(server, 'listening');
  return server;
}
