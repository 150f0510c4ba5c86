import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import type { Database } from '../../src/db/database.ts';
import { startDatabase } from '../../src/db/start.ts';
import { DataDirectory } from '../../src/files/layout.ts';

export interface Stage {
  readonly files: DataDirectory;
  readonly db: Database;
  close(): Promise<void>;
}

export const silent = pino({ level: 'silent' });

/** A database with the real schema in a temporary data directory. */
export function openStage(): Stage {
  const files = new DataDirectory(mkdtempSync(join(tmpdir(), 'topsdl-db-')));
  const db = startDatabase(files, 1, silent);
  return {
    files,
    db,
    async close() {
      await db.close();
      rmSync(files.root, { recursive: true, force: true });
    }
  };
}
