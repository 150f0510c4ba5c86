import { expect, test } from '@jest/globals';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, statSync, watch } from 'node:fs';
import { dirname, join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { operations } from '@topsdl/contract';
import { pack } from '../support/archives.ts';
import { firstProject, TestCompanion } from '../support/companion.ts';
import { createVersion, importBytes, settled, uploadBytes } from '../support/datasets.ts';
import { picture } from '../support/pictures.ts';
import { numbersFrom, testSeed } from '../support/random.ts';

const { datasets, labeling } = operations;
const IMAGES = 600;
const KILLS = 6;

test('killed at any moment, an import is whole or gone, and nothing is doubled', async () => {
  const seed = testSeed();
  const random = numbersFrom(seed);
  const entries = [];
  for (let i = 0; i < IMAGES; i++) {
    entries.push({
      path: `set/${i % 7}/${i}.png`,
      content: await picture(i, { format: 'png', width: 60, height: 60 })
    });
  }
  const bytes = pack('zip', entries);
  let companion = await TestCompanion.start();
  try {
    let client = await companion.owner();
    const projectId = await firstProject(client);
    for (let round = 0; round < KILLS; round++) {
      const where = `seed ${seed}, round ${round}`;
      const { version, dataset } = await createVersion(client, projectId, `crash ${round}`);
      const uploadId = await uploadBytes(client, projectId, 'set.zip', bytes);
      const begun = await client.call(datasets.startImport, {
        params: { versionId: version.id },
        body: { uploadIds: [uploadId] }
      });
      const delay = random() * 1500;
      await new Promise(resolve => setTimeout(resolve, delay));
      const before = await client.call(datasets.getVersion, { params: { versionId: version.id } });
      expect([0, IMAGES]).toContain(before.counts.total);
      await companion.kill();
      companion = await TestCompanion.start({ data: companion.data });
      client = await companion.owner();
      const back = await client.call(datasets.getVersion, { params: { versionId: version.id } });
      expect({ where, whole: [0, IMAGES].includes(back.counts.total) }).toEqual({
        where,
        whole: true
      });
      const task = await settled(client, begun.task.id);
      expect({ where, state: task.state }).toEqual({ where, state: 'completed' });
      const done = await client.call(datasets.getVersion, { params: { versionId: version.id } });
      expect(done.counts).toEqual({ total: IMAGES, unlabeled: 0, labeled: IMAGES, cleaned: 0 });
      const labels = await client.call(labeling.listLabels, { params: { versionId: version.id } });
      expect(labels.items.reduce((sum, label) => sum + label.imageCount, 0)).toBe(IMAGES);
      const found = await client.call(datasets.getImport, { params: { importId: begun.id } });
      expect(found.counts).toMatchObject({ taken: IMAGES, duplicates: 0, refused: 0 });
      await client.call(datasets.deleteVersion, { params: { versionId: version.id } });
      await client.call(datasets.delete, { params: { datasetId: dataset.id } });
    }
    await companion.stop();
    const db = new BetterSqlite(join(companion.data, 'db', 'topsdl.db'), { readonly: true });
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(db.prepare('SELECT count(*) AS n FROM pragma_foreign_key_check').get()).toEqual({
      n: 0
    });
    const packs = db.prepare('SELECT id, size FROM packs').all() as { id: number; size: number }[];
    db.close();
    const files = readdirSync(join(companion.data, 'packs'));
    expect(files).toHaveLength(packs.length);
    for (const { id, size } of packs) {
      const name = `${String(id).padStart(8, '0')}.pack`;
      expect(statSync(join(companion.data, 'packs', name)).size).toBe(size);
    }
    expect(readdirSync(join(companion.data, 'uploads'))).toEqual([]);
  } finally {
    await companion.dispose();
  }
}, 180_000);

test('killed while it makes training data and exports, it has them whole, and nothing that nobody knows', async () => {
  const seed = testSeed();
  const random = numbersFrom(seed);
  const entries = [];
  for (let i = 0; i < 300; i++) {
    entries.push({ path: `${i % 3}/${i}.png`, content: await picture(i, { format: 'png' }) });
  }
  let companion = await TestCompanion.start();
  const cache = (...names: string[]) => join(companion.data, 'cache', ...names);
  try {
    let client = await companion.owner();
    const projectId = await firstProject(client);
    const { version } = await createVersion(client, projectId, 'made of');
    const params = { versionId: version.id };
    const bytes = pack('zip', entries);
    await importBytes(client, projectId, version.id, [{ name: 'set.zip', bytes }]);
    for (let round = 0; round < 3; round++) {
      const data = await client.call(datasets.startTrainingData, { params, body: { seed: round } });
      const made = await client.call(datasets.startExport, {
        params,
        body: { format: 'topsdl', withData: true, regenerate: true }
      });
      const delay = random() * 600;
      await new Promise(resolve => setTimeout(resolve, delay));
      await companion.kill();
      companion = await TestCompanion.start({ data: companion.data });
      client = await companion.owner();
      for (const task of [data.task, made.task]) {
        const ended = await settled(client, task!.id);
        expect({ seed, round, delay, ended }).toMatchObject({ ended: { state: 'completed' } });
      }
      const { train, test: rest } = await client.call(datasets.trainingData, { params });
      expect({ seed, round, images: train + rest }).toEqual({ seed, round, images: 300 });
      const response = await client.raw(datasets.exportContent, { params: { exportId: made.id } });
      expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(300_000);
    }
    await companion.stop();
    // What a process leaves that is killed between the file system and the database.
    const orphans = [
      cache('training-data', `${version.id}-0-0-0.2-01a20000-0000-7000-8000-000000000000`),
      cache('exports', '01a20000-0000-7000-8000-000000000000.zip'),
      cache('training-data', '.unfinished'),
      cache('datasets', '..unfinished')
    ];
    orphans.forEach(path => mkdirSync(path));
    companion = await TestCompanion.start({ data: companion.data });
    await Promise.all(orphans.map(removed));
    expect(readdirSync(cache('training-data'))).toHaveLength(1);
    expect(readdirSync(cache('exports'))).toHaveLength(3);
  } finally {
    await companion.dispose();
  }
}, 180_000);

/** Resolves when a path is not there any more. */
async function removed(path: string): Promise<void> {
  const watcher = watch(dirname(path));
  while (existsSync(path)) {
    await once(watcher, 'change');
  }
  watcher.close();
}

test('a cancelled import leaves nothing, and a deleted version ends its import', async () => {
  const entries = [];
  for (let i = 0; i < 300; i++) {
    entries.push({ path: `set/a/${i}.png`, content: await picture(i, { format: 'png' }) });
  }
  const bytes = pack('zip', entries);
  const companion = await TestCompanion.start();
  try {
    const client = await companion.owner();
    const projectId = await firstProject(client);
    const { version } = await createVersion(client, projectId, 'cancelled');
    const begin = async () =>
      client.call(datasets.startImport, {
        params: { versionId: version.id },
        body: { uploadIds: [await uploadBytes(client, projectId, 'set.zip', bytes)] }
      });
    const first = await begin();
    await client.call(operations.tasks.cancel, { params: { taskId: first.task.id } });
    expect((await settled(client, first.task.id)).state).toBe('cancelled');
    const after = await client.call(datasets.getVersion, { params: { versionId: version.id } });
    expect(after).toMatchObject({ status: 'empty', counts: { total: 0 } });
    const second = await begin();
    await client.call(datasets.deleteVersion, { params: { versionId: version.id } });
    expect((await settled(client, second.task.id)).state).toBe('cancelled');
    await companion.stop();
    const db = new BetterSqlite(join(companion.data, 'db', 'topsdl.db'), { readonly: true });
    const rows = (table: string) =>
      (db.prepare(`SELECT count(*) AS n FROM ${table}`).get() as { n: number }).n;
    for (const table of [
      'images',
      'annotations',
      'images_fts',
      'labels',
      'label_counts',
      'uploads'
    ]) {
      expect({ table, rows: rows(table) }).toEqual({ table, rows: 0 });
    }
    db.close();
    expect(readdirSync(join(companion.data, 'uploads'))).toEqual([]);
  } finally {
    await companion.dispose();
  }
}, 60_000);
