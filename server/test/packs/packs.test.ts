import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from '../../src/db/database.ts';
import { migrate, readMigrations } from '../../src/db/migrate.ts';
import { openDatabase } from '../../src/db/open.ts';
import { collect } from '../../src/packs/collect.ts';
import { packPath } from '../../src/packs/reader.ts';
import { PackStore } from '../../src/packs/store.ts';
import { PackWriter } from '../../src/packs/writer.ts';

let root: string;
let db: Database;
let store: PackStore;
const quiet = { warn: () => {} };

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tops-packs-'));
  const path = join(root, 'db.sqlite');
  const sqlite = openDatabase(path);
  migrate(sqlite, readMigrations(join(__dirname, '../../migrations')), () => {});
  db = new Database({
    path,
    sqlite,
    readers: 1,
    onAfterCommitError: error => {
      throw error;
    }
  });
  store = new PackStore(sqlite, join(root, 'packs'), quiet);
});
afterEach(async () => {
  await db.close();
  rmSync(root, { recursive: true, force: true });
});

const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest();

/** Writes as an import does. @returns the contents' keys */
function put(contents: readonly Buffer[], commit = true): number[] {
  const lease = store.lease();
  const writer = new PackWriter(lease);
  const extents = contents.map(bytes => ({
    sha256: hash(bytes),
    packId: lease.packId,
    offset: writer.append(bytes),
    length: bytes.length
  }));
  writer.sync();
  writer.close();
  const keys = commit ? db.write(() => extents.map(extent => store.add(extent))) : [];
  store.release(lease.packId);
  return keys;
}

const files = () => readdirSync(join(root, 'packs'));

test('bytes come back whole and by range, and equal ones are stored once', async () => {
  const contents = [randomBytes(10), randomBytes(9_000_000), randomBytes(0), randomBytes(123)];
  const keys = put(contents);
  for (const [index, key] of keys.entries()) {
    expect((await store.read(key)).equals(contents[index]!)).toBe(true);
  }
  const chunks: Buffer[] = [];
  for await (const chunk of await store.stream(keys[1]!, { start: 5_000_000, end: 5_000_099 })) {
    chunks.push(chunk as Buffer);
  }
  expect(Buffer.concat(chunks).equals(contents[1]!.subarray(5_000_000, 5_000_100))).toBe(true);
  expect(put([contents[3]!])).toEqual([keys[3]]);
  expect(store.get(keys[3]!)?.refs).toBe(2);
});

test('what a crash left beyond the commit is cut off at the next start', async () => {
  const first = randomBytes(1000);
  const [key] = put([first]);
  const path = join(root, 'packs', files()[0]!);
  appendFileSync(path, randomBytes(777));
  writeFileSync(packPath(store.directory, 99), 'no row knows this one');
  store.recover();
  expect(statSync(path).size).toBe(1000);
  expect(files()).toHaveLength(1);
  expect((await store.read(key!)).equals(first)).toBe(true);
});

test('a writer that is given up leaves no byte', () => {
  put([randomBytes(5000)], false);
  expect(files()).toEqual([]);
  put([randomBytes(10)]);
  put([randomBytes(5000)], false);
  expect(statSync(join(root, 'packs', files()[0]!)).size).toBe(10);
});

test('two writers never share a pack', () => {
  const a = store.lease();
  const b = store.lease();
  expect(a.packId).not.toBe(b.packId);
  store.release(a.packId);
  store.release(b.packId);
});

test('unreferenced bytes go: empty packs are removed, those half dead are rewritten', async () => {
  const contents = Array.from({ length: 30 }, () => randomBytes(10_000));
  const keys = put(contents);
  const before = files();
  db.write(() => keys.slice(0, 20).forEach(key => store.refer(key, -1)));
  const collected = await collect(db, store);
  expect(collected).toEqual({ contents: 20, bytes: 200_000, packsRemoved: 1 });
  expect(files()).not.toEqual(before);
  const size = files().reduce((sum, name) => sum + statSync(join(root, 'packs', name)).size, 0);
  expect(size).toBe(100_000);
  for (const [index, key] of keys.entries()) {
    if (index >= 20) {
      expect((await store.read(key)).equals(contents[index]!)).toBe(true);
    }
  }
  db.write(() => keys.slice(20).forEach(key => store.refer(key, -1)));
  await collect(db, store);
  expect(files()).toEqual([]);
});

test('nothing is collected while someone writes or reads', async () => {
  const [key] = put([randomBytes(100)]);
  db.write(() => store.refer(key!, -1));
  const end = store.beginWriting();
  expect((await collect(db, store)).contents).toBe(0);
  // What was found while writing can be taken into use again.
  db.write(() => store.refer(key!, 1));
  end();
  expect((await collect(db, store)).contents).toBe(0);
  db.write(() => store.refer(key!, -1));
  const unpin = store.pin();
  expect((await collect(db, store)).contents).toBe(0);
  unpin();
  expect((await collect(db, store)).contents).toBe(1);
  expect(existsSync(join(root, 'packs'))).toBe(true);
});
