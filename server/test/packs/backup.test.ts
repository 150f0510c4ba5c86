import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { writeBackup } from '../../src/db/backup.ts';
import { Database } from '../../src/db/database.ts';
import { migrate, readMigrations } from '../../src/db/migrate.ts';
import { openDatabase } from '../../src/db/open.ts';
import { collect } from '../../src/packs/collect.ts';
import { PackStore } from '../../src/packs/store.ts';
import { PackWriter } from '../../src/packs/writer.ts';

jest.setTimeout(60_000);

let scratch: string;
let data: string;

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'topsdl-backup-'));
  data = join(scratch, 'data');
  for (const area of ['db', 'packs', 'backups', 'runs']) {
    mkdirSync(join(data, area), { recursive: true });
  }
});

afterEach(() => rmSync(scratch, { recursive: true, force: true }));

function open(directory: string): { db: Database; store: PackStore } {
  const path = join(directory, 'db', 'topsdl.db');
  const sqlite = openDatabase(path);
  migrate(sqlite, readMigrations(join(__dirname, '../../migrations')), () => {});
  const onAfterCommitError = (error: unknown) => {
    throw error;
  };
  const db = new Database({ path, sqlite, readers: 1, onAfterCommitError });
  const store = new PackStore(sqlite, join(directory, 'packs'), { warn: () => {} });
  return { db, store };
}

/** Imports, deletes and collects without a pause until told to end. */
async function churn(
  { db, store }: ReturnType<typeof open>,
  until: () => boolean
): Promise<number> {
  let living: number[] = [];
  let packsRemoved = 0;
  while (!until()) {
    const lease = store.lease();
    const writer = new PackWriter(lease);
    const extents = Array.from({ length: 20 }, () => {
      const bytes = randomBytes(3000);
      const sha256 = createHash('sha256').update(bytes).digest();
      return { sha256, packId: lease.packId, offset: writer.append(bytes), length: bytes.length };
    });
    writer.sync();
    writer.close();
    const keys = db.write(() => extents.map(extent => store.add(extent)));
    store.release(lease.packId);
    const dead = [...living, ...keys].filter((_, index) => index % 5 !== 0);
    living = [...living, ...keys].filter((_, index) => index % 5 === 0);
    db.write(() => dead.forEach(key => store.refer(key, -1)));
    packsRemoved += (await collect(db, store)).packsRemoved;
    await turn();
  }
  return packsRemoved;
}

async function restore(archive: string): Promise<string> {
  const restored = mkdtempSync(join(scratch, 'restored-'));
  execFileSync('tar', ['-xf', archive, '-C', restored]);
  return restored;
}

test('each picture of a backup can be opened, though packs are rewritten all the while', async () => {
  const live = open(data);
  let done = false;
  const churned = churn(live, () => done);
  try {
    for (let round = 0; round < 10; round++) {
      const out = join(scratch, `backup-${round}.tar`);
      await writeBackup(data, out);
      const restored = open(await restore(out));
      restored.store.recover();
      const rows = restored.db.sqlite
        .prepare<[], { key: number; sha256: Buffer }>('SELECT key, sha256 FROM contents')
        .all();
      expect(rows.length).toBeGreaterThan(0);
      for (const { key, sha256 } of rows) {
        const bytes = await restored.store.read(key);
        expect(createHash('sha256').update(bytes).digest().equals(sha256)).toBe(true);
      }
      await restored.db.close();
    }
  } finally {
    done = true;
    expect(await churned).toBeGreaterThan(0);
    await live.db.close();
  }
  // Nothing is left of what it held on to meanwhile.
  expect(readdirSync(join(data, 'backups'))).toEqual([]);
});

test('files that are written while they are copied break nothing', async () => {
  const live = open(data);
  const log = join(data, 'runs', 'checkpoint');
  writeFileSync(log, randomBytes(3_000_000));
  let done = false;
  const rewritten = (async () => {
    for (let round = 0; !done; round++) {
      writeFileSync(log, randomBytes(round % 2 === 0 ? 10 : 3_000_000));
      await turn();
    }
  })();
  try {
    for (let round = 0; round < 10; round++) {
      const out = join(scratch, 'backup.tar');
      await writeBackup(data, out);
      await restore(out);
    }
  } finally {
    done = true;
    await rewritten;
    await live.db.close();
  }
});
