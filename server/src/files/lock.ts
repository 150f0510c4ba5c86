import type { Database as Sqlite } from 'better-sqlite3';
import { openLock } from '../db/open.ts';

/** Another companion has the data directory. */
export class AlreadyRunning extends Error {}

/**
 * Takes a data directory for this process. The lock is SQLite's own, held by an open transaction on a
 * file that has no other use: the kernel gives it back however the process ends.
 *
 * @returns gives it back
 */
export function lockDirectory(path: string): () => void {
  let lock: Sqlite | undefined;
  try {
    lock = openLock(path);
    lock.pragma('journal_mode = MEMORY');
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock?.close();
    if (String((error as { code?: string }).code).startsWith('SQLITE_BUSY')) {
      throw new AlreadyRunning('another companion uses this data directory', { cause: error });
    }
    throw error;
  }
  const held = lock;
  return () => held.close();
}
