import type { Database as Sqlite } from 'better-sqlite3';
import { rmSync } from 'node:fs';
import { openScratch } from '../db/open.ts';

/** A picture whose use was noted less than this ago is not noted again, in milliseconds. */
const NOTE_AFTER = 3600 * 1000;

/**
 * Small pictures on disk by name, the least recently used ones given up beyond a size. It is one
 * SQLite file, in which a picture of a few kilobytes is found faster than in a file of its own; it can
 * be deleted at any time, and is made anew when it is damaged.
 */
export class PictureCache {
  readonly #sqlite: Sqlite;
  readonly #limit: number;
  #bytes: number;

  constructor(path: string, limit: number) {
    this.#sqlite = openOrReplace(path);
    this.#limit = limit;
    this.#bytes = this.#sqlite
      .prepare<[], { bytes: number }>('SELECT coalesce(sum(bytes), 0) AS bytes FROM pictures')
      .get()!.bytes;
  }

  /** The picture, or `null` if it is known that there is none to be had. */
  get(name: string, now: number = Date.now()): Buffer | null | undefined {
    if (!this.#sqlite.open) {
      return undefined;
    }
    const row = this.#sqlite
      .prepare<[string], { content: Buffer; used: number }>(
        'SELECT content, used FROM pictures WHERE name = ?'
      )
      .get(name);
    if (row && now - row.used > NOTE_AFTER) {
      this.#sqlite.prepare('UPDATE pictures SET used = ? WHERE name = ?').run(now, name);
    }
    return row && (row.content.length > 0 ? row.content : null);
  }

  set(name: string, content: Buffer | null, now: number = Date.now()): void {
    if (!this.#sqlite.open) {
      return;
    }
    const bytes = content?.length ?? 0;
    const { changes } = this.#sqlite
      .prepare('INSERT OR IGNORE INTO pictures (name, used, bytes, content) VALUES (?, ?, ?, ?)')
      .run(name, now, bytes, content ?? Buffer.alloc(0));
    if (changes > 0) {
      this.#bytes += bytes;
      if (this.#bytes > this.#limit) {
        this.#evict();
      }
    }
  }

  /** Gives up a tenth of the limit, so that it is not done for every picture. */
  #evict(): void {
    const oldest = this.#sqlite.prepare<[], { name: string; bytes: number }>(
      'SELECT name, bytes FROM pictures ORDER BY used LIMIT 500'
    );
    const remove = this.#sqlite.prepare('DELETE FROM pictures WHERE name = ?');
    while (this.#bytes > this.#limit * 0.9) {
      const rows = oldest.all();
      if (rows.length === 0) {
        return;
      }
      this.#sqlite.transaction(() => {
        for (const row of rows) {
          if (this.#bytes > this.#limit * 0.9) {
            remove.run(row.name);
            this.#bytes -= row.bytes;
          }
        }
      })();
    }
  }

  /** Requests that are still answered find nothing and keep nothing. */
  close(): void {
    this.#sqlite.close();
  }
}

const SCHEMA = `CREATE TABLE IF NOT EXISTS pictures (
    name TEXT PRIMARY KEY, used INTEGER NOT NULL, bytes INTEGER NOT NULL, content BLOB NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS pictures_used ON pictures (used, bytes);`;

function openOrReplace(path: string): Sqlite {
  try {
    const sqlite = openScratch(path);
    sqlite.exec(SCHEMA);
    return sqlite;
  } catch {
    for (const suffix of ['', '-wal', '-shm']) {
      rmSync(path + suffix, { force: true });
    }
    const sqlite = openScratch(path);
    sqlite.exec(SCHEMA);
    return sqlite;
  }
}
