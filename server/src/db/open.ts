import type Driver from 'better-sqlite3';
import type { Database as Sqlite } from 'better-sqlite3';
import { createRequire } from 'node:module';

const OLDEST_NODE = 24;

/** Time that a statement waits for another process, such as a backup, in milliseconds. */
const BUSY_TIMEOUT = 5_000;

/**
 * Loads better-sqlite3. Its binary ends in a segmentation fault under an older Node, so the version is
 * looked at first.
 */
function loadDriver(): typeof Driver {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < OLDEST_NODE) {
    throw new Error(`Node ${OLDEST_NODE} or newer is needed; this is ${process.versions.node}`);
  }
  return createRequire(import.meta.url)('better-sqlite3') as typeof Driver;
}

/** Opens the database for reading and writing: WAL, every commit synced, foreign keys enforced. */
export function openDatabase(path: string): Sqlite {
  const Opened = loadDriver();
  const sqlite = new Opened(path, { timeout: BUSY_TIMEOUT });
  sqlite.pragma('journal_mode = WAL');
  sqlite.pragma('synchronous = FULL');
  sqlite.pragma('foreign_keys = ON');
  sqlite.pragma('trusted_schema = OFF');
  sqlite.pragma('cache_size = -65536');
  sqlite.pragma('temp_store = MEMORY');
  sqlite.pragma('journal_size_limit = 67108864');
  return sqlite;
}

/** Opens the database for reading only. */
export function openReader(path: string): Sqlite {
  const Opened = loadDriver();
  const sqlite = new Opened(path, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT });
  sqlite.pragma('query_only = ON');
  sqlite.pragma('cache_size = -32768');
  sqlite.pragma('temp_store = MEMORY');
  return sqlite;
}

/** Opens a small database in rollback mode, for locks. @param timeout how long a lock is waited for, in milliseconds */
export function openLock(path: string, timeout: number): Sqlite {
  const Opened = loadDriver();
  return new Opened(path, { timeout });
}

/** Opens a database of things that can be made again, such as thumbnails: fast rather than durable. */
export function openScratch(path: string): Sqlite {
  const Opened = loadDriver();
  const sqlite = new Opened(path, { timeout: BUSY_TIMEOUT });
  sqlite.pragma('journal_mode = WAL');
  sqlite.pragma('synchronous = OFF');
  sqlite.pragma('cache_size = -8192');
  return sqlite;
}
