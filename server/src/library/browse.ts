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
import { keyQuery, type ImageFilter, type KeyQuery } from './filter.ts';
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

/** Matches of a search or of a combined filter are counted so far beyond what is shown. */
export const COUNT_AHEAD = 1000;

/** Rows that are passed over at most on the writing connection. */
const LIGHT_SKIP = 2000;

/**
 * One page of images. What walks one index for as many rows as it shows is read here and now; a search
 * or a long jump goes to a reader thread, so that it delays nobody's save.
 */
export async function listImages(
  db: Database,
  filter: ImageFilter,
  page: ListingRequest,
  signal?: AbortSignal
): Promise<Listing> {
  const exact = counter(db.sqlite, filter);
  const light = exact !== undefined && page.skip <= LIGHT_SKIP;
  const read = async (query: KeyQuery): Promise<number[]> => {
    // One text instead of a thousand rows: that is what costs between threads.
    const sql = `SELECT json_group_array(key) AS keys FROM (${query.sql})`;
    const rows = light
      ? prepared<{ keys: string }>(db.sqlite, sql).all(...query.params)
      : await db.readers.all<{ keys: string }>({ sql, params: query.params }, signal);
    return JSON.parse(rows[0]?.keys ?? '[]') as number[];
  };
  const query = keyQuery(filter, page.after);
  const most = countLimit(page);
  // A first page that has to be counted is read as far as is counted, which walks the index once.
  const first = exact === undefined && page.after === 0 && page.skip === 0;
  const [keys, counted] = await Promise.all([
    read({
      sql: `${query.sql} LIMIT ? OFFSET ?`,
      params: [...query.params, (first ? most : page.limit) + 1, page.skip]
    }),
    exact === undefined && !first ? read(countQuery(filter, page)) : undefined
  ]);
  const more = keys.length > page.limit;
  const shown = more ? keys.slice(0, page.limit) : keys;
  const total = exact ?? (first ? keys.length : (counted?.[0] ?? 0));
  return {
    items: loadImages(db.sqlite, shown),
    last: more ? shown.at(-1) : undefined,
    total: exact ?? Math.min(total, most),
    totalIsMinimum: exact === undefined && total > most
  };
}

const countLimit = (page: ListingRequest) => page.skip + page.limit + COUNT_AHEAD;

function countQuery(filter: ImageFilter, page: ListingRequest): KeyQuery {
  const query = keyQuery(filter, 0);
  return {
    sql: `SELECT count(*) AS key FROM (${query.sql} LIMIT ?)`,
    params: [...query.params, countLimit(page) + 1]
  };
}

/** How many images a filter lets through, where a counter says it. */
function counter(sqlite: Sqlite, filter: ImageFilter): number | undefined {
  const { versionKey, state, labelKeys, source, byKey, search } = filter;
  if (source || byKey !== undefined || search) {
    return undefined;
  }
  if (!labelKeys) {
    const column = state ?? 'total';
    return prepared<{ count: number }>(
      sqlite,
      `SELECT ${column} AS count FROM dataset_versions WHERE key = ?`
    ).get(versionKey)?.count;
  }
  if (labelKeys.length !== 1 || (state !== undefined && state !== 'labeled')) {
    return undefined;
  }
  const row = prepared<{ count: number | null; cleaned: number }>(
    sqlite,
    `SELECT c.images AS count, v.cleaned FROM dataset_versions v
      LEFT JOIN label_counts c ON c.version_key = v.key AND c.label_key = ? WHERE v.key = ?`
  ).get(labelKeys[0], versionKey);
  // Cleaned images keep their labels, so the counter is of more than the labeled ones.
  return state === 'labeled' && row && row.cleaned > 0 ? undefined : (row?.count ?? 0);
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
