import type { ImageState } from '@topsdl/contract';
import { sourceCode, stateCode, type Source } from './codes.ts';

/** Which images of a version are meant. Labels are alternatives; everything else must hold together. */
export interface ImageFilter {
  readonly versionKey: number;
  /** Images above it are not to be seen yet. */
  readonly visibleKey: number;
  readonly state?: ImageState | undefined;
  /** Any of these. An empty list lets nothing through. */
  readonly labelKeys?: readonly number[] | undefined;
  readonly source?: Source | undefined;
  readonly byKey?: number | undefined;
  /** Any part of the name, without regard to case. */
  readonly search?: string | undefined;
}

/** A query for image keys in ascending order, without `LIMIT`. */
export interface KeyQuery {
  readonly sql: string;
  readonly params: readonly (string | number)[];
}

/** SQLite's trigram tokenizer knows no shorter pattern. */
const TRIGRAM = 3;

/**
 * The query for the keys that a filter lets through, above `after`. Each form walks one index in key
 * order, so that a page costs what it shows, however many rows the version has; several labels are
 * merged as sorted streams, which is how SQLite runs an ordered UNION.
 */
export function keyQuery(filter: ImageFilter, after: number): KeyQuery {
  const range = [after, filter.visibleKey] as const;
  if (filter.search && [...filter.search].length >= TRIGRAM) {
    const conditions = imageConditions(filter);
    return {
      sql: `SELECT images_fts.rowid AS key FROM images_fts CROSS JOIN images i ON i.key = images_fts.rowid
        WHERE images_fts MATCH ? AND images_fts.rowid > ? AND images_fts.rowid <= ?
        AND i.version_key = ?${conditions.sql} ORDER BY images_fts.rowid`,
      params: [phrase(filter.search), ...range, filter.versionKey, ...conditions.params]
    };
  }
  if (filter.labelKeys || filter.source || filter.byKey !== undefined) {
    return shapeQuery(filter, range);
  }
  const name = nameCondition(filter.search);
  const state = filter.state === undefined ? [] : [stateCode.encode(filter.state)];
  return {
    sql: `SELECT i.key FROM images i INDEXED BY ${state.length ? 'images_of_state' : 'images_of_version'}
      WHERE i.version_key = ?${state.length ? ' AND i.state = ?' : ''} AND i.key > ? AND i.key <= ?${name.sql}
      ORDER BY i.key`,
    params: [filter.versionKey, ...state, ...range, ...name.params]
  };
}

function shapeQuery(filter: ImageFilter, range: readonly [number, number]): KeyQuery {
  const name = nameCondition(filter.search);
  const state = filter.state === undefined ? [] : [stateCode.encode(filter.state)];
  const joins = name.sql !== '' || state.length > 0;
  const one = (column: string, value: number): KeyQuery => {
    const params: (string | number)[] = [filter.versionKey, value, ...range];
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

const INDEX: Readonly<Record<string, string>> = {
  label_key: 'annotations_of_label',
  by_key: 'annotations_of_labeler',
  source: 'annotations_of_source'
};

/** What a found image must also be, when names drive the search. */
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
  return search
    ? {
        sql: ` AND i.name LIKE ? ESCAPE '\\'`,
        params: [`%${search.replace(/[\\%_]/g, character => `\\${character}`)}%`]
      }
    : { sql: '', params: [] };
}

/** An FTS5 string: everything in it is literal. */
function phrase(search: string): string {
  return `"${search.replaceAll('\u0000', '').replaceAll('"', '""')}"`;
}
