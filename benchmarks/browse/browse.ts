/**
 * A page, a name search and label filters on a million images with their labels: how long the server
 * needs for each, p50 and p99, against the bare SQLite statements of a plain schema as the peer.
 *
 *     node --conditions=topsdl-source benchmarks/browse/browse.ts [--images N] [--data DIR] [--rounds N]
 *
 * With `--data` the library is kept there and used again.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { Database } from '../../server/src/db/database.ts';
import { newId } from '../../server/src/db/ids.ts';
import { migrate, readMigrations } from '../../server/src/db/migrate.ts';
import { openDatabase } from '../../server/src/db/open.ts';
import { migrationsDirectory } from '../../server/src/entry.ts';
import { Images, type ImageQuery } from '../../server/src/features/datasets/images.ts';
import { Datasets } from '../../server/src/features/datasets/service.ts';
import { presentImage } from '../../server/src/library/present.ts';
import { Staging } from '../../server/src/library/staging.ts';
import type { VersionRow } from '../../server/src/library/table.ts';
import { registerFunctions } from '../../server/src/library/versions.ts';
import { PackStore } from '../../server/src/packs/store.ts';
import { DataDirectory } from '../../server/src/files/layout.ts';
import { TaskRunner } from '../../server/src/tasks/runner.ts';

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '1000000' },
    data: { type: 'string' },
    rounds: { type: 'string', default: '300' }
  }
});
const IMAGES = Number(values.images);
const ROUNDS = Number(values.rounds);
const LABELS = 50;
const PAGE = 100;
const TARGET = { p50: 2, p99: 20 };

const root = values.data ?? mkdtempSync(join(tmpdir(), 'tops-browse-'));
mkdirSync(root, { recursive: true });
const path = join(root, 'db', 'topsdl.db');
const isNew = !existsSync(path);
const files = new DataDirectory(root);
const sqlite = openDatabase(path);
migrate(sqlite, readMigrations(migrationsDirectory()), () => {});
registerFunctions(sqlite);
const log = pino({ level: 'warn' });
const db = new Database({
  path,
  sqlite,
  readers: 2,
  onAfterCommitError: error => log.error({ err: error }, 'after a commit')
});
const packs = new PackStore(sqlite, files.path('packs'), log);
const datasets = new Datasets(db, new TaskRunner(db, files, log, 1), () => {});
const images = new Images(db);

const nameOf = (index: number) =>
  `photo_${((index * 2654435761) % 2 ** 32).toString(16).padStart(8, '0')}_${index}.jpg`;

async function build(): Promise<VersionRow> {
  const { dataset } = datasets.create({
    projectId: newId(),
    public: false,
    name: 'a million',
    annotationType: 'classification',
    userId: null
  });
  const version = await datasets.createVersion(dataset.id, null, null);
  // Rows alone: no bytes are read here.
  const pack = sqlite.prepare('INSERT INTO packs (size, dead) VALUES (?, 0)').run(IMAGES);
  const staging = new Staging(sqlite, packs, {
    versionKey: version.key,
    datasetId: dataset.id,
    importId: newId(),
    userId: newId(),
    newId,
    now: Date.now
  });
  for (let start = 0; start < IMAGES; start += 5000) {
    const batch = Array.from({ length: Math.min(5000, IMAGES - start) }, (_, offset) => {
      const index = start + offset;
      return {
        name: nameOf(index),
        format: 'jpeg' as const,
        width: 640,
        height: 480,
        orientation: 1,
        sha256: createHash('sha256').update(String(index)).digest(),
        stored: { packId: Number(pack.lastInsertRowid), offset: index, length: 1 },
        label: index % 10 === 9 ? null : `label ${(index * 7) % LABELS}`
      };
    });
    db.write(() => staging.add(batch));
  }
  db.write(() => staging.commit());
  sqlite.pragma('wal_checkpoint(TRUNCATE)');
  return datasets.getVersion(version.id);
}

const began = performance.now();
const version = isNew
  ? await build()
  : datasets.getVersion(
      sqlite.prepare<[], { id: string }>('SELECT id FROM dataset_versions LIMIT 1').get()!.id
    );
if (isNew) {
  console.log(
    `built ${version.total} images in ${((performance.now() - began) / 1000).toFixed(1)} s`
  );
}
const labelIds = sqlite
  .prepare<[], { id: string }>('SELECT id FROM labels ORDER BY position')
  .all()
  .map(row => row.id);
const random = (below: number) => Math.floor(Math.random() * below);
const { signal } = new AbortController();
const cursorAt = (key: number) =>
  Buffer.from(JSON.stringify(['images', key])).toString('base64url');

const queries: Record<string, () => ImageQuery> = {
  'first page': () => ({ limit: PAGE }),
  'a page anywhere': () => ({ limit: PAGE, cursor: cursorAt(random(version.total)) }),
  'jump by skip': () => ({ limit: PAGE, skip: random(version.total - PAGE) }),
  'name search, rare': () => ({ limit: PAGE, search: nameOf(random(version.total)).slice(6, 14) }),
  'name search, common': () => ({ limit: PAGE, search: 'photo' }),
  'label filter': () => ({ limit: PAGE, labels: labelIds[random(labelIds.length)]! }),
  'label filter anywhere': () => ({
    limit: PAGE,
    labels: labelIds[random(labelIds.length)]!,
    cursor: cursorAt(random(version.total))
  }),
  'three labels': () => ({
    limit: PAGE,
    labels: [0, 1, 2].map(() => labelIds[random(labelIds.length)]!).join(',')
  }),
  unlabeled: () => ({ limit: PAGE, state: 'unlabeled' })
};

/** The peer: the bare statement of the first page, which no server can beat. */
const bare = sqlite.prepare(
  'SELECT * FROM images WHERE version_key = ? AND key > ? ORDER BY key LIMIT ?'
);

const times = new Map<string, number[]>([['bare SQLite page', []]]);
/** CPU time of all threads, which a busy machine does not change much. */
const cpu = new Map<string, number>();
const spent = (name: string, since: NodeJS.CpuUsage) => {
  const { user, system } = process.cpuUsage(since);
  cpu.set(name, (cpu.get(name) ?? 0) + (user + system) / 1000);
};
for (let round = 0; round < ROUNDS; round++) {
  const used = process.cpuUsage();
  const at = performance.now();
  bare.all(version.key, random(version.total), PAGE);
  times.get('bare SQLite page')!.push(performance.now() - at);
  spent('bare SQLite page', used);
  for (const [name, query] of Object.entries(queries)) {
    const before = process.cpuUsage();
    const start = performance.now();
    const page = await images.list(version, query(), signal);
    JSON.stringify(page.items.map(item => presentImage(item, version.id, () => null)));
    const taken = times.get(name) ?? [];
    taken.push(performance.now() - start);
    spent(name, before);
    times.set(name, taken);
  }
}

const quantile = (sorted: readonly number[], q: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))]!;
const baseline = quantile(
  times.get('bare SQLite page')!.sort((a, b) => a - b),
  0.5
);
console.log(`${version.total} images, ${LABELS} labels, pages of ${PAGE}, ${ROUNDS} rounds`);
console.log('query                      p50 ms   p99 ms   CPU ms   p50 ÷ bare   target');
for (const [name, taken] of times) {
  const sorted = taken.sort((a, b) => a - b);
  const p50 = quantile(sorted, 0.5);
  const p99 = quantile(sorted, 0.99);
  const met = p50 <= TARGET.p50 && p99 <= TARGET.p99 ? 'met' : 'missed';
  console.log(
    `${name.padEnd(24)} ${p50.toFixed(2).padStart(8)} ${p99.toFixed(2).padStart(8)} ${(cpu.get(name)! / taken.length).toFixed(2).padStart(8)} ${(p50 / baseline).toFixed(1).padStart(12)}   ${met}`
  );
}
await db.close();
if (values.data === undefined) {
  rmSync(root, { recursive: true, force: true });
}
