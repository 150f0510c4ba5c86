import { eq } from 'drizzle-orm';
import type { Database as Sqlite } from 'better-sqlite3';
import { setImmediate as turn } from 'node:timers/promises';
import type { Database } from '../db/database.ts';
import { settings } from '../db/table.ts';
import { indexGrams } from './grams.ts';
import { prepared } from './statement-cache.ts';

/**
 * Puts the names of a version's images above `mark` into the indexes of names. The trigrams are one
 * statement for a batch, and no trigger: each statement that has one makes FTS5 write out what it has
 * gathered, which costs ten times the rest.
 */
export function indexNames(db: Sqlite, versionKey: number, mark: number): void {
  prepared(
    db,
    `INSERT INTO images_fts (rowid, name) SELECT key, name FROM images INDEXED BY images_of_version
      WHERE version_key = ? AND key > ? ORDER BY key`
  ).run(versionKey, mark);
  const named = prepared<{ key: number; name: string }>(
    db,
    `SELECT key, name FROM images INDEXED BY images_of_version
      WHERE version_key = ? AND key > ? ORDER BY key`
  ).all(versionKey, mark);
  indexGrams(db, versionKey, named);
}

/** The setting that says up to which key the names were in one piece of the index. */
const MERGED = 'names-merged';

/** Images that came since, beyond which the index is put together again: so many, and this share of all. */
const WORTHWHILE = { images: 10_000, share: 1 / 8 };

/** Pages that are merged in one transaction: a few milliseconds of work. */
const PAGES_A_TURN = 16;

/**
 * Puts the trigram index together after much was imported. Each batch leaves a piece of its own, and a
 * search looks into all of them. The work is in small turns; what a stop leaves is done another time.
 */
export async function mergeNames(db: Database, stopped: () => boolean): Promise<void> {
  // Of all that ever came: the greatest key there is falls when a version is swept.
  const last =
    prepared<number>(db.sqlite, "SELECT seq FROM sqlite_sequence WHERE name = 'images'")
      .pluck()
      .get() ?? 0;
  const row = db.orm.select().from(settings).where(eq(settings.name, MERGED)).get();
  const came = last - Number(row?.value ?? 0);
  if (came < Math.max(WORTHWHILE.images, last * WORTHWHILE.share)) {
    return;
  }
  const merge = prepared(
    db.sqlite,
    `INSERT INTO images_fts (images_fts, rank) VALUES ('merge', ?)`
  );
  const changes = prepared<number>(db.sqlite, 'SELECT total_changes()').pluck();
  // A negative number begins a merge of everything; FTS5 has nothing left to do once it changes no row.
  for (let pages = -PAGES_A_TURN; ; pages = PAGES_A_TURN) {
    const before = changes.get()!;
    db.write(() => merge.run(pages));
    if (changes.get()! - before < 2) {
      break;
    }
    await turn();
    if (stopped()) {
      return;
    }
  }
  db.write(tx =>
    tx
      .insert(settings)
      .values({ name: MERGED, value: String(last) })
      .onConflictDoUpdate({ target: settings.name, set: { value: String(last) } })
      .run()
  );
}
