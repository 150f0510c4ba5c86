import type { Database as Sqlite } from 'better-sqlite3';
import { openLock } from '../db/open.ts';

/** Another companion has the data directory. */
export class AlreadyRunning extends Error {}

/**
 * Takes a data directory for this process. The lock is SQLite's own, held by an open transaction on a
 * file that has no other use: the kernel gives it back however the process ends.
 *
 * @param waitMs how long it may take for another to give it back; this process does nothing meanwhile
 * @returns gives it back
 * @throws AlreadyRunning
 */
export function lockDirectory(path: string, waitMs = 0): () => void {
  let lock: Sqlite | undefined;
  try {
    lock = openLock(path, waitMs);
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
