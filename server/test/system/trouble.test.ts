import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { CompanionEnded, startCompanion } from '@topsdl/testing';
import Driver from 'better-sqlite3';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

// Real processes on a machine that may have others to run.
jest.setTimeout(60_000);

const MAIN = resolve(__dirname, '../../src/main.ts');

let scratch: string;

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'topsdl-trouble-'));
});

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** What a start says that fails, and with which exit code. */
async function failure(dataDir: string, args: string[] = []): Promise<[number | null, string]> {
  const failed = await startCompanion({ dataDir, args }).catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(CompanionEnded);
  const { exitCode, stderr } = failed as CompanionEnded;
  return [exitCode, stderr];
}

function directory(name: string): string {
  const path = join(scratch, name);
  mkdirSync(join(path, 'db'), { recursive: true });
  return path;
}

test('a file in place of the data directory', async () => {
  const path = join(scratch, 'file');
  writeFileSync(path, '');
  expect(await failure(path)).toEqual([1, `${path} is not a directory\n`]);
});

test('an address that is none is not listened on', async () => {
  for (const listen of ['nonsense', '127.0.0.1:99999', ':80', 'a:0', 'http://a:80']) {
    const [code, said] = await failure(directory('elsewhere'), ['--listen', listen]);
    expect([listen, code]).toEqual([listen, 3]);
    expect(said).toContain('--listen: an address such as 0.0.0.0:8444');
  }
});

test('a database that is none', async () => {
  const path = directory('damaged');
  writeFileSync(join(path, 'db', 'topsdl.db'), 'x'.repeat(8192));
  expect(await failure(path)).toEqual([
    1,
    `the database in ${path} is damaged: restore a backup\n`
  ]);
});

test('a schema of a newer version', async () => {
  const path = directory('newer');
  const companion = await startCompanion({ dataDir: path });
  await companion.stop();
  const database = new Driver(join(path, 'db', 'topsdl.db'));
  database.prepare("INSERT INTO schema_migrations VALUES (1000, '1000_teams', 'hash', 0)").run();
  database.close();
  const [exitCode, said] = await failure(path);
  expect(exitCode).toBe(5);
  expect(said).toMatch(/^the data was written by a newer version of TopsDL .*“1000_teams”.*\n$/);
});

test('an address that another program has', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = `127.0.0.1:${(other.address() as AddressInfo).port}`;
  try {
    const [exitCode, said] = await failure(directory('address'), ['--listen', address]);
    expect(exitCode).toBe(1);
    expect(said.split('\n').at(-2)).toBe(`${address} is in use by another program`);
  } finally {
    other.close();
  }
});

test.each([
  [
    'of nothing',
    () => [join(scratch, 'nothing'), join(scratch, 'out.tar')],
    /nothing is no data directory/
  ],
  ['into a directory', () => [directory('some'), scratch], /--out: .* is a directory/],
  [
    'to nowhere',
    () => [directory('some'), join(scratch, 'no', 'out.tar')],
    /--out: there is no directory .*no\n/
  ]
])('a backup %s', (_, paths, reason) => {
  const [data = '', out = ''] = paths();
  if (data.endsWith('some')) {
    writeFileSync(join(data, 'db', 'topsdl.db'), '');
  }
  const before = readdirSync(scratch);
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--conditions=topsdl-source', MAIN, 'backup', '--data', data, '--out', out],
    { encoding: 'utf8' }
  );
  expect(status).toBe(1);
  expect(stderr).toMatch(reason);
  expect(stderr).not.toContain('    at ');
  expect(readdirSync(scratch)).toEqual(before);
});
