import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';

import { writableCgroups } from '../../src/compute/local/cgroups.ts';
import { makeSshKeyPair } from '../../src/compute/local/keys.ts';
import { LocalEngine } from '../../src/compute/local/localEngine.ts';
import { runtimeDirectory } from '../../src/compute/local/paths.ts';
import { projectUid } from '../../src/compute/local/projectUid.ts';
import type { EngineUnderTest } from './conformance/bench.ts';
import { Trial } from './conformance/bench.ts';

jest.setTimeout(60_000);

let base: string;

beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'topsdl-machine-'));
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

test('a key pair is one that ssh-keygen reads', () => {
  const pair = makeSshKeyPair('a comment');
  const path = join(base, 'key');
  writeFileSync(path, pair.privateKey, { mode: 0o600 });
  const derived = execFileSync('ssh-keygen', ['-y', '-f', path], { encoding: 'utf8' });
  expect(derived.trim()).toBe(pair.publicKey.trim());
});

test('sockets have short paths, however long the data directory’s is', async () => {
  const dataDirectory = join(base, 'a, b: c', 'd'.repeat(200), 'e'.repeat(120));
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  const runtime = runtimeDirectory(dataDirectory);
  expect(runtime.length).toBeLessThan(70);
  expect(statSync(runtime).mode & 0o077).toBe(process.getuid?.() === 0 ? 0o011 : 0);
  const engine = await LocalEngine.create({ dataDirectory });
  const source = join(dataDirectory, 'source');
  mkdirSync(source);
  writeFileSync(join(source, 'a'), 'lower');
  const run = new Trial(
    { engine, directory: () => join(dataDirectory, 'run') } as EngineUnderTest,
    {
      command: 'cat data/a; echo x > data/a',
      mounts: [{ source, target: '/workspace/data', readOnly: false, overlay: true }]
    }
  );
  expect(await run.run()).toMatchObject({ state: 'succeeded' });
  expect(await run.lines()).toEqual(['lower']);
  expect(readFileSync(join(source, 'a'), 'utf8')).toBe('lower');
  await run.release();
  await engine.close();
});

test('a project keeps its uid, and it is never root’s', () => {
  const config = { dataDirectory: base };
  expect(projectUid(config, 'a')).toBe(projectUid(config, 'a'));
  expect(projectUid(config, 'a')).not.toBe(projectUid(config, 'b'));
  const few = { dataDirectory: base, projectUids: { first: 5000, count: 10 } };
  for (const id of ['a', 'b', 'c']) {
    expect(projectUid(few, id)).toBeGreaterThanOrEqual(5000);
    expect(projectUid(few, id)).toBeLessThan(5010);
  }
});

test('groups are used where they can be made, and nothing is assumed elsewhere', () => {
  // A directory is no control group: making one in it gives no `cgroup.procs`.
  const point = join(base, 'cgroup');
  mkdirSync(join(point, 'user.slice/app'), { recursive: true });
  writeFileSync(join(point, 'user.slice/app/cgroup.controllers'), 'memory pids');
  const mounts = `30 23 0:26 / ${point} rw - cgroup2 cgroup2 rw\n31 23 0:27 / ${point} rw - cgroup cgroup rw,memory`;
  expect(writableCgroups(mounts, '0::/user.slice/app\n4:memory:/user.slice')).toEqual([]);
  expect(writableCgroups('', '')).toEqual([]);
});

test('what the machine lacks is named with the line that installs it', async () => {
  const engine = await LocalEngine.create({ dataDirectory: base });
  const check = await engine.check();
  for (const item of check.missing) {
    expect(item.install).toMatch(/^apt-get install -y [a-z-]+$/);
  }
  expect(check.capacity.cpu).toBeGreaterThan(0);
  await engine.close();
});
