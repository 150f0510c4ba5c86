import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';

import { GIVEN, KEPT, PROGRAM, runFiles } from '../../../src/compute/volcano/places.ts';

jest.setTimeout(30_000);

const NODE = join(__dirname, '../../../src/compute/volcano/node');
const RUN = {
  argv: ['/bin/bash', '-c', 'echo up; sleep 1000'],
  env: {},
  workingDirectory: '/',
  nodes: [hostname()],
  slots: 1,
  ports: [],
  layer: false,
  readyTimeoutMs: 10_000,
  logLimitBytes: 1 << 20,
  maxProcesses: 1000
};

let directory: string;
let files: ReturnType<typeof runFiles>;
let sandbox: ChildProcess | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'topsdl-asked-'));
  files = runFiles(directory);
  for (const made of [files.given, files.logs]) {
    mkdirSync(made, { recursive: true });
  }
});

afterEach(() => {
  sandbox?.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

/** Starts the program of a node as the first process of a sandbox, as that of a pod is. */
async function begin(): Promise<{ pid: number; over: Promise<unknown[]> }> {
  const bwrap = spawn(
    'bwrap',
    [
      ...[
        '--unshare-pid',
        '--as-pid-1',
        '--die-with-parent',
        '--info-fd',
        '3',
        '--dev-bind',
        '/',
        '/'
      ],
      ...[
        '--proc',
        '/proc',
        '--tmpfs',
        '/run',
        '--tmpfs',
        '/etc',
        '--dir',
        '/etc/mpi',
        '--tmpfs',
        '/opt'
      ],
      ...['--ro-bind', NODE, PROGRAM, '--ro-bind', files.given, GIVEN, '--bind', files.kept, KEPT],
      ...['python3', '-I', '-S', PROGRAM, 'master']
    ],
    { stdio: ['ignore', 'inherit', 'inherit', 'pipe'] }
  );
  sandbox = bwrap;
  const over = once(bwrap, 'exit');
  const info = bwrap.stdio[3];
  if (info === null || info === undefined || !('readable' in info)) {
    throw new Error('bwrap has no such output');
  }
  let text = '';
  for await (const line of createInterface({ input: info })) {
    text += line;
  }
  return { pid: (JSON.parse(text) as { 'child-pid': number })['child-pid'], over };
}

const record = (): unknown =>
  JSON.parse(readFileSync(join(files.kept, `${hostname()}.record.json`), 'utf8'));

test('a node that is told to end while it begins does not run its command', async () => {
  // A node begins with what it is given: it gets no further before there is something in the pipe.
  const given = files.run;
  execFileSync('mkfifo', [given]);
  const { pid, over } = await begin();
  const pipe = await open(given, 'w');
  process.kill(pid, 'SIGTERM');
  await pipe.writeFile(JSON.stringify(RUN));
  await pipe.close();
  expect(await over).toEqual([143, null]);
  expect(record()).toMatchObject({ ended: 'stopped', exitCode: 143 });
});

test('nor does one whose end was asked for before it began', async () => {
  writeFileSync(files.run, JSON.stringify(RUN));
  writeFileSync(files.stopped, '{}');
  const { over } = await begin();
  expect(await over).toEqual([143, null]);
  expect(record()).toMatchObject({ ended: 'stopped', exitCode: 143 });
});
