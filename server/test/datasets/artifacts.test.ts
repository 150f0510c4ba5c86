import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Client } from '@topsdl/client';
import { operations, type DatasetVersion } from '@topsdl/contract';
import { openArchive, parseExample, readRecords } from '@topsdl/formats';
import { pack } from '../support/archives.ts';
import { firstProject, TestCompanion } from '../support/companion.ts';
import { createVersion, importBytes, settled } from '../support/datasets.ts';
import { picture, redBlue } from '../support/pictures.ts';

const { datasets } = operations;
let companion: TestCompanion;
let client: Client;
let projectId: string;
let version: DatasetVersion;

beforeAll(async () => {
  companion = await TestCompanion.start();
  client = await companion.owner();
  projectId = await firstProject(client);
  ({ version } = await createVersion(client, projectId, 'artifacts'));
  const entries = [{ path: '狗/turned.jpg', content: await redBlue(6) }];
  for (let i = 0; i < 20; i++) {
    entries.push({ path: `猫, 大/${i}.jpg`, content: await picture(i) });
    entries.push({ path: `狗/${i}.jpg`, content: await picture(100 + i) });
  }
  for (let i = 0; i < 3; i++) {
    entries.push({ path: `${i}.jpg`, content: await picture(200 + i) });
  }
  await importBytes(client, projectId, version.id, [
    { name: 'set.zip', bytes: pack('zip', entries) }
  ]);
}, 60_000);
afterAll(() => companion.dispose());

/** What a zip archive holds, by path. */
async function unzip(bytes: Buffer): Promise<Map<string, Buffer>> {
  const directory = mkdtempSync(join(tmpdir(), 'tops-unzip-'));
  try {
    writeFileSync(join(directory, 'a.zip'), bytes);
    const archive = await openArchive(join(directory, 'a.zip'));
    const files = new Map<string, Buffer>();
    for await (const entry of archive.entries()) {
      if (entry.kind === 'file') {
        files.set(entry.path, Buffer.from(await entry.read()));
      }
    }
    await archive.close();
    return files;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function exported(format: 'topsdl' | 'class-folders', withData: boolean) {
  const params = { versionId: version.id };
  const begun = await client.call(datasets.startExport, { params, body: { format, withData } });
  await expect(settled(client, begun.task.id)).resolves.toMatchObject({ state: 'completed' });
  const response = await client.raw(datasets.exportContent, { params: { exportId: begun.id } });
  return { begun, bytes: Buffer.from(await response.arrayBuffer()), response };
}

test('class folders come back as they went in, and pictures are upright', async () => {
  const { bytes, begun } = await exported('class-folders', true);
  const files = await unzip(bytes);
  expect(files.size).toBe(44);
  expect(files.get('猫, 大/3.jpg')).toEqual(await picture(3));
  const turned = files.get('狗/turned.jpg')!;
  const { width, height, orientation } = await sharp(turned).metadata();
  expect([width, height, orientation ?? 1]).toEqual([64, 32, 1]);
  const again = await createVersion(client, projectId, 'round trip');
  const { found } = await importBytes(client, projectId, again.version.id, [
    { name: 'again.zip', bytes }
  ]);
  expect(found.counts).toMatchObject({ taken: 44, labeled: 41, refused: 0 });
  const list = await client.call(datasets.listExports, { params: { versionId: version.id } });
  expect(list.items.find(({ id }) => id === begun.id)).toMatchObject({
    state: 'generated',
    stale: false
  });
}, 60_000);

test('our own form says everything; downloads go on where they broke off; a fresh one is not made again', async () => {
  const { bytes, begun } = await exported('topsdl', false);
  const files = await unzip(bytes);
  expect([...files.keys()]).toEqual(['annotations.json']);
  const said = JSON.parse(files.get('annotations.json')!.toString());
  expect(said.images).toHaveLength(44);
  expect(said.labels.map(({ name }: { name: string }) => name).sort()).toEqual(
    ['狗', '猫, 大'].sort()
  );
  const part = await client.raw(
    datasets.exportContent,
    { params: { exportId: begun.id } },
    { headers: { Range: 'bytes=100-299' } }
  );
  expect(part.status).toBe(206);
  expect(Buffer.from(await part.arrayBuffer())).toEqual(bytes.subarray(100, 300));
  const params = { versionId: version.id };
  const body = { format: 'topsdl' as const, withData: false };
  const same = await client.call(datasets.startExport, { params, body });
  expect(same.id).toBe(begun.id);
  const other = await client.call(datasets.startExport, {
    params,
    body: { ...body, regenerate: true }
  });
  expect(other.id).not.toBe(begun.id);
  await settled(client, other.task.id);
}, 60_000);

test('training data is a seeded split without overlap, the same bytes for the same seed', async () => {
  const params = { versionId: version.id };
  const make = async (seed: number) => {
    const begun = await client.call(datasets.startTrainingData, { params, body: { seed } });
    expect((await settled(client, begun.task!.id)).state).toBe('completed');
    const data = await client.call(datasets.trainingData, { params });
    const response = await client.raw(datasets.trainingDataContent, { params });
    return { data, files: await unzip(Buffer.from(await response.arrayBuffer())) };
  };
  const first = await make(7);
  expect(first.data).toMatchObject({ state: 'generated', stale: false, seed: 7, testShare: 0.2 });
  expect(first.data.train + first.data.test).toBe(41);
  expect([...first.files.keys()].sort()).toEqual(first.data.files.map(({ path }) => path).sort());
  const lines = (name: string) => first.files.get(name)!.toString().trimEnd().split('\n');
  const train = lines('train_label_file.txt');
  const test = lines('test_label_file.txt');
  expect(new Set([...train, ...test]).size).toBe(41);
  expect(test).toHaveLength(first.data.test);
  expect(
    train.some(line => line === 'images/狗/1.jpg,狗') || test.includes('images/狗/1.jpg,狗')
  ).toBe(true);
  const shard = [...first.files.keys()].find(path => path.startsWith('evaluate/'))!;
  const { records } = readRecords(first.files.get(shard)!);
  const names = [...records].map(record => parseExample(record)?.filename);
  expect(names.toSorted()).toEqual(
    test.map(line => /^"?(.*?)"?,"?[^,]*(?:, 大)?"?$/.exec(line)?.[1]).toSorted()
  );
  const digest = (files: Map<string, Buffer>) =>
    [...files].map(([path, bytes]) => [path, createHash('sha256').update(bytes).digest('hex')]);
  const other = await make(8);
  expect(digest(other.files)).not.toEqual(digest(first.files));
  const again = await make(7);
  expect(digest(again.files)).toEqual(digest(first.files));
  expect(readdirSync(join(companion.data, 'cache', 'training-data'))).toHaveLength(1);
  const missing = client.raw(datasets.trainingDataContent, {
    params,
    query: { path: '../../../secret' }
  });
  await expect(missing).rejects.toMatchObject({ code: 'file-not-found' });
}, 60_000);

test('both are stale once the version has changed', async () => {
  const { items } = await client.call(datasets.listImages, {
    params: { versionId: version.id },
    query: { limit: 1 }
  });
  await client.call(datasets.deleteImages, {
    params: { versionId: version.id },
    body: { imageIds: [items[0]!.id] }
  });
  const params = { versionId: version.id };
  expect((await client.call(datasets.trainingData, { params })).stale).toBe(true);
  const list = await client.call(datasets.listExports, { params });
  expect(list.items.every(({ stale }) => stale)).toBe(true);
});

test('the sample archive is what an import takes', async () => {
  for (const format of ['class-folders', 'images'] as const) {
    const response = await client.raw(datasets.sampleArchive, { query: { format, zh: true } });
    const bytes = Buffer.from(await response.arrayBuffer());
    const fresh = await createVersion(client, projectId, `sample ${format}`);
    const { found } = await importBytes(client, projectId, fresh.version.id, [
      { name: 'sample.zip', bytes }
    ]);
    expect(found.format).toBe(format);
    expect(found.counts).toMatchObject({ taken: 12, refused: 0 });
  }
}, 60_000);
