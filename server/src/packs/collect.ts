import { unlinkSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import type { Database } from '../db/database.ts';
import { ExtentReader, packPath } from './reader.ts';
import { prepareStatements, type ContentRow, type PackRow } from './statements.ts';
import type { PackStore } from './store.ts';
import { PackWriter } from './writer.ts';

const ROWS_A_TURN = 1000;
const BYTES_A_TURN = 8 * 1024 ** 2;

/** What a collection gave back. */
export interface Collected {
  readonly contents: number;
  readonly bytes: number;
  readonly packsRemoved: number;
}

/**
 * Forgets contents that no image points at, removes packs that hold nothing else, and rewrites those
 * that are more than half dead. It works in small turns and stops early, to be called again, as soon
 * as someone begins to write or to hold extents.
 */
export async function collect(database: Database, store: PackStore): Promise<Collected> {
  const statements = prepareStatements(database.sqlite);
  let contents = 0;
  let bytes = 0;
  const forget = (rows: readonly ContentRow[]) => {
    for (const row of rows) {
      if (statements.deleteContent.run(row.key).changes === 1) {
        statements.addDead.run(row.length, row.packId);
        contents++;
        bytes += row.length;
      }
    }
  };
  while (store.quiet) {
    const rows = statements.unreferenced.all(ROWS_A_TURN);
    if (rows.length === 0) {
      break;
    }
    database.write(() => forget(rows));
    await turn();
  }
  let packsRemoved = 0;
  for (const pack of statements.listPacks.all()) {
    if (store.quiet && pack.dead * 2 > pack.size) {
      packsRemoved += (await rewrite(database, store, pack)) ? 1 : 0;
    }
  }
  return { contents, bytes, packsRemoved };
}

/** Moves what lives out of a pack, then removes it. @returns whether it is gone */
async function rewrite(database: Database, store: PackStore, pack: PackRow): Promise<boolean> {
  const statements = prepareStatements(database.sqlite);
  if (!store.reserve(pack.id)) {
    return false;
  }
  const living = statements.contentsOfPack.all(pack.id);
  const reader = new ExtentReader(store.directory);
  let writer: PackWriter | undefined;
  const finish = () => {
    reader.close();
    writer?.close();
    if (writer) {
      store.release(writer.lease.packId);
    }
  };
  try {
    for (let next = 0; next < living.length;) {
      const moved: { row: ContentRow; offset: number }[] = [];
      let bytes = 0;
      writer ??= new PackWriter(store.lease());
      while (next < living.length && bytes < BYTES_A_TURN) {
        const row = living[next]!;
        if (!writer.fits(row.length)) {
          break;
        }
        moved.push({ row, offset: writer.append(reader.read(row)) });
        bytes += row.length;
        next++;
      }
      writer.sync();
      const target = writer;
      database.write(() => {
        statements.growPack.run(target.position, target.lease.packId);
        for (const { row, offset } of moved) {
          statements.moveContent.run(target.lease.packId, offset, row.key);
          statements.addDead.run(row.length, pack.id);
        }
      });
      if (moved.length === 0) {
        writer.close();
        store.release(writer.lease.packId);
        writer = undefined;
      }
      await turn();
      if (!store.quiet) {
        return false;
      }
    }
    // The last look and the removal are one turn: nobody can have looked an extent up in between.
    statements.deletePack.run(pack.id);
    unlinkSync(packPath(store.directory, pack.id));
    return true;
  } finally {
    finish();
    store.unreserve(pack.id);
  }
}
