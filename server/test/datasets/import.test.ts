import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import BetterSqlite from 'better-sqlite3';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Client } from '@topsdl/client';
import { operations, type Image } from '@topsdl/contract';
import { pack, type Entry, type Packing } from '../support/archives.ts';
import { firstProject, TestCompanion } from '../support/companion.ts';
import { createVersion, importBytes, settled, uploadBytes } from '../support/datasets.ts';
import { picture, redBlue } from '../support/pictures.ts';

const { datasets, labeling } = operations;
let companion: TestCompanion;
let client: Client;
let projectId: string;
let count = 0;

beforeAll(async () => {
  companion = await TestCompanion.start();
  client = await companion.owner();
  projectId = await firstProject(client);
}, 60_000);
afterAll(() => companion.dispose());

const fresh = () => createVersion(client, projectId, `imported ${++count}`);

async function imagesOf(versionId: string): Promise<Image[]> {
  const page = await client.call(datasets.listImages, {
    params: { versionId },
    query: { limit: 1000 }
  });
  return page.items;
}

async function pixels(
  imageId: string
): Promise<{ left: number[]; right: number[]; size: number[] }> {
  const response = await client.raw(datasets.thumbnail, {
    params: { imageId },
    query: { size: 128 }
  });
  const { data, info } = await sharp(Buffer.from(await response.arrayBuffer()))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const at = (x: number) => {
    const start = (Math.floor(info.height / 2) * info.width + x) * info.channels;
    return [...data.subarray(start, start + 3)];
  };
  return { left: at(8), right: at(info.width - 8), size: [info.width, info.height] };
}

async function hostile(): Promise<Entry[]> {
  const whole = await picture(1);
  return [
    { path: '数据/猫/一.jpg', content: await picture(2) },
    { path: '数据/猫/二.png', content: await picture(3, { format: 'png' }) },
    { path: '数据/狗/转.jpg', content: await redBlue(6) },
    { path: '数据/狗/倒.jpg', content: await redBlue(3) },
    { path: '数据/狗/侧.jpg', content: await redBlue(8) },
    { path: '数据/狗/断.jpg', content: whole.subarray(0, Math.floor(whole.length / 2)) },
    { path: '数据/狗/文字.jpg', content: Buffer.from('这不是图片，只是文字。\n') },
    { path: '数据/狗/空.jpg', content: Buffer.alloc(0) },
    { path: '数据/狗/弹.jpg', content: Buffer.alloc(70 * 1024 ** 2) },
    { path: '../x.jpg', content: await picture(4) },
    { path: '数据/猫/链接.jpg', link: '/etc/passwd' },
    { path: '说明.txt', content: Buffer.from('说明') },
    { path: '封面.jpg', content: Buffer.from('也不是图片') },
    { path: '__MACOSX/数据/._一.jpg', content: Buffer.from('x') },
    { path: '数据/猫/又一.jpg', content: await picture(2) }
  ];
}

describe.each<Packing>(['zip', 'zip-gbk', 'tar', 'tar.gz'])(
  'an archive nobody has seen, as %s',
  packing => {
    test('the good ones are in, right and upright; the bad ones are listed one by one', async () => {
      const { version } = await fresh();
      const bytes = pack(packing, await hostile());
      const { found, refused } = await importBytes(client, projectId, version.id, [
        { name: `上传.${packing.replace('-gbk', '')}`, bytes }
      ]);
      expect(found.task.problem).toBeNull();
      expect(found.task.state).toBe('completed');
      expect(found.format).toBe('class-folders');
      expect(found.counts).toEqual({
        files: 15,
        taken: 5,
        labeled: 5,
        duplicates: 1,
        refused: 8,
        skipped: 1
      });
      expect(new Map(refused.map(({ path, code }) => [path, code]))).toEqual(
        new Map([
          ['数据/狗/断.jpg', 'entry.truncated'],
          ['数据/狗/文字.jpg', 'entry.notImage'],
          ['数据/狗/空.jpg', 'entry.empty'],
          // Not packed, it is no bomb.
          ['数据/狗/弹.jpg', packing === 'tar' ? 'entry.notImage' : 'entry.bomb'],
          ['../x.jpg', 'entry.escape'],
          ['数据/猫/链接.jpg', 'entry.link'],
          ['说明.txt', 'entry.extension'],
          ['封面.jpg', 'entry.notImage'],
          ['数据/猫/又一.jpg', 'entry.present']
        ])
      );
      expect(refused.every(({ code, reason }) => reason !== '' && reason !== code)).toBe(true);

      const { items: labels } = await client.call(labeling.listLabels, {
        params: { versionId: version.id }
      });
      expect(labels.map(({ name, imageCount }) => [name, imageCount])).toEqual([
        ['猫', 2],
        ['狗', 3]
      ]);
      const images = await imagesOf(version.id);
      expect(images.map(({ name }) => name)).toEqual([
        '一.jpg',
        '二.png',
        '转.jpg',
        '倒.jpg',
        '侧.jpg'
      ]);
      for (const name of ['转.jpg', '倒.jpg', '侧.jpg']) {
        const image = images.find(candidate => candidate.name === name)!;
        expect([image.width, image.height]).toEqual([64, 32]);
        const { left, right, size } = await pixels(image.id);
        expect(size).toEqual([64, 32]);
        expect(left[0]).toBeGreaterThan(200);
        expect(left[2]).toBeLessThan(60);
        expect(right[2]).toBeGreaterThan(200);
      }
      const content = await client.raw(datasets.imageContent, {
        params: { imageId: images[0]!.id }
      });
      expect(Buffer.from(await content.arrayBuffer())).toEqual(await picture(2));
      expect(content.headers.get('x-content-type-options')).toBe('nosniff');
      expect(readdirSync(join(companion.data, 'uploads'))).toEqual([]);
    }, 60_000);
  }
);

/** The import of what a dry run has looked at. */
async function really(versionId: string, uploadIds: string[]) {
  const { id, task } = await client.call(datasets.startImport, {
    params: { versionId },
    body: { uploadIds }
  });
  await settled(client, task.id);
  const params = { importId: id };
  const found = await client.call(datasets.getImport, { params });
  const { items: refused } = await client.call(datasets.importReport, { params });
  return { found, refused };
}

test('a dry run reports what an import then does, and takes nothing', async () => {
  const { version } = await fresh();
  const files = [{ name: 'a.zip', bytes: pack('zip', await hostile()) }];
  const dry = await importBytes(client, projectId, version.id, files, { dryRun: true });
  expect(await imagesOf(version.id)).toEqual([]);
  const { found } = await really(version.id, dry.uploadIds);
  expect(found.dryRun).toBe(false);
  expect(found.counts).toEqual(dry.found.counts);
  expect(found.labels.map(({ name, count: n }) => [name, n])).toEqual(
    dry.found.labels.map(({ name, count: n }) => [name, n])
  );
}, 60_000);

test('pictures that came without labels get those of class folders; a dry run says so', async () => {
  const { version } = await fresh();
  const [one, two, three] = await Promise.all([picture(70), picture(71), picture(72)]);
  await importBytes(client, projectId, version.id, [
    { name: '一.jpg', bytes: one },
    { name: '二.jpg', bytes: two }
  ]);
  const archive = pack('zip', [
    { path: '猫/甲.jpg', content: one },
    { path: '猫/丙.jpg', content: three },
    { path: '狗/丁.jpg', content: three },
    { path: '狗/甲.jpg', content: one }
  ]);
  const files = [{ name: 'a.zip', bytes: archive }];
  const dry = await importBytes(client, projectId, version.id, files, { dryRun: true });
  const wet = await really(version.id, dry.uploadIds);
  const report = ({ found, refused }: typeof wet) => ({
    counts: found.counts,
    labels: found.labels.map(({ name, count }) => [name, count]),
    refused: refused.map(({ path, code, params }) => ({ path, code, params }))
  });
  expect(report(wet)).toEqual(report(dry));
  expect(report(wet)).toEqual({
    counts: { files: 4, taken: 1, labeled: 2, duplicates: 3, refused: 0, skipped: 0 },
    labels: [['猫', 2]],
    refused: [
      { path: '猫/甲.jpg', code: 'entry.presentGained', params: { name: '一.jpg', label: '猫' } },
      { path: '狗/丁.jpg', code: 'entry.presentLabeled', params: { name: '丙.jpg', label: '猫' } },
      { path: '狗/甲.jpg', code: 'entry.presentLabeled', params: { name: '一.jpg', label: '猫' } }
    ]
  });
  const images = await imagesOf(version.id);
  expect(images.map(({ name, state }) => [name, state])).toEqual([
    ['一.jpg', 'labeled'],
    ['二.jpg', 'unlabeled'],
    ['丙.jpg', 'labeled']
  ]);
}, 60_000);

test('a picture in a folder that cannot be a label is taken from the next one', async () => {
  const { version } = await fresh();
  const [one, two] = await Promise.all([picture(80), picture(81)]);
  const archive = pack('zip', [
    { path: "it's/甲.jpg", content: one },
    { path: `${'长'.repeat(51)}/乙.jpg`, content: one },
    { path: '猫/丙.jpg', content: one },
    { path: '狗/丁.jpg', content: two },
    { path: '狗/戊.jpg', content: one }
  ]);
  const { found, refused } = await importBytes(client, projectId, version.id, [
    { name: 'a.zip', bytes: archive }
  ]);
  expect(found.task.problem).toBeNull();
  expect(found.counts).toMatchObject({ taken: 2, labeled: 2, duplicates: 1, refused: 2 });
  expect(refused.map(({ code }) => code).sort()).toEqual([
    'entry.labelName',
    'entry.labelName',
    'entry.presentLabeled'
  ]);
  const [first] = await imagesOf(version.id);
  const content = await client.raw(datasets.imageContent, { params: { imageId: first!.id } });
  expect(Buffer.from(await content.arrayBuffer())).toEqual(one);
}, 60_000);

test('every byte of a pack is known, also of pictures that are not taken for their folder', async () => {
  const { version } = await fresh();
  const entries: Entry[] = [];
  for (let i = 0; i < 5; i++) {
    const content = await picture(90 + i, { format: 'png', width: 100, height: 100 });
    entries.push({ path: `it's/${i}.png`, content });
  }
  entries.push({ path: '猫/甲.png', content: await picture(95, { format: 'png' }) });
  const files = [{ name: 'a.zip', bytes: pack('zip', entries) }];
  const options = { format: 'class-folders' } as const;
  const { found } = await importBytes(client, projectId, version.id, files, options);
  expect(found.counts).toMatchObject({ taken: 1, refused: 5 });
  const db = new BetterSqlite(join(companion.data, 'db', 'topsdl.db'), { readonly: true });
  const unknown = db
    .prepare(
      `SELECT (SELECT sum(size - dead) FROM packs) - (SELECT sum(length) FROM contents) AS bytes`
    )
    .get();
  db.close();
  expect(unknown).toEqual({ bytes: 0 });
}, 60_000);

test('a bomb, a damaged archive and what is none are refused whole, and nothing stays behind', async () => {
  const { version } = await fresh();
  const good = await picture(50);
  const zeros = Buffer.alloc(40 * 1024 ** 2);
  const bomb = pack('zip', [
    { path: 'a/good.jpg', content: good },
    { path: 'a/bomb.png', content: zeros },
    { path: 'a/another.png', content: zeros }
  ]);
  const whole = pack('tar', [
    { path: 'a/1.jpg', content: await picture(51, { width: 300, height: 300 }) },
    { path: 'a/2.jpg', content: await picture(52, { width: 300, height: 300 }) }
  ]);
  const cases = [
    { name: 'bomb.zip', bytes: bomb, code: /^archive\.(ratio|unpacked)$/ },
    { name: 'cut.tar', bytes: whole.subarray(0, 30_000), code: /^archive\.truncated$/ },
    { name: 'none.zip', bytes: Buffer.from('no archive at all'), code: /^archive\.unknown$/ },
    { name: 'empty.zip', bytes: Buffer.alloc(0), code: /^archive\.empty$/ }
  ];
  for (const { name, bytes, code } of cases) {
    const { found, refused } = await importBytes(client, projectId, version.id, [{ name, bytes }]);
    expect(found.task.state).toBe('failed');
    expect(found.task.problem?.code).toMatch(code);
    expect(found.task.problem?.detail).toContain(name);
    expect(found.counts.taken).toBe(0);
    expect(refused).toEqual([]);
  }
  expect(await imagesOf(version.id)).toEqual([]);
  const { items } = await client.call(labeling.listLabels, { params: { versionId: version.id } });
  expect(items).toEqual([]);
  expect(readdirSync(join(companion.data, 'uploads'))).toEqual([]);
}, 120_000);

test('single pictures and archives go in together, as often as wanted', async () => {
  const { version } = await fresh();
  const first = await importBytes(client, projectId, version.id, [
    { name: 'one.jpg', bytes: await picture(60) },
    { name: '..\\..\\two.png', bytes: await picture(61, { format: 'png' }) },
    { name: 'more.tar', bytes: pack('tar', [{ path: 'x/three.jpg', content: await picture(62) }]) },
    { name: 'broken.jpg', bytes: Buffer.from('nothing') },
    { name: 'other.gif', bytes: Buffer.from('GIF89a, or so it says') },
    { name: 'empty.jpg', bytes: Buffer.alloc(0) },
    { name: 'lies.jpg', bytes: await picture(63, { format: 'png' }) }
  ]);
  expect(first.found.counts).toMatchObject({ taken: 3, labeled: 0, refused: 4 });
  expect(first.refused.map(({ path, code }) => [path, code])).toEqual([
    ['broken.jpg', 'entry.notImage'],
    ['other.gif', 'entry.notImage'],
    ['empty.jpg', 'entry.empty'],
    ['lies.jpg', 'entry.format']
  ]);
  expect(first.found.format).toBe('images');
  expect((await imagesOf(version.id)).map(({ name }) => name).sort()).toEqual([
    'one.jpg',
    'three.jpg',
    'two.png'
  ]);
  const again = await importBytes(client, projectId, version.id, [
    { name: 'one again.jpg', bytes: await picture(60) }
  ]);
  expect(again.found.counts).toMatchObject({ taken: 0, duplicates: 1 });
  expect(again.refused[0]?.reason).toContain('one.jpg');
}, 60_000);

test('a version takes one import at a time', async () => {
  const { version } = await fresh();
  const entries: Entry[] = [];
  for (let i = 0; i < 30; i++) {
    entries.push({ path: `a/${i}.jpg`, content: await picture(100 + i) });
  }
  const ids = [
    await uploadBytes(client, projectId, 'a.zip', pack('zip', entries)),
    await uploadBytes(client, projectId, 'b.zip', pack('zip', entries))
  ];
  const start = (uploadId: string) =>
    client.call(datasets.startImport, {
      params: { versionId: version.id },
      body: { uploadIds: [uploadId] }
    });
  const running = await start(ids[0]!);
  await expect(start(ids[1]!)).rejects.toMatchObject({ code: 'version-busy' });
  await settled(client, running.task.id);
}, 60_000);
