import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Database as Sqlite } from 'better-sqlite3';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate, readMigrations, SchemaError, type Migration } from '../../src/db/migrate.ts';
import { openDatabase } from '../../src/db/open.ts';
import { migrationsDirectory } from '../../src/entry.ts';
import { networkFileSystem } from '../../src/files/filesystem.ts';
import { AlreadyRunning, lockDirectory } from '../../src/files/lock.ts';

let directory: string;
let sqlite: Sqlite;
let backups: number;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'topsdl-migrate-'));
  sqlite = openDatabase(join(directory, 'test.db'));
  backups = 0;
});

afterEach(() => {
  sqlite.close();
  rmSync(directory, { recursive: true, force: true });
});

const migration = (tag: string, ...statements: string[]): Migration => ({
  tag,
  statements,
  hash: statements.join()
});

const first = migration('first', 'CREATE TABLE a (id INTEGER PRIMARY KEY)');
const second = migration('second', 'CREATE TABLE b (a INTEGER REFERENCES a (id))');

const run = (...migrations: Migration[]) => migrate(sqlite, migrations, () => backups++);
const tables = () =>
  sqlite
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name IN ('a', 'b', 'c')")
    .pluck()
    .all();

test('what is missing is applied once, after a copy', () => {
  expect(run(first)).toEqual(['first']);
  expect(backups).toBe(0);
  expect(run(first, second)).toEqual(['second']);
  expect(backups).toBe(1);
  expect(run(first, second)).toEqual([]);
  expect(backups).toBe(1);
  expect(tables()).toEqual(['a', 'b']);
});

test('a migration that fails leaves the old schema', () => {
  run(first);
  const broken = migration('broken', 'CREATE TABLE c (id)', 'CREATE TABLE nonsense');
  expect(() => run(first, second, broken)).toThrow();
  expect(tables()).toEqual(['a']);
  expect(sqlite.pragma('foreign_keys', { simple: true })).toBe(1);
  expect(run(first, second)).toEqual(['second']);
});

test('a migration may not leave rows that point nowhere', () => {
  run(first, second);
  const dangling = migration('dangling', 'INSERT INTO b VALUES (7)');
  expect(() => run(first, second, dangling)).toThrow(SchemaError);
  expect(sqlite.prepare('SELECT count(*) FROM b').pluck().get()).toBe(0);
});

test('a schema of a newer or of another version is refused', () => {
  run(first, second);
  expect(() => run(first)).toThrow(/newer version/);
  expect(() => run(first, migration('second', 'CREATE TABLE b (other)'))).toThrow(/unreleased/);
  expect(tables()).toEqual(['a', 'b']);
});

test('the product’s own migrations make a sound database', () => {
  const migrations = readMigrations(migrationsDirectory());
  expect(run(...migrations)).toEqual(migrations.map(({ tag }) => tag));
  expect(sqlite.pragma('integrity_check', { simple: true })).toBe('ok');
  expect(sqlite.pragma('journal_mode', { simple: true })).toBe('wal');
  expect(sqlite.pragma('synchronous', { simple: true })).toBe(2);
});

test('what was there before compute specs said on which machines may be anywhere', () => {
  const all = readMigrations(migrationsDirectory());
  const before = all.slice(
    0,
    all.findIndex(({ tag }) => tag.endsWith('_placement'))
  );
  run(...before);
  sqlite.exec(`
    INSERT INTO compute_specs (id, name, model, cpu, memory_bytes, cards, ib, roce, created_at)
      VALUES ('s', 'Dev', '', 1, 1, 0, 1, 0, 0);
    INSERT INTO trainings (id, project_id, name, spec_id, command, environment, nodes, grace_seconds, created_at)
      VALUES ('t', 'p', 'cats', 's', 'true', '{}', 1, 30, 0);
    INSERT INTO training_runs (id, training_id, project_id, number, configuration, workload_id, attempt, created_at)
      VALUES ('r', 't', 'p', 1, '{"name":"猫","nodes":1}', 'w', 1, 0);
  `);
  run(...all);
  const anywhere = { fabrics: [], nodeSelector: {}, tolerations: [] };
  expect(sqlite.prepare('SELECT node_selector, tolerations FROM compute_specs').get()).toEqual({
    node_selector: '{}',
    tolerations: '[]'
  });
  const kept = sqlite.prepare('SELECT configuration FROM training_runs').pluck().get();
  expect(JSON.parse(String(kept))).toEqual({ name: '猫', nodes: 1, placement: anywhere });
  const columns = sqlite.pragma('table_info(service_versions)') as {
    name: string;
    dflt_value: string | null;
  }[];
  const placement = columns.find(({ name }) => name === 'placement');
  expect(JSON.parse(placement?.dflt_value?.slice(1, -1) ?? '')).toEqual(anywhere);
});

test('network file systems are recognised', () => {
  const probe = (type: number, mounts = '') => ({ type: () => type, mounts: () => mounts });
  expect(networkFileSystem(directory, probe(0x6969))).toBe('NFS');
  expect(networkFileSystem(directory, probe(-11317950))).toBe('CIFS');
  expect(networkFileSystem(directory, probe(0xef53))).toBeUndefined();
  const fuse = 0x65735546;
  expect(
    networkFileSystem(directory, probe(fuse, `x / ext4 rw\nhost: ${directory} fuse.sshfs rw\n`))
  ).toBe('fuse.sshfs');
  expect(
    networkFileSystem(
      directory,
      probe(fuse, `x / fuse.overlayfs rw\nh: /elsewhere fuse.sshfs rw\n`)
    )
  ).toBeUndefined();
  expect(networkFileSystem(directory)).toBeUndefined();
});

test('a directory is one process’s', () => {
  const path = join(directory, 'lock.db');
  const unlock = lockDirectory(path);
  expect(() => lockDirectory(path)).toThrow(AlreadyRunning);
  unlock();
  lockDirectory(path)();
});

test('a directory whose companion is ending is waited for', async () => {
  const path = join(directory, 'lock.db');
  const holder = spawn(process.execPath, [
    '-e',
    `const lock = require(${JSON.stringify(require.resolve('better-sqlite3'))})(process.argv[1]);
     lock.exec('BEGIN EXCLUSIVE');
     console.log('held');
     setTimeout(() => lock.close(), 500);`,
    path
  ]);
  await once(holder.stdout, 'data');
  expect(() => lockDirectory(path)).toThrow(AlreadyRunning);
  lockDirectory(path, 20_000)();
});

test('what drizzle-kit cannot say is in the schema: order by key, and search by trigrams', () => {
  run(...readMigrations(migrationsDirectory()));
  const made = (like: string) =>
    sqlite
      .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE ? ORDER BY name")
      .pluck()
      .all(like);
  expect(made('CREATE TABLE `%WITHOUT ROWID')).toEqual([
    'annotation_history',
    'annotations',
    'image_blocks',
    'label_blocks',
    'label_counts',
    'name_grams'
  ]);
  expect(made('CREATE VIRTUAL TABLE%trigram%')).toEqual(['images_fts']);
});
