import { startCompanion } from '@topsdl/testing';
import { operations } from '@topsdl/contract';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { Database } from '../../server/src/db/database.ts';
import { newId } from '../../server/src/db/ids.ts';
import { migrate, readMigrations } from '../../server/src/db/migrate.ts';
import { openDatabase } from '../../server/src/db/open.ts';
import { migrationsDirectory } from '../../server/src/entry.ts';
import { Datasets } from '../../server/src/features/datasets/service.ts';
import { DataDirectory } from '../../server/src/files/layout.ts';
import { mergeNames } from '../../server/src/library/names.ts';
import { Staging } from '../../server/src/library/staging.ts';
import { registerFunctions } from '../../server/src/library/versions.ts';
import { PackStore } from '../../server/src/packs/store.ts';
import { TaskRunner } from '../../server/src/tasks/runner.ts';

export const LABELS = 50;
const BATCH = 5000;

/** What an image is called: part of it scattered, part of it counted. */
export const nameOf = (index: number): string =>
  `photo_${((index * 2654435761) % 2 ** 32).toString(16).padStart(8, '0')}_${index}.jpg`;

/** A library with a version of many images, nine in ten of them labeled. */
export interface Library {
  readonly db: Database;
  readonly datasets: Datasets;
  readonly versionId: string;
}

/** Opens the library of a data directory, and makes it there if there is none. */
export async function openLibrary(root: string, images: number): Promise<Library> {
  const path = join(root, 'db', 'topsdl.db');
  const isNew = !existsSync(path);
  const projectId = isNew ? await firstProject(root) : '';
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
  const datasets = new Datasets(db, new TaskRunner(db, files, log, 1), () => {});
  if (isNew) {
    const packs = new PackStore(sqlite, files.path('packs'), log);
    const began = performance.now();
    await build({ db, datasets, packs, projectId, images });
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    console.log(`made ${images} images in ${seconds} s`);
  }
  const { id } = sqlite
    .prepare<[], { id: string }>('SELECT id FROM dataset_versions LIMIT 1')
    .get()!;
  return { db, datasets, versionId: id };
}

/** Lets a companion make the data directory. @returns the owner's project */
async function firstProject(root: string): Promise<string> {
  const companion = await startCompanion({ dataDir: root });
  const client = await companion.owner();
  const { items } = await client.call(operations.projects.list, { query: {} });
  await companion.stop();
  return items[0]!.id;
}

async function build(parts: {
  db: Database;
  datasets: Datasets;
  packs: PackStore;
  projectId: string;
  images: number;
}): Promise<void> {
  const { db, datasets, packs, projectId, images } = parts;
  const { dataset } = datasets.create({
    projectId,
    public: false,
    name: 'many',
    annotationType: 'classification',
    userId: null
  });
  const version = await datasets.createVersion(dataset.id, null, null);
  // Rows alone: no bytes are read here.
  const pack = db.sqlite.prepare('INSERT INTO packs (size, dead) VALUES (?, 0)').run(images);
  const staging = new Staging(db.sqlite, packs, {
    versionKey: version.key,
    datasetId: dataset.id,
    importId: newId(),
    userId: newId(),
    newId,
    now: Date.now
  });
  for (let start = 0; start < images; start += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, images - start) }, (_, offset) => {
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
  // As the companion does after a large import.
  await mergeNames(db, () => false);
  db.sqlite.pragma('wal_checkpoint(TRUNCATE)');
}
