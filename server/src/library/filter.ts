import type { Database } from 'better-sqlite3';
import type { ImageState } from '@topsdl/contract';
import { keyRanges, type KeyRange } from './blocks.ts';
import { sourceCode, stateCode, type Source } from './codes.ts';
import { foldAscii, RUN_KEYS } from './grams.ts';
import { likePattern, planTrigrams, shareOfNames, TRIGRAM } from './search.ts';
import { prepared } from './statement-cache.ts';

/** Which images of a version are meant. Labels are alternatives; everything else must hold together. */
export interface ImageFilter {
  readonly versionKey: number;
  /** The version's, so that what is remembered of its images is not believed once they changed. */
  readonly revision: number;
  /** Images above it are not to be seen yet. */
  readonly visibleKey: number;
  readonly state?: ImageState | undefined;
  /** Any of these. An empty list lets nothing through. */
  readonly labelKeys?: readonly number[] | undefined;
  /** No image of the version carries two labels. */
  readonly oneLabel: boolean;
  readonly source?: Source | undefined;
  readonly byKey?: number | undefined;
  /** Any part of the name, without regard to case. Not empty, NFC, without NUL. */
  readonly search?: string | undefined;
}

/** A query for image keys in ascending order, without `LIMIT`. */
export interface KeyQuery {
  readonly sql: string;
  readonly params: readonly (string | number)[];
}

/** A way to the images of a filter, above any key. */
export interface KeyWay {
  /** A page and what is counted beyond it are found with little work, wherever it begins. */
  readonly light: boolean;
  /** Matches that are counted beyond a page, where no counter says how many there are. */
  readonly ahead: number;
  query(after: number): KeyQuery;
}

type Params = (string | number)[];

const AHEAD = 400;
/** Where names have to be compared to find one. */
const AHEAD_COMPARED = 100;

/**
 * The way that goes through names only: of few images, comparing their names is quicker than any index.
 *
 * @param filter has no search, or one of any length
 */
export function plainWay(filter: ImageFilter, light: boolean): KeyWay {
  const shapes = filter.labelKeys ?? filter.source ?? filter.byKey;
  return {
    light,
    ahead: filter.search === undefined ? AHEAD : AHEAD_COMPARED,
    query: after => (shapes === undefined ? imageQuery : shapeQuery)(filter, after)
  };
}

/** The way by an index of names. @param filter has a search */
export function searchWay(db: Database, filter: ImageFilter): KeyWay {
  const search = filter.search!;
  return [...search].length < TRIGRAM
    ? {
        light: isLightRun(db, filter, search),
        ahead: AHEAD_COMPARED,
        query: after => runQuery(filter, search, after)
      }
    : trigramWay(db, filter, search);
}

/** Walks one index in key order, so that a page costs what it shows, however many rows the version has. */
function imageQuery(filter: ImageFilter, after: number): KeyQuery {
  const { versionKey, visibleKey, search } = filter;
  const name = nameCondition(search);
  const state = filter.state === undefined ? [] : [stateCode.encode(filter.state)];
  return {
    sql: `SELECT i.key FROM images i INDEXED BY ${state.length ? 'images_of_state' : 'images_of_version'}
      WHERE i.version_key = ?${state.length ? ' AND i.state = ?' : ''} AND i.key > ? AND i.key <= ?${name.sql}
      ORDER BY i.key`,
    params: [versionKey, ...state, after, visibleKey, ...name.params]
  };
}

const INDEX: Readonly<Record<string, string>> = {
  label_key: 'annotations_of_label',
  by_key: 'annotations_of_labeler',
  source: 'annotations_of_source'
};

/** The same by an index of shapes; several labels are merged as sorted streams, as SQLite runs an ordered UNION. */
function shapeQuery(filter: ImageFilter, after: number): KeyQuery {
  const name = nameCondition(filter.search);
  const state = filter.state === undefined ? [] : [stateCode.encode(filter.state)];
  const joins = name.sql !== '' || state.length > 0;
  const one = (column: string, value: number): KeyQuery => {
    const params: Params = [filter.versionKey, value, after, filter.visibleKey];
    let sql = `SELECT DISTINCT a.image_key AS key FROM annotations a INDEXED BY ${INDEX[column]}`;
    sql += joins ? ' CROSS JOIN images i ON i.key = a.image_key' : '';
    sql += ` WHERE a.version_key = ? AND a.${column} = ? AND a.image_key > ? AND a.image_key <= ?`;
    if (filter.source && column !== 'source') {
      sql += ' AND a.source = ?';
      params.push(sourceCode.encode(filter.source));
    }
    if (filter.byKey !== undefined && column !== 'by_key') {
      sql += ' AND a.by_key = ?';
      params.push(filter.byKey);
    }
    sql += state.length ? ' AND i.state = ?' : '';
    return { sql: sql + name.sql, params: [...params, ...state, ...name.params] };
  };
  const parts = filter.labelKeys
    ? filter.labelKeys.map(label => one('label_key', label))
    : filter.byKey !== undefined
      ? [one('by_key', filter.byKey)]
      : [one('source', sourceCode.encode(filter.source!))];
  if (parts.length === 0) {
    return { sql: 'SELECT key FROM images WHERE 0 ORDER BY key', params: [] };
  }
  return {
    sql: `${parts.map(part => part.sql).join(' UNION ')} ORDER BY 1`,
    params: parts.flatMap(part => part.params)
  };
}

/** Runs whose names are all compared without a reader thread. */
const LIGHT_RUNS = 24;

/** Among names of which this share matches, a few hundred matches are never far. */
const DENSE = 0.025;

function isLightRun(db: Database, filter: ImageFilter, search: string): boolean {
  const runs = prepared<{ count: number }>(
    db,
    `SELECT count(*) AS count FROM (
      SELECT 1 FROM name_grams WHERE version_key = ? AND gram = ? LIMIT ?)`
  ).get(filter.versionKey, foldAscii(search), LIGHT_RUNS + 1)!.count;
  return (
    runs <= LIGHT_RUNS || (imageConditions(filter).sql === '' && shareOfNames(db, search) >= DENSE)
  );
}

/** One or two characters: compares the names of the runs that hold them. */
function runQuery(filter: ImageFilter, search: string, after: number): KeyQuery {
  const { versionKey, visibleKey } = filter;
  const conditions = imageConditions(filter);
  const name = nameCondition(search);
  return {
    sql: `SELECT i.key FROM name_grams g CROSS JOIN images i NOT INDEXED
        ON i.key > max(g.start - 1, ?) AND i.key <= min(g.start + ${RUN_KEYS - 1}, ?)
      WHERE g.version_key = ? AND g.gram = ? AND g.start > ? AND g.start <= ?
      AND i.version_key = ?${conditions.sql}${name.sql} ORDER BY g.start, i.key`,
    params: [
      after,
      visibleKey,
      versionKey,
      foldAscii(search),
      after - RUN_KEYS,
      visibleKey,
      versionKey,
      ...conditions.params,
      ...name.params
    ]
  };
}

/**
 * Three characters and more, by their trigrams. The index is of all versions: it is asked for the
 * version's ranges. FTS5 finds the beginning of a range by itself only if that is an INTEGER, and a
 * number of JavaScript is bound as REAL: it would go through all entries before.
 */
function trigramWay(db: Database, filter: ImageFilter, search: string): KeyWay {
  const { match, verify, light } = planTrigrams(db, search);
  const conditions = imageConditions(filter);
  const name = nameCondition(verify ? search : undefined);
  const ranges = keyRanges(db, filter.versionKey, filter.visibleKey);
  const one = (range: KeyRange, after: number): KeyQuery => ({
    sql: `SELECT images_fts.rowid AS key FROM images_fts CROSS JOIN images i ON i.key = images_fts.rowid
      WHERE images_fts MATCH ? AND images_fts.rowid > CAST(? AS INTEGER) AND images_fts.rowid <= CAST(? AS INTEGER)
      AND i.version_key = ?${conditions.sql}${name.sql}`,
    params: [
      match,
      Math.max(after, range.after),
      range.last,
      filter.versionKey,
      ...conditions.params,
      ...name.params
    ]
  });
  return {
    // What else is asked of an image may hold for few of those that have the name.
    light: light && conditions.sql === '',
    ahead: AHEAD,
    query: after => {
      const parts = ranges.map(range => one(range, after));
      return {
        sql: `${parts.map(part => part.sql).join(' UNION ALL ')} ORDER BY 1`,
        params: parts.flatMap(part => part.params)
      };
    }
  };
}

/** What an image that was found by its name must also be. */
function imageConditions(filter: ImageFilter): KeyQuery {
  let sql = '';
  const params: number[] = [];
  if (filter.state !== undefined) {
    sql += ' AND i.state = ?';
    params.push(stateCode.encode(filter.state));
  }
  if (filter.labelKeys || filter.source || filter.byKey !== undefined) {
    let inner = '';
    if (filter.labelKeys) {
      inner += ` AND a.label_key IN (${filter.labelKeys.map(() => '?').join(',')})`;
      params.push(...filter.labelKeys);
    }
    if (filter.source) {
      inner += ' AND a.source = ?';
      params.push(sourceCode.encode(filter.source));
    }
    if (filter.byKey !== undefined) {
      inner += ' AND a.by_key = ?';
      params.push(filter.byKey);
    }
    sql += ` AND EXISTS (SELECT 1 FROM annotations a WHERE a.image_key = i.key${inner})`;
  }
  return { sql, params };
}

function nameCondition(search: string | undefined): KeyQuery {
  return search === undefined
    ? { sql: '', params: [] }
    : { sql: ` AND i.name LIKE ? ESCAPE '\\'`, params: [likePattern(search)] };
}
