import type { Database as Sqlite } from 'better-sqlite3';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Journal {
  readonly entries: readonly { readonly idx: number; readonly tag: string }[];
}

export interface Migration {
  readonly tag: string;
  readonly statements: readonly string[];
  readonly hash: string;
}

/** The database was made by another version of the product, and nothing here can be done about it. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError';
}

/** Reads the migrations that drizzle-kit wrote, in order. */
export function readMigrations(directory: string): Migration[] {
  const journal = JSON.parse(
    readFileSync(join(directory, 'meta', '_journal.json'), 'utf8')
  ) as Journal;
  return [...journal.entries]
    .sort((a, b) => a.idx - b.idx)
    .map(({ tag }) => {
      const text = readFileSync(join(directory, `${tag}.sql`), 'utf8');
      return {
        tag,
        statements: text
          .split('--> statement-breakpoint')
          .map(part => part.trim())
          .filter(part => part !== ''),
        hash: createHash('sha256').update(text).digest('hex')
      };
    });
}

/**
 * Brings a database to the newest schema. All missing migrations are one transaction: after a crash
 * there is the old schema or the new one.
 *
 * @param backup makes a copy; called before anything changes, and not for an empty database
 * @returns tags of what was applied
 * @throws SchemaError for a schema that is newer than this version, or that was not released
 */
export function migrate(
  sqlite: Sqlite,
  migrations: readonly Migration[],
  backup: () => void
): string[] {
  sqlite.exec(
    `CREATE TABLE IF NOT EXISTS schema_migrations (
       position INTEGER PRIMARY KEY, tag TEXT NOT NULL, hash TEXT NOT NULL, applied_at INTEGER NOT NULL
     )`
  );
  const applied = sqlite
    .prepare<[], { tag: string; hash: string }>(
      'SELECT tag, hash FROM schema_migrations ORDER BY position'
    )
    .all();
  for (const [position, { tag, hash }] of applied.entries()) {
    const known = migrations[position];
    if (!known) {
      throw new SchemaError(
        `the data was written by a newer version of TopsDL (its schema has “${tag}”): install that version, or restore a backup`
      );
    }
    if (known.hash !== hash) {
      throw new SchemaError(
        `the data has the schema “${tag}”, which differs from this version's “${known.tag}”: it was written by an unreleased version`
      );
    }
  }
  const missing = migrations.slice(applied.length);
  if (missing.length === 0) {
    return [];
  }
  if (applied.length > 0) {
    backup();
  }
  // A migration that builds a table anew would otherwise take the rows that point at it along.
  sqlite.pragma('foreign_keys = OFF');
  try {
    const record = sqlite.prepare(
      'INSERT INTO schema_migrations (position, tag, hash, applied_at) VALUES (?, ?, ?, ?)'
    );
    sqlite
      .transaction(() => {
        for (const [index, { tag, hash, statements }] of missing.entries()) {
          for (const statement of statements) {
            sqlite.exec(statement);
          }
          record.run(applied.length + index, tag, hash, Date.now());
        }
        const broken = sqlite.pragma('foreign_key_check') as unknown[];
        if (broken.length > 0) {
          throw new SchemaError(`a migration left ${broken.length} rows that point nowhere`);
        }
      })
      .exclusive();
  } finally {
    sqlite.pragma('foreign_keys = ON');
  }
  return missing.map(({ tag }) => tag);
}
