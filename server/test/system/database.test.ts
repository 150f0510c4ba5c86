import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { operations } from '@topsdl/contract';
import { CompanionEnded, startCompanion, type Companion } from '@topsdl/testing';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

// Real processes on a machine that may have others to run.
jest.setTimeout(60_000);

const MAIN = resolve(__dirname, '../../src/main.ts');

let scratch: string;
let dataDir: string;
let local: string;
let companion: Companion;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'topsdl-database-'));
  dataDir = join(scratch, 'shared');
  local = join(scratch, 'local', 'db');
  companion = await startCompanion({ dataDir, env: { TOPSDL_DATABASE_DIRECTORY: local } });
  await (await companion.owner()).call(operations.account.createToken, { body: { name: 'kept' } });
}, 60_000);

afterAll(async () => {
  await companion.stop();
  rmSync(scratch, { recursive: true, force: true });
});

/** What a start says that fails. */
async function failure(directory: string, database?: string): Promise<[number | null, string]> {
  const env = database === undefined ? {} : { TOPSDL_DATABASE_DIRECTORY: database };
  const failed = await startCompanion({ dataDir: directory, env }).catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(CompanionEnded);
  const { exitCode, stderr } = failed as CompanionEnded;
  return [exitCode, stderr];
}

async function tokens(of: Companion): Promise<string[]> {
  const { items } = await (await of.owner()).call(operations.account.listTokens, {});
  return items.map(({ name }) => name);
}

test('the database is in a directory of its own, with its lock and all other databases', () => {
  expect(readdirSync(join(dataDir, 'db'))).toEqual(['elsewhere']);
  expect(readdirSync(join(dataDir, 'cache'))).not.toContain('thumbnails.db');
  expect(readdirSync(local)).toEqual(
    expect.arrayContaining(['lock.db', 'thumbnails.db', 'topsdl.db', 'topsdl.db-wal'])
  );
  expect(statSync(local).mode & 0o777).toBe(0o700);
});

test('another companion on the same database is refused, whatever its data directory', async () => {
  const [code, said] = await failure(join(scratch, 'second'), local);
  expect([code, said]).toEqual([4, 'another companion uses this data directory\n']);
});

test('the directory is an absolute path', async () => {
  const [code, said] = await failure(join(scratch, 'third'), 'db');
  expect(code).toBe(3);
  expect(said).toContain('TOPSDL_DATABASE_DIRECTORY: an absolute path');
});

test('a backup has the database, and is restored to where the setting says', async () => {
  const out = join(scratch, 'backup.tar');
  const command = ['--conditions=topsdl-source', MAIN, 'backup', '--data', dataDir, '--out', out];
  execFileSync(process.execPath, command);
  const restored = join(scratch, 'restored');
  const place = join(scratch, 'restored-db');
  mkdirSync(restored, { mode: 0o700 });
  mkdirSync(place);
  execFileSync('tar', ['-xf', out, '-C', restored]);

  expect(await failure(restored, place)).toEqual([
    1,
    `the database of ${restored} is in ${join(restored, 'db')}: move topsdl.db and what else begins with this name to ${place}, or leave out database.directory\n`
  ]);
  renameSync(join(restored, 'db', 'topsdl.db'), join(place, 'topsdl.db'));
  const second = await startCompanion({
    dataDir: restored,
    env: { TOPSDL_DATABASE_DIRECTORY: place }
  });
  try {
    expect(await tokens(second)).toContain('kept');
  } finally {
    await second.stop();
  }
});

test('without its database a data directory is not taken for a new one', async () => {
  await companion.stop();
  const other = join(scratch, 'other');
  const own = join(dataDir, 'db');
  expect(await failure(dataDir)).toEqual([
    1,
    `the database of ${dataDir} is in ${local}: set database.directory to it, or move its files to ${own} and remove ${join(own, 'elsewhere')}\n`
  ]);
  expect(await failure(dataDir, other)).toEqual([
    1,
    `the database of ${dataDir} was in ${local}, and there is none in ${other}: set database.directory to where it is, or restore a backup\n`
  ]);
  expect(existsSync(join(other, 'topsdl.db'))).toBe(false);

  renameSync(local, other);
  companion = await startCompanion({ dataDir, env: { TOPSDL_DATABASE_DIRECTORY: `${other}/` } });
  expect(await tokens(companion)).toContain('kept');
});
