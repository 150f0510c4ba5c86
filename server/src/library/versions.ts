import type { Database as Sqlite } from 'better-sqlite3';
import { setImmediate as turn } from 'node:timers/promises';
import type { Database } from '../db/database.ts';
import { newId } from '../db/ids.ts';
import { adjustLabelCounts } from './annotate.ts';
import { countCopied, removeBlocks } from './blocks.ts';
import { removeGrams } from './grams.ts';
import { indexNames } from './names.ts';
import { discardStaged, lastImageKey, removeImages } from './staging.ts';
import { prepared } from './statement-cache.ts';

/** Rows that are copied or removed in one transaction: few enough that nobody waits for it. */
const CHUNK = 2000;

/** Gives the connection the SQL function that copies of rows take their ids from. */
export function registerFunctions(sqlite: Sqlite): void {
  sqlite.function('new_id', { directOnly: true }, () => newId());
}

/** The counters of a version, or what is added to them. */
export interface Counters {
  total: number;
  unlabeled: number;
  labeled: number;
  cleaned: number;
  bytes: number;
}

const COUNTERS = `count(*) AS total, coalesce(sum(i.state = 0), 0) AS unlabeled,
  coalesce(sum(i.state = 1), 0) AS labeled, coalesce(sum(i.state = 2), 0) AS cleaned,
  coalesce(sum(c.length), 0) AS bytes`;

/**
 * Copies the images and shapes of a version into a hidden one, rows only, and shows it. What fits one
 * chunk is one transaction; more is copied in several, between which others may write, and the
 * counters are those of what was copied.
 */
export async function copyVersion(
  db: Database,
  base: { readonly key: number; readonly visibleKey: number },
  target: number,
  chunk = CHUNK
): Promise<void> {
  let after = 0;
  for (;;) {
    const next = db.write(() => copyChunk(db.sqlite, base, target, after, chunk));
    if (next === undefined) {
      break;
    }
    after = next;
    await turn();
  }
}

function copyChunk(
  db: Sqlite,
  base: { readonly key: number; readonly visibleKey: number },
  target: number,
  after: number,
  chunk: number
): number | undefined {
  const upto = prepared<{ key: number | null }>(
    db,
    `SELECT max(key) AS key FROM (SELECT i.key FROM images i INDEXED BY images_of_version
      WHERE i.version_key = ? AND i.key > ? AND i.key <= ? ORDER BY i.key LIMIT ?)`
  ).get(base.key, after, base.visibleKey, chunk)?.key;
  if (upto === null || upto === undefined) {
    return undefined;
  }
  const mark = lastImageKey(db);
  prepared(
    db,
    `INSERT INTO images
      (id, version_key, content_key, name, format, width, height, orientation, state, revision)
      SELECT new_id(), ?, content_key, name, format, width, height, orientation, state, 0
      FROM images INDEXED BY images_of_version WHERE version_key = ? AND key > ? AND key <= ? ORDER BY key`
  ).run(target, base.key, after, upto);
  prepared(
    db,
    `UPDATE contents SET refs = refs + 1 WHERE key IN (
      SELECT content_key FROM images INDEXED BY images_of_version WHERE version_key = ? AND key > ?)`
  ).run(target, mark);
  indexNames(db, target, mark);
  // Contents are unique in a version, so they pair the copies with their originals.
  prepared(
    db,
    `INSERT INTO annotations
      (image_key, ordinal, version_key, label_key, kind, geometry, source, score, by_key, at)
      SELECT n.key, a.ordinal, n.version_key, a.label_key, a.kind, a.geometry, a.source, a.score, a.by_key, a.at
      FROM images n CROSS JOIN images o ON o.version_key = ? AND o.content_key = n.content_key
      CROSS JOIN annotations a ON a.image_key = o.key
      WHERE n.version_key = ? AND n.key > ?`
  ).run(base.key, target, mark);
  const counters = prepared<Counters & { last: number }>(
    db,
    `SELECT ${COUNTERS}, max(i.key) AS last FROM images i CROSS JOIN contents c ON c.key = i.content_key
      WHERE i.version_key = ? AND i.key > ?`
  ).get(target, mark)!;
  adjustLabelCounts(db, target, labelTotals(db, target, mark));
  countCopied(db, target, mark);
  addCounters(db, target, counters, 1);
  prepared(db, 'UPDATE dataset_versions SET visible_key = ? WHERE key = ?').run(
    counters.last,
    target
  );
  return upto;
}

/** Images per label above a key. */
function labelTotals(db: Sqlite, versionKey: number, after: number): [number, number][] {
  return prepared<{ label: number; images: number }>(
    db,
    `SELECT a.label_key AS label, count(DISTINCT a.image_key) AS images
      FROM images i INDEXED BY images_of_version CROSS JOIN annotations a ON a.image_key = i.key
      WHERE i.version_key = ? AND i.key > ? GROUP BY a.label_key`
  )
    .all(versionKey, after)
    .map(row => [row.label, row.images]);
}

/** Adds to a version's counters, or takes away with `sign` −1. */
export function addCounters(
  db: Sqlite,
  versionKey: number,
  counters: Counters,
  sign: 1 | -1
): void {
  prepared(
    db,
    `UPDATE dataset_versions SET total = total + ?, unlabeled = unlabeled + ?, labeled = labeled + ?,
      cleaned = cleaned + ?, bytes = bytes + ? WHERE key = ?`
  ).run(
    sign * counters.total,
    sign * counters.unlabeled,
    sign * counters.labeled,
    sign * counters.cleaned,
    sign * counters.bytes,
    versionKey
  );
}

/**
 * Takes images out of a version with everything that hangs on them. Call it inside a transaction.
 *
 * @returns the keys that were there; ids of other versions are passed over
 */
export function deleteImages(
  db: Sqlite,
  versionKey: number,
  imageIds: readonly string[],
  now: number
): number[] {
  const list = JSON.stringify(imageIds);
  const keys = prepared<{ key: number }>(
    db,
    `SELECT DISTINCT i.key FROM json_each(?) j CROSS JOIN images i ON i.id = j.value
      JOIN dataset_versions v ON v.key = i.version_key WHERE i.version_key = ? AND i.key <= v.visible_key`
  )
    .all(list, versionKey)
    .map(row => row.key);
  const found = JSON.stringify(keys);
  const counters = prepared<Counters>(
    db,
    `SELECT ${COUNTERS} FROM json_each(?) j CROSS JOIN images i ON i.key = j.value
      CROSS JOIN contents c ON c.key = i.content_key`
  ).get(found)!;
  const labels = prepared<{ label: number; images: number }>(
    db,
    `SELECT a.label_key AS label, count(DISTINCT a.image_key) AS images
      FROM json_each(?) j CROSS JOIN annotations a ON a.image_key = j.value GROUP BY a.label_key`
  ).all(found);
  removeImages(db, keys);
  addCounters(db, versionKey, counters, -1);
  adjustLabelCounts(
    db,
    versionKey,
    labels.map(row => [row.label, -row.images])
  );
  if (keys.length > 0) {
    prepared(
      db,
      'UPDATE dataset_versions SET revision = revision + 1, updated_at = ? WHERE key = ?'
    ).run(now, versionKey);
  }
  return keys;
}

/**
 * Removes the rows of hidden versions, a chunk at a time, and then the versions: what a deletion left
 * to do, or a copy that a crash interrupted.
 *
 * @param keep keys of versions that are being copied right now
 */
export async function sweepVersions(
  db: Database,
  keep: (versionKey: number) => boolean
): Promise<number> {
  const { sqlite } = db;
  let swept = 0;
  const hidden = prepared<{ key: number }>(
    sqlite,
    'SELECT key FROM dataset_versions WHERE hidden IS NOT NULL ORDER BY key'
  );
  for (const { key } of hidden.all()) {
    if (keep(key)) {
      continue;
    }
    prepared(sqlite, 'UPDATE dataset_versions SET visible_key = 0 WHERE key = ?').run(key);
    const steps = [
      () => discardStaged(sqlite, key, CHUNK),
      () => removeBlocks(sqlite, key),
      () => removeGrams(sqlite, key, CHUNK)
    ];
    for (const step of steps) {
      while (!db.write(step)) {
        await turn();
      }
    }
    db.write(() => {
      prepared(sqlite, 'DELETE FROM label_counts WHERE version_key = ?').run(key);
      prepared(sqlite, 'DELETE FROM dataset_versions WHERE key = ?').run(key);
    });
    swept++;
  }
  return swept;
}
