import type { Database as Sqlite } from 'better-sqlite3';
import type { ImageState } from '@topsdl/contract';
import type { Database } from '../db/database.ts';
import {
  formatCode,
  kindCode,
  sourceCode,
  stateCode,
  type ImageFormat,
  type Kind,
  type Source
} from './codes.ts';
import { BLOCK_KEYS, countsOfImages, countsOfLabels, enterAt, type BlockCounts } from './blocks.ts';
import { plainWay, searchWay, type ImageFilter, type KeyWay } from './filter.ts';
import { comparesAlike } from './search.ts';
import { prepared } from './statement-cache.ts';

/** A shape as it is stored, with the label's and the user's ids. */
export interface AnnotationRecord {
  readonly kind: Kind;
  readonly labelId: string;
  readonly geometry: string | null;
  readonly source: Source;
  readonly score: number | null;
  readonly userId: string | null;
  readonly at: number;
}

export interface ImageRecord {
  readonly key: number;
  readonly id: string;
  readonly name: string;
  readonly format: ImageFormat;
  readonly width: number;
  readonly height: number;
  readonly orientation: number;
  readonly state: ImageState;
  readonly revision: number;
  readonly contentKey: number;
  readonly sha256: string;
  readonly bytes: number;
  readonly annotations: AnnotationRecord[];
}

export interface Listing {
  readonly items: ImageRecord[];
  /** The key to go on after; absent at the end. */
  readonly last?: number | undefined;
  readonly total: number;
  /** There are more than `total`: counting stopped. */
  readonly totalIsMinimum: boolean;
}

export interface ListingRequest {
  /** The key that the page comes after; 0 for the first. */
  readonly after: number;
  /** Images to pass over. */
  readonly skip: number;
  readonly limit: number;
}

/** Candidates that are few enough for each one's name to be compared. */
const FEW = 2000;

/** Among rows of which this share is wanted, a page is never far. */
const DENSE = 0.125;

/** Matches that are passed over one by one without a reader thread. */
const LIGHT_SKIP = BLOCK_KEYS;

/** Filters of which it is remembered how many matches each block has. */
const WALKS = 32;

const walks = new WeakMap<Database, Map<string, Promise<BlockCounts>>>();

/**
 * One page of images. What finds its rows with little work is read here and now: that is over before a
 * reader thread has woken up. Everything else goes to one, so that it delays nobody's save.
 */
export async function listImages(
  db: Database,
  filter: ImageFilter,
  page: ListingRequest,
  signal?: AbortSignal
): Promise<Listing> {
  return new Lister(db, filter, signal).list(page);
}

/** The working of one page. */
class Lister {
  readonly #db: Database;
  readonly #filter: ImageFilter;
  readonly #signal: AbortSignal | undefined;
  readonly #candidates: Candidates | undefined;
  readonly #way: KeyWay;

  constructor(db: Database, filter: ImageFilter, signal: AbortSignal | undefined) {
    this.#db = db;
    this.#filter = simplified(db.sqlite, filter);
    this.#signal = signal;
    this.#candidates = countCandidates(db.sqlite, this.#filter);
    this.#way = this.#choose();
  }

  #choose(): KeyWay {
    const { search } = this.#filter;
    const { count, walked } = this.#candidates ?? { count: 0, walked: Infinity };
    if (search === undefined) {
      return plainWay(this.#filter, count >= walked * DENSE);
    }
    return walked <= FEW && comparesAlike(search)
      ? plainWay(this.#filter, true)
      : searchWay(this.#db.sqlite, this.#filter);
  }

  async list({ after, skip, limit }: ListingRequest): Promise<Listing> {
    const exact = this.#filter.search === undefined ? this.#candidates?.count : undefined;
    const start = skip > LIGHT_SKIP ? await this.#pass(after, skip) : { after, skip };
    const most = limit + (exact === undefined ? this.#way.ahead : 0);
    const keys = await this.#keys(start.after, start.skip, most + 1);
    const shown = keys.slice(0, limit);
    const count =
      exact === undefined ? await this.#count(after, skip, keys.length, most) : undefined;
    return {
      items: loadImages(this.#db.sqlite, shown),
      last: keys.length > limit ? shown.at(-1) : undefined,
      total: exact ?? count!.total,
      totalIsMinimum: count?.isMinimum ?? false
    };
  }

  /** @param found matches from `skip` on, one more than `most` at most */
  async #count(
    after: number,
    skip: number,
    found: number,
    most: number
  ): Promise<{ total: number; isMinimum: boolean }> {
    if (after === 0 && (found > 0 || skip === 0)) {
      return { total: skip + Math.min(found, most), isMinimum: found > most };
    }
    if (skip > LIGHT_SKIP) {
      return { total: sum(await this.#blocks()), isMinimum: false };
    }
    const far = skip + most;
    const { length } = await this.#keys(0, 0, far + 1);
    return { total: Math.min(length, far), isMinimum: length > far };
  }

  /** Passes over matches block by block. @returns the key to go on after, and what is left to pass over */
  async #pass(after: number, skip: number): Promise<{ after: number; skip: number }> {
    const counts = await this.#blocks();
    const block = Math.floor(after / BLOCK_KEYS);
    const before = after === 0 ? 0 : sum(counts.filter(([at]) => at < block));
    const within = after === 0 ? 0 : await this.#countUpTo(block * BLOCK_KEYS - 1, after);
    return enterAt(counts, before + within + skip);
  }

  /** The matches of each block, by the counters or by a walk through all of them, which is remembered. */
  async #blocks(): Promise<BlockCounts> {
    const { versionKey, labelKeys, search } = this.#filter;
    if (search === undefined && this.#candidates !== undefined) {
      const state = encodedState(this.#filter);
      return labelKeys
        ? countsOfLabels(this.#db.sqlite, versionKey, labelKeys, state)
        : countsOfImages(this.#db.sqlite, versionKey, state);
    }
    const known = walks.get(this.#db) ?? new Map<string, Promise<BlockCounts>>();
    walks.set(this.#db, known);
    const name = JSON.stringify(this.#filter);
    const found = known.get(name);
    if (found) {
      return found;
    }
    for (const oldest of [...known.keys()].slice(0, Math.max(0, known.size - WALKS + 1))) {
      known.delete(oldest);
    }
    // It goes on when its first reader leaves: others wait for it, or will ask again.
    const walk = this.#walk();
    known.set(name, walk);
    walk.catch(() => known.delete(name));
    return walk;
  }

  async #walk(): Promise<BlockCounts> {
    const { sql, params } = this.#way.query(0);
    const rows = await this.#db.readers.all<{ blocks: string }>({
      sql: `SELECT json_group_array(json_array(block, images)) AS blocks FROM (
        SELECT key / ${BLOCK_KEYS} AS block, count(*) AS images FROM (${sql}) GROUP BY 1 ORDER BY 1)`,
      params
    });
    return JSON.parse(rows[0]?.blocks ?? '[]') as BlockCounts;
  }

  async #countUpTo(after: number, last: number): Promise<number> {
    const { sql, params } = this.#way.query(after);
    const rows = await this.#db.readers.all<{ count: number }>(
      { sql: `SELECT count(*) AS count FROM (${sql}) WHERE key <= ?`, params: [...params, last] },
      this.#signal
    );
    return rows[0]?.count ?? 0;
  }

  async #keys(after: number, skip: number, limit: number): Promise<number[]> {
    const { sql, params } = this.#way.query(after);
    const bounded = [...params, limit, skip];
    if (this.#way.light) {
      return prepared<number>(this.#db.sqlite, `${sql} LIMIT ? OFFSET ?`)
        .pluck()
        .all(...bounded);
    }
    // One text instead of a thousand rows: that is what costs between threads.
    const rows = await this.#db.readers.all<{ keys: string }>(
      {
        sql: `SELECT json_group_array(key) AS keys FROM (${sql} LIMIT ? OFFSET ?)`,
        params: bounded
      },
      this.#signal
    );
    return JSON.parse(rows[0]?.keys ?? '[]') as number[];
  }
}

function sum(counts: BlockCounts): number {
  return counts.reduce((total, [, images]) => total + images, 0);
}

function encodedState({ state }: ImageFilter): number | undefined {
  return state === undefined ? undefined : stateCode.encode(state);
}

/** The images a filter lets through whatever their names are. */
interface Candidates {
  readonly count: number;
  /** Rows that are looked at to see all of them. */
  readonly walked: number;
}

/** How many candidates there are, where counters say it. */
function countCandidates(sqlite: Sqlite, filter: ImageFilter): Candidates | undefined {
  const { versionKey, state, labelKeys, oneLabel, source, byKey } = filter;
  if (source || byKey !== undefined || (labelKeys && labelKeys.length > 1 && !oneLabel)) {
    return undefined;
  }
  if (!labelKeys) {
    const row = prepared<{ count: number }>(
      sqlite,
      `SELECT ${state ?? 'total'} AS count FROM dataset_versions WHERE key = ?`
    ).get(versionKey);
    return { count: row?.count ?? 0, walked: row?.count ?? 0 };
  }
  const walked = prepared<{ count: number }>(
    sqlite,
    `SELECT coalesce(sum(images), 0) AS count FROM label_counts
      WHERE version_key = ? AND label_key IN (SELECT value FROM json_each(?))`
  ).get(versionKey, JSON.stringify(labelKeys))!.count;
  return state === undefined
    ? { count: walked, walked }
    : { count: sum(countsOfLabels(sqlite, versionKey, labelKeys, encodedState(filter))), walked };
}

/** The filter without what holds for every image anyway: one that carries a label is labeled, or was put aside. */
function simplified(sqlite: Sqlite, filter: ImageFilter): ImageFilter {
  const { versionKey, state, labelKeys } = filter;
  if (!labelKeys || state === undefined || state === 'cleaned') {
    return filter;
  }
  if (state === 'unlabeled') {
    return { ...filter, state: undefined, labelKeys: [] };
  }
  const row = prepared<{ cleaned: number }>(
    sqlite,
    'SELECT cleaned FROM dataset_versions WHERE key = ?'
  ).get(versionKey);
  return row?.cleaned === 0 ? { ...filter, state: undefined } : filter;
}

interface ImageFields {
  key: number;
  id: string;
  name: string;
  format: number;
  width: number;
  height: number;
  orientation: number;
  state: number;
  revision: number;
  contentKey: number;
  sha256: Buffer;
  bytes: number;
}

interface AnnotationFields {
  imageKey: number;
  kind: number;
  labelId: string;
  geometry: string | null;
  source: number;
  score: number | null;
  userId: string | null;
  at: number;
}

/** Images by key, in key order, with their shapes. */
export function loadImages(db: Sqlite, keys: readonly number[]): ImageRecord[] {
  const list = JSON.stringify(keys);
  const shapes = new Map<number, AnnotationRecord[]>();
  const annotations = prepared<AnnotationFields>(
    db,
    `SELECT a.image_key AS imageKey, a.kind, l.id AS labelId, a.geometry, a.source, a.score,
        u.user_id AS userId, a.at
      FROM json_each(?) j CROSS JOIN annotations a ON a.image_key = j.value
      JOIN labels l ON l.key = a.label_key LEFT JOIN labelers u ON u.key = a.by_key
      ORDER BY a.image_key, a.ordinal`
  );
  for (const row of annotations.all(list)) {
    const { imageKey, kind, source, ...rest } = row;
    const record = { ...rest, kind: kindCode.decode(kind), source: sourceCode.decode(source) };
    const found = shapes.get(imageKey);
    if (found) {
      found.push(record);
    } else {
      shapes.set(imageKey, [record]);
    }
  }
  return prepared<ImageFields>(
    db,
    `SELECT i.key, i.id, i.name, i.format, i.width, i.height, i.orientation, i.state, i.revision,
        c.key AS contentKey, c.sha256, c.length AS bytes
      FROM json_each(?) j CROSS JOIN images i ON i.key = j.value
      CROSS JOIN contents c ON c.key = i.content_key ORDER BY i.key`
  )
    .all(list)
    .map(row => ({
      ...row,
      format: formatCode.decode(row.format),
      state: stateCode.decode(row.state),
      sha256: row.sha256.toString('hex'),
      annotations: shapes.get(row.key) ?? []
    }));
}
