import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Database } from '../../src/db/database.ts';
import { newId } from '../../src/db/ids.ts';
import { migrate, readMigrations } from '../../src/db/migrate.ts';
import { openDatabase } from '../../src/db/open.ts';
import { Mounts } from '../../src/features/datasets/artifacts/mounts.ts';
import { ArtifactPlaces } from '../../src/features/datasets/artifacts/places.ts';
import { TrainingDataService } from '../../src/features/datasets/artifacts/training-data.ts';
import { Datasets } from '../../src/features/datasets/service.ts';
import { DataDirectory } from '../../src/files/layout.ts';
import { Staging } from '../../src/library/staging.ts';
import { registerFunctions } from '../../src/library/versions.ts';
import type { VersionRow } from '../../src/library/table.ts';
import { PackStore } from '../../src/packs/store.ts';
import { PackWriter } from '../../src/packs/writer.ts';
import { TaskRunner } from '../../src/tasks/runner.ts';
import { tasks as taskTable } from '../../src/tasks/table.ts';
import { picture } from '../support/pictures.ts';

const log = pino({ level: 'silent' });
const signal = new AbortController().signal;
let root: string;
let db: Database;
let tasks: TaskRunner;
let datasets: Datasets;
let packs: PackStore;
let mounts: Mounts;
let trainingData: TrainingDataService;
let files: DataDirectory;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tops-mounts-'));
  files = new DataDirectory(root);
  const sqlite = openDatabase(files.database);
  migrate(sqlite, readMigrations(join(__dirname, '../../migrations')), () => {});
  registerFunctions(sqlite);
  db = new Database({
    path: files.database,
    sqlite,
    readers: 1,
    onAfterCommitError: error => {
      throw error;
    }
  });
  tasks = new TaskRunner(db, files, log, 2);
  datasets = new Datasets(db, tasks, () => {});
  packs = new PackStore(sqlite, files.path('packs'), log);
  const places = new ArtifactPlaces(files);
  const parts = { db, databasePath: files.database, datasets, tasks, packs, places };
  trainingData = new TrainingDataService(parts);
  mounts = new Mounts({ ...parts, trainingData });
  tasks.start();
});
afterEach(async () => {
  await tasks.stop();
  await db.close();
  rmSync(root, { recursive: true, force: true });
});

async function withImages(count: number): Promise<VersionRow> {
  const { dataset } = datasets.create({
    projectId: newId(),
    public: false,
    name: 'set',
    annotationType: 'classification',
    userId: null
  });
  const version = await datasets.createVersion(dataset.id, null, null);
  await add(version, 0, count);
  return datasets.getVersion(version.id);
}

async function add(version: VersionRow, from: number, count: number): Promise<void> {
  const lease = packs.lease();
  const writer = new PackWriter(lease);
  const staging = new Staging(db.sqlite, packs, {
    versionKey: version.key,
    datasetId: version.datasetId,
    importId: newId(),
    userId: null,
    newId,
    now: Date.now
  });
  const images = [];
  for (let i = from; i < from + count; i++) {
    const bytes = await picture(i, { format: 'png' });
    images.push({
      name: 'same.png',
      format: 'png' as const,
      width: 40,
      height: 24,
      orientation: 1,
      sha256: createHash('sha256').update(bytes).digest(),
      stored: { packId: lease.packId, offset: writer.append(bytes), length: bytes.length },
      label: i % 5 === 4 ? null : i % 2 === 0 ? 'even' : 'odd'
    });
  }
  writer.sync();
  writer.close();
  db.write(() => {
    staging.add(images);
    staging.commit();
  });
  packs.release(lease.packId);
}

const made = () =>
  db.orm
    .select()
    .from(taskTable)
    .all()
    .filter(task => task.kind === 'materialize').length;

test('runs that want the same version share one directory, made once', async () => {
  const version = await withImages(25);
  const holders = ['run 1', 'run 2', 'run 3'];
  const paths = await Promise.all(
    holders.map(holder => mounts.materialize(version.id, holder, signal))
  );
  expect(new Set(paths).size).toBe(1);
  expect(made()).toBe(1);
  const path = paths[0]!;
  expect(await mounts.materialize(version.id, 'run 1', signal)).toBe(path);
  const lines = (name: string) => readFileSync(join(path, name), 'utf8').trimEnd().split('\n');
  expect(lines('classes.txt')).toEqual(['even', 'odd']);
  const listed = [...lines('train_label_file.txt'), ...lines('test_label_file.txt')];
  expect(listed).toHaveLength(20);
  for (const line of listed) {
    const [file = '', label = ''] = line.split(',');
    expect(file.startsWith(`images/${label}/same`)).toBe(true);
    expect(statSync(join(path, file)).mode & 0o222).toBe(0);
  }
  expect(readdirSync(join(path, 'images/_unlabeled'))).toHaveLength(5);
  expect(readFileSync(join(path, listed[0]!.split(',')[0]!)).length).toBeGreaterThan(100);
  expect(readdirSync(path).sort()).toEqual(
    [
      '.topsdl.json',
      'annotations.json',
      'classes.txt',
      'evaluate',
      'images',
      'test_label_file.txt',
      'train',
      'train_label_file.txt'
    ].sort()
  );
  const said = JSON.parse(readFileSync(join(path, 'annotations.json'), 'utf8'));
  expect(said.images).toHaveLength(25);
});

test('whoever holds a directory is not disturbed by changes; it goes once nobody does', async () => {
  const version = await withImages(20);
  const before = await mounts.materialize(version.id, 'run 1', signal);
  await add(version, 100, 5);
  const after = await mounts.materialize(version.id, 'run 2', signal);
  expect(after).not.toBe(before);
  expect(await mounts.materialize(version.id, 'run 1', signal)).toBe(before);
  expect(readdirSync(files.path('cache', 'datasets'))).toHaveLength(2);
  mounts.release('run 1');
  mounts.release('run 1');
  expect(readdirSync(files.path('cache', 'datasets'))).toEqual([after.split('/').at(-1)]);
  mounts.release('run 2');
  // The newest is kept for the next run.
  expect(readdirSync(files.path('cache', 'datasets'))).toEqual([after.split('/').at(-1)]);
  datasets.deleteVersion(version.id, null);
  mounts.evict();
  expect(readdirSync(files.path('cache', 'datasets'))).toEqual([]);
});

test('a run trains on the split that was generated', async () => {
  const version = await withImages(40);
  const row = trainingData.start(version.id, { seed: 3, testShare: 0.5 }, null);
  expect((await tasks.settled(row.taskId))?.state).toBe('completed');
  const path = await mounts.materialize(version.id, 'run', signal);
  const generated = trainingData.directoryOf(version.id, version.revision)!;
  expect(generated.split).toEqual({ seed: 3, testShare: 0.5 });
  for (const name of ['train_label_file.txt', 'test_label_file.txt', 'classes.txt']) {
    expect(readFileSync(join(path, name), 'utf8')).toBe(
      readFileSync(join(generated.path, name), 'utf8')
    );
  }
});

test('a version without labels is files alone; one that is gone is a clear problem', async () => {
  const version = await withImages(0);
  const path = await mounts.materialize(version.id, 'run', signal);
  expect(readdirSync(path).sort()).toEqual(['.topsdl.json', 'annotations.json', 'classes.txt']);
  await expect(mounts.materialize(newId(), 'run', signal)).rejects.toMatchObject({
    code: 'not-found'
  });
});
