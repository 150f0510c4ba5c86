import type { Database as Sqlite } from 'better-sqlite3';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncDirectory } from '../files/atomic.ts';
import { databaseOf } from '../files/database.ts';
import { Hold } from '../files/hold.ts';
import { TarFile, type Entry } from '../files/tar-file.ts';
import { packPath } from '../packs/reader.ts';
import { openReader } from './open.ts';

/** What a backup takes along; caches, uploads and logs are made again or not missed. */
const FILES = ['config.toml', 'secret', 'admin-password'] as const;
const TREES = ['sets', 'images', 'runs', 'tasks'] as const;
/** How often the packs of a moment are asked for, should one be rewritten before it is held. */
const TRIES = 100;

/**
 * Copies a data directory into one tar file, also while its companion runs: the database as it is at one
 * moment, and the files that it refers to. `manifest.json`, at the end, has size and SHA-256 of each. To
 * restore, unpack it into an empty directory.
 *
 * Copying takes long, and meanwhile packs are rewritten and objects deleted. So all files are given second
 * names first, which takes seconds, and are copied by these.
 *
 * @returns what was written
 */
export async function writeBackup(
  data: string,
  out: string,
  signal?: AbortSignal
): Promise<{ out: string; files: number; bytes: number }> {
  const part = `${out}.part`;
  const scratch = await mkdtemp(join(dirname(out), '.topsdl-backup-'));
  await Hold.removeLeft(join(data, 'backups'));
  const hold = await Hold.make(data, join(data, 'backups'));
  const archive = new TarFile(part, signal);
  let entries: readonly Entry[];
  try {
    const copy = join(scratch, 'topsdl.db');
    const packs = await copyDatabase(databaseOf(data), copy, hold);
    for (const name of TREES) {
      await hold.addTree(name);
    }
    await archive.addFile(copy, 'db/topsdl.db');
    for (const name of FILES) {
      await archive.addFile(join(data, name), name);
    }
    archive.addDirectory('packs');
    for (const { id, size } of packs) {
      const name = packPath('packs', id);
      // Committed bytes only: what a writer has added since may be cut off again.
      await archive.addFile(join(hold.directory, name), name, size);
    }
    for (const name of TREES) {
      await archive.addTree(hold.directory, name);
    }
    entries = await archive.finish();
    await rename(part, out);
    await syncDirectory(dirname(out));
  } catch (error) {
    await archive.abandon();
    throw error;
  } finally {
    await hold.end();
    await rm(scratch, { recursive: true, force: true });
  }
  return { out, files: entries.length, bytes: entries.reduce((sum, { bytes }) => sum + bytes, 0) };
}

interface Pack {
  readonly id: number;
  readonly size: number;
}

/** Copies the database as it is at one moment, and holds the packs that it has then. */
async function copyDatabase(database: string, copy: string, hold: Hold): Promise<Pack[]> {
  const source = openReader(database);
  try {
    const packs = beginWithPacks(source, hold);
    // In the same transaction: without one, each write of others would make SQLite begin the copy anew.
    await source.backup(copy);
    source.exec('COMMIT');
    return packs;
  } finally {
    source.close();
  }
}

/** Begins a transaction at a moment whose packs could all be held. */
function beginWithPacks(source: Sqlite, hold: Hold): Pack[] {
  const list = source.prepare<[], Pack>('SELECT id, size FROM packs WHERE size > 0 ORDER BY id');
  for (let tries = 0; tries < TRIES; tries++) {
    source.exec('BEGIN');
    const packs = list.all();
    if (packs.every(({ id }) => hold.addFile(packPath('packs', id)))) {
      return packs;
    }
    // One was rewritten between the look and the hold.
    source.exec('ROLLBACK');
  }
  throw new Error(
    'a file of packs/ is missing; the companion’s log has said which when it started'
  );
}
