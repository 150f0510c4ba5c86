import type { Logger } from 'pino';
import { readdirSync, rmSync } from 'node:fs';
import { migrationsDirectory } from '../entry.ts';
import { networkFileSystem } from '../files/filesystem.ts';
import type { DataDirectory } from '../files/layout.ts';
import { Trouble } from '../trouble.ts';
import { Database } from './database.ts';
import { migrate, readMigrations } from './migrate.ts';
import { openDatabase } from './open.ts';

/** Copies of the database from before migrations that are kept. */
const BACKUPS_KEPT = 5;

/** Opens the database of a data directory and brings its schema up to date. */
export function startDatabase(files: DataDirectory, readers: number, log: Logger): Database {
  const { databaseDirectory } = files;
  const remote = networkFileSystem(databaseDirectory);
  if (remote !== undefined) {
    throw new Trouble(
      `${databaseDirectory} is on a network file system (${remote}), where SQLite's locks do not hold; choose a local directory, for the database alone by database.directory`
    );
  }
  const path = files.database;
  const sqlite = openDatabase(path);
  try {
    const applied = migrate(sqlite, readMigrations(migrationsDirectory()), () => {
      const copy = files.path('backups', `before-migration-${Date.now()}.db`);
      sqlite.prepare('VACUUM INTO ?').run(copy);
      log.info({ copy }, 'copied the database before its migration');
      removeOldCopies(files);
    });
    if (applied.length > 0) {
      log.info({ applied }, 'migrated the database');
    }
    files.rememberDatabase();
  } catch (error) {
    sqlite.close();
    throw error;
  }
  return new Database({
    path,
    sqlite,
    readers,
    onAfterCommitError: error => log.error({ err: error }, 'an action after a commit failed')
  });
}

function removeOldCopies(files: DataDirectory): void {
  const copies = readdirSync(files.path('backups'))
    .filter(name => /^before-migration-\d+\.db$/.test(name))
    .sort();
  for (const name of copies.slice(0, -BACKUPS_KEPT)) {
    rmSync(files.path('backups', name), { force: true });
  }
}
