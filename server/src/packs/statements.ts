import type { Database, Statement } from 'better-sqlite3';
import type { Extent } from './reader.ts';

export interface ContentRow extends Extent {
  readonly key: number;
  readonly sha256: Buffer;
  readonly refs: number;
}

export interface PackRow {
  readonly id: number;
  readonly size: number;
  readonly dead: number;
}

const CONTENT = 'key, sha256, pack_id AS packId, "offset", length, refs';

export interface PackStatements {
  readonly listPacks: Statement<[], PackRow>;
  readonly packSize: Statement<[number], { size: number }>;
  readonly packsWithRoom: Statement<[number], PackRow>;
  readonly createPack: Statement<[]>;
  readonly growPack: Statement<[number, number]>;
  readonly addDead: Statement<[number, number]>;
  readonly deletePack: Statement<[number]>;
  readonly findContent: Statement<[Buffer], ContentRow>;
  readonly getContent: Statement<[number], ContentRow>;
  readonly insertContent: Statement<[Buffer, number, number, number]>;
  readonly refer: Statement<[number, number]>;
  readonly unreferenced: Statement<[number], ContentRow>;
  readonly deleteContent: Statement<[number]>;
  readonly contentsOfPack: Statement<[number], ContentRow>;
  readonly moveContent: Statement<[number, number, number]>;
}

/** The store's statements, prepared once: they run for every image of an import. */
export function prepareStatements(db: Database): PackStatements {
  return {
    listPacks: db.prepare<[], PackRow>('SELECT id, size, dead FROM packs ORDER BY id'),
    packSize: db.prepare<[number], { size: number }>('SELECT size FROM packs WHERE id = ?'),
    packsWithRoom: db.prepare<[number], PackRow>(
      'SELECT id, size, dead FROM packs WHERE size < ? ORDER BY id'
    ),
    createPack: db.prepare<[]>('INSERT INTO packs (size, dead) VALUES (0, 0)'),
    growPack: db.prepare<[number, number]>('UPDATE packs SET size = max(size, ?) WHERE id = ?'),
    addDead: db.prepare<[number, number]>('UPDATE packs SET dead = dead + ? WHERE id = ?'),
    deletePack: db.prepare<[number]>('DELETE FROM packs WHERE id = ?'),
    findContent: db.prepare<[Buffer], ContentRow>(
      `SELECT ${CONTENT} FROM contents WHERE sha256 = ?`
    ),
    getContent: db.prepare<[number], ContentRow>(`SELECT ${CONTENT} FROM contents WHERE key = ?`),
    insertContent: db.prepare<[Buffer, number, number, number]>(
      'INSERT INTO contents (sha256, pack_id, "offset", length, refs) VALUES (?, ?, ?, ?, 1)'
    ),
    refer: db.prepare<[number, number]>('UPDATE contents SET refs = refs + ? WHERE key = ?'),
    unreferenced: db.prepare<[number], ContentRow>(
      `SELECT ${CONTENT} FROM contents WHERE refs = 0 ORDER BY key LIMIT ?`
    ),
    deleteContent: db.prepare<[number]>('DELETE FROM contents WHERE key = ? AND refs = 0'),
    contentsOfPack: db.prepare<[number], ContentRow>(
      `SELECT ${CONTENT} FROM contents WHERE pack_id = ? ORDER BY "offset"`
    ),
    moveContent: db.prepare<[number, number, number]>(
      'UPDATE contents SET pack_id = ?, "offset" = ? WHERE key = ?'
    )
  };
}
