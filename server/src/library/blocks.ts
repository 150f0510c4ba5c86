import type { Database } from 'better-sqlite3';
import { prepared } from './statement-cache.ts';

/** The block of an image's key is `key >> BLOCK_BITS`; the migrations know the number, too. */
const BLOCK_BITS = 11;

/** Keys that share a block. */
export const BLOCK_KEYS = 1 << BLOCK_BITS;

const blockOf = (key: number): number => Math.floor(key / BLOCK_KEYS);

/**
 * What a transaction changes about the counters of a version's blocks: gathered first, since the
 * images of one save or batch are mostly neighbours.
 */
export class BlockChanges {
  readonly #images = new Map<string, number>();
  readonly #labels = new Map<string, number>();

  /** An image of a state comes (1) or goes (−1). */
  image(key: number, state: number, change: 1 | -1): void {
    add(this.#images, `${blockOf(key)} ${state}`, change);
  }

  /** An image of a state comes to carry a label (1) or carries it no longer (−1). */
  label(key: number, state: number, labelKey: number, change: 1 | -1): void {
    add(this.#labels, `${labelKey} ${blockOf(key)} ${state}`, change);
  }

  write(db: Database, versionKey: number): void {
    const image = prepared(
      db,
      `INSERT INTO image_blocks (version_key, block, state, images) VALUES (?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET images = images + excluded.images`
    );
    const label = prepared(
      db,
      `INSERT INTO label_blocks (version_key, label_key, block, state, images)
        VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET images = images + excluded.images`
    );
    for (const [place, change] of this.#images) {
      if (change !== 0) {
        image.run(versionKey, ...place.split(' ').map(Number), change);
      }
    }
    for (const [place, change] of this.#labels) {
      if (change !== 0) {
        label.run(versionKey, ...place.split(' ').map(Number), change);
      }
    }
  }
}

function add(changes: Map<string, number>, place: string, change: number): void {
  changes.set(place, (changes.get(place) ?? 0) + change);
}

/** Counts a version's images above `mark` into its blocks: those that one statement has copied. */
export function countCopied(db: Database, versionKey: number, mark: number): void {
  prepared(
    db,
    `INSERT INTO image_blocks (version_key, block, state, images)
      SELECT version_key, key >> ${BLOCK_BITS}, state, count(*)
      FROM images INDEXED BY images_of_version WHERE version_key = ? AND key > ? GROUP BY 2, 3
      ON CONFLICT DO UPDATE SET images = images + excluded.images`
  ).run(versionKey, mark);
  prepared(
    db,
    `INSERT INTO label_blocks (version_key, label_key, block, state, images)
      SELECT i.version_key, a.label_key, i.key >> ${BLOCK_BITS}, i.state, count(DISTINCT i.key)
      FROM images i INDEXED BY images_of_version CROSS JOIN annotations a ON a.image_key = i.key
      WHERE i.version_key = ? AND i.key > ? GROUP BY 2, 3, 4
      ON CONFLICT DO UPDATE SET images = images + excluded.images`
  ).run(versionKey, mark);
}

/** Takes images that are about to be removed out of the counters of their blocks. @param keys as JSON */
export function uncount(db: Database, keys: string): void {
  prepared(
    db,
    `INSERT INTO image_blocks (version_key, block, state, images)
      SELECT i.version_key, i.key >> ${BLOCK_BITS}, i.state, -count(*)
      FROM json_each(?) j CROSS JOIN images i ON i.key = j.value GROUP BY 1, 2, 3
      ON CONFLICT DO UPDATE SET images = images + excluded.images`
  ).run(keys);
  prepared(
    db,
    `INSERT INTO label_blocks (version_key, label_key, block, state, images)
      SELECT i.version_key, a.label_key, i.key >> ${BLOCK_BITS}, i.state, -count(DISTINCT i.key)
      FROM json_each(?) j CROSS JOIN images i ON i.key = j.value
      CROSS JOIN annotations a ON a.image_key = i.key GROUP BY 1, 2, 3, 4
      ON CONFLICT DO UPDATE SET images = images + excluded.images`
  ).run(keys);
}

/** Removes some counters of a version that has no images left. @returns whether none are left */
export function removeBlocks(db: Database, versionKey: number): boolean {
  prepared(db, 'DELETE FROM image_blocks WHERE version_key = ?').run(versionKey);
  const { changes } = prepared(
    db,
    `DELETE FROM label_blocks WHERE version_key = @versionKey AND label_key =
      (SELECT min(label_key) FROM label_blocks WHERE version_key = @versionKey)`
  ).run({ versionKey });
  return changes === 0;
}

/** Images by block, in the order of blocks. */
export type BlockCounts = readonly (readonly [block: number, images: number])[];

/** The images of a version, or those of a state. */
export function countsOfImages(
  db: Database,
  versionKey: number,
  state: number | undefined
): BlockCounts {
  return raw(
    db,
    `SELECT block, sum(images) FROM image_blocks WHERE version_key = ?
      ${state === undefined ? '' : 'AND state = ?'} GROUP BY block ORDER BY block`,
    state === undefined ? [versionKey] : [versionKey, state]
  );
}

/**
 * The images of a version that carry one of some labels, or those of a state among them. An image that
 * carries two of them counts twice.
 */
export function countsOfLabels(
  db: Database,
  versionKey: number,
  labelKeys: readonly number[],
  state: number | undefined
): BlockCounts {
  // One label's counters lie in the order of blocks; those of several have to be sorted.
  const one = labelKeys.length === 1;
  const labels = one ? labelKeys[0]! : JSON.stringify(labelKeys);
  return raw(
    db,
    `SELECT block, sum(images) FROM label_blocks
      WHERE version_key = ? AND label_key ${one ? '= ?' : 'IN (SELECT value FROM json_each(?))'}
      ${state === undefined ? '' : 'AND state = ?'} GROUP BY block ORDER BY block`,
    state === undefined ? [versionKey, labels] : [versionKey, labels, state]
  );
}

function raw(db: Database, sql: string, params: readonly (number | string)[]): BlockCounts {
  return prepared(db, sql)
    .raw()
    .all(...params) as unknown as BlockCounts;
}

/**
 * Where a list is entered so that `skip` of its images are passed over: the key to go on after, and
 * how many are left to pass over one by one.
 */
export function enterAt(counts: BlockCounts, skip: number): { after: number; skip: number } {
  let after = 0;
  let left = skip;
  for (const [block, images] of counts) {
    if (images > left) {
      return { after: block * BLOCK_KEYS - 1, skip: left };
    }
    after = (block + 1) * BLOCK_KEYS - 1;
    left -= images;
  }
  return { after, skip: left };
}

/** Keys above `after`, up to `last`. */
export interface KeyRange {
  readonly after: number;
  readonly last: number;
}

/** Ranges of a version that are told apart at most: each is a search of its own. */
const MOST_RANGES = 8;

interface KnownRanges {
  readonly visibleKey: number;
  readonly ranges: readonly KeyRange[];
}

/** Until images are added they hold: those that are deleted leave gaps and nothing else. */
const ranges = new WeakMap<Database, Map<number, KnownRanges>>();

/**
 * Where the images of a version lie among those of all others. Mostly that is one range; a version
 * that was added to after another one was filled has several, in ascending order.
 */
export function keyRanges(
  db: Database,
  versionKey: number,
  visibleKey: number
): readonly KeyRange[] {
  const known = ranges.get(db) ?? new Map<number, KnownRanges>();
  ranges.set(db, known);
  const found = known.get(versionKey);
  if (found?.visibleKey === visibleKey) {
    return found.ranges;
  }
  const read = readRanges(db, versionKey, visibleKey);
  known.set(versionKey, { visibleKey, ranges: read });
  return read;
}

function readRanges(db: Database, versionKey: number, visibleKey: number): KeyRange[] {
  const starts = prepared(
    db,
    `SELECT block, gap FROM (
        SELECT block, block - lag(block) OVER (ORDER BY block) AS gap
        FROM image_blocks WHERE version_key = ? AND images > 0)
      WHERE gap IS NULL OR gap > 1 ORDER BY block`
  )
    .raw()
    .all(versionKey) as unknown as [block: number, gap: number | null][];
  const widths = starts.map(([, gap]) => gap ?? Infinity).sort((a, b) => b - a);
  const width = widths[MOST_RANGES] ?? 0;
  const parted = starts.filter(([, gap]) => (gap ?? Infinity) > width);
  return parted.map(([block], at) => {
    const next = parted[at + 1];
    return {
      after: block * BLOCK_KEYS - 1,
      last: next ? (next[0] - next[1]! + 1) * BLOCK_KEYS - 1 : visibleKey
    };
  });
}
