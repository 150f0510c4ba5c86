import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Client } from '@topsdl/client';
import { operations, type Image } from '@topsdl/contract';
import { pack, type Entry } from '../support/archives.ts';
import { firstProject, TestCompanion } from '../support/companion.ts';
import { createVersion, importBytes } from '../support/datasets.ts';
import { picture } from '../support/pictures.ts';

const { datasets, labeling } = operations;
let companion: TestCompanion;
let client: Client;
let projectId: string;
let datasetId: string;
let versionId: string;
let all: Image[];
const labelIds: Record<string, string> = {};

beforeAll(async () => {
  companion = await TestCompanion.start();
  client = await companion.owner();
  projectId = await firstProject(client);
  const made = await createVersion(client, projectId, 'browsed');
  datasetId = made.dataset.id;
  versionId = made.version.id;
  const entries: Entry[] = [];
  for (let i = 0; i < 60; i++) {
    const folder = ['猫', '狗', 'bird', ''][i % 4]!;
    const name = i % 3 === 0 ? `照片_${i}.png` : `Photo "${i}"%_.png`;
    entries.push({
      path: folder === '' ? name : `${folder}/${name}`,
      content: await picture(i, { format: 'png', width: 8, height: 8 })
    });
  }
  await importBytes(
    client,
    projectId,
    versionId,
    [{ name: 'a.tar', bytes: pack('tar', entries) }],
    { format: 'class-folders' }
  );
  const { items } = await client.call(labeling.listLabels, { params: { versionId } });
  for (const { name, id } of items) {
    labelIds[name] = id;
  }
  all = (await page({ limit: 1000 })).items;
  // Five of the birds are somebody's by hand.
  const birds = all.filter(image => image.annotations[0]?.shape.labelId === labelIds['bird']);
  await client.call(labeling.save, {
    params: { versionId },
    body: {
      images: birds.slice(0, 5).map(({ id, revision }) => ({
        imageId: id,
        revision,
        shapes: [{ kind: 'classification' as const, labelId: labelIds['猫']! }]
      }))
    }
  });
  all = (await page({ limit: 1000 })).items;
}, 90_000);
afterAll(() => companion.dispose());

const page = (query: object) => client.call(datasets.listImages, { params: { versionId }, query });

/** Every page of a filter, `limit` at a time. */
async function walk(query: object, limit: number): Promise<Image[]> {
  const items: Image[] = [];
  let cursor: string | undefined;
  do {
    const next = await page({ ...query, limit, ...(cursor === undefined ? {} : { cursor }) });
    items.push(...next.items);
    cursor = next.next;
  } while (cursor !== undefined);
  return items;
}

const has = (label: string) => (image: Image) =>
  image.annotations.some(({ shape }) => shape.labelId === labelIds[label]);

test('every filter finds what a look at each image finds, page by page, and counts it', async () => {
  const me = all.find(image => image.annotations[0]?.source === 'manual')!.annotations[0]!.by!.id;
  const cases: [object, (image: Image) => boolean][] = [
    [{}, () => true],
    [{ state: 'unlabeled' }, image => image.state === 'unlabeled'],
    [{ state: 'labeled' }, image => image.state === 'labeled'],
    [{ state: 'cleaned' }, () => false],
    [{ labels: labelIds['猫'] }, has('猫')],
    [{ labels: labelIds['狗'], state: 'labeled' }, has('狗')],
    [{ labels: labelIds['狗'], state: 'unlabeled' }, () => false],
    [
      { labels: `${labelIds['猫']},${labelIds['bird']}` },
      image => has('猫')(image) || has('bird')(image)
    ],
    [{ labels: '01890000-0000-7000-8000-000000000000' }, () => false],
    [{ source: 'manual' }, image => image.annotations[0]?.source === 'manual'],
    [
      { source: 'import', labels: labelIds['猫'] },
      image => has('猫')(image) && image.annotations[0]?.source === 'import'
    ],
    [{ byUserId: me }, image => image.annotations[0]?.by?.id === me],
    [{ search: '照片_' }, image => image.name.includes('照片_')],
    [{ search: '片' }, image => image.name.includes('片')],
    [{ search: 'pHOTO "1' }, image => image.name.startsWith('Photo "1')],
    [{ search: '%_' }, image => image.name.includes('%_')],
    [{ search: '"%_.' }, image => image.name.includes('"%_.')],
    [{ search: 'NEAR(a b)' }, () => false],
    [
      { search: '照片_', state: 'unlabeled' },
      image => image.name.includes('照片_') && image.state === 'unlabeled'
    ],
    [
      { search: 'Photo', labels: labelIds['猫'], source: 'manual' },
      image =>
        image.name.includes('Photo') &&
        has('猫')(image) &&
        image.annotations[0]?.source === 'manual'
    ]
  ];
  for (const [query, wanted] of cases) {
    const expected = all.filter(wanted).map(({ id }) => id);
    const found = await walk(query, 7);
    expect({ query, ids: found.map(({ id }) => id) }).toEqual({ query, ids: expected });
    const first = await page({ ...query, limit: 3 });
    expect({ query, total: first.total, minimum: first.totalIsMinimum }).toEqual({
      query,
      total: expected.length,
      minimum: false
    });
    const jumped = await page({ ...query, limit: 5, skip: 4 });
    expect(jumped.items.map(({ id }) => id)).toEqual(expected.slice(4, 9));
  }
});

test('pages stay where they are while images come and go', async () => {
  const { version } = await createVersion(client, projectId, 'moving');
  const put = async (from: number, to: number) => {
    const files = [];
    for (let i = from; i < to; i++) {
      files.push({ name: `${i}.png`, bytes: await picture(1000 + i, { format: 'png' }) });
    }
    await importBytes(client, projectId, version.id, files);
  };
  await put(0, 12);
  const list = (query: object) =>
    client.call(datasets.listImages, { params: { versionId: version.id }, query });
  const first = await list({ limit: 5 });
  await client.call(datasets.deleteImages, {
    params: { versionId: version.id },
    body: { imageIds: [first.items[0]!.id, first.items[4]!.id] }
  });
  await put(12, 14);
  const rest = await list({ limit: 100, cursor: first.next! });
  expect(rest.items.map(({ name }) => name)).toEqual(
    Array.from({ length: 9 }, (_, i) => `${i + 5}.png`)
  );
  expect(rest.total).toBe(12);
  const after = await client.call(datasets.getVersion, { params: { versionId: version.id } });
  expect(after.counts.total).toBe(12);
}, 60_000);

test('a cursor of another list is refused', async () => {
  const foreign = Buffer.from(JSON.stringify(['datasets', 'x'])).toString('base64url');
  await expect(page({ cursor: foreign })).rejects.toMatchObject({
    problem: { code: 'bad-cursor', field: 'query.cursor' }
  });
});

test('a version from another shares the bytes and goes its own way', async () => {
  const copy = await client.call(datasets.createVersion, {
    params: { datasetId },
    body: { baseVersionId: versionId }
  });
  const original = await client.call(datasets.getVersion, { params: { versionId } });
  expect(copy).toMatchObject({
    number: 2,
    baseVersionId: versionId,
    counts: original.counts,
    bytes: original.bytes,
    status: original.status
  });
  const copied = await client.call(datasets.listImages, {
    params: { versionId: copy.id },
    query: { limit: 1000 }
  });
  const essence = ({ name, sha256, state, annotations }: Image) => ({
    name,
    sha256,
    state,
    annotations
  });
  expect(copied.items.map(essence)).toEqual(all.map(essence));
  await client.call(datasets.deleteImages, {
    params: { versionId: copy.id },
    body: { imageIds: copied.items.slice(0, 30).map(({ id }) => id) }
  });
  expect((await page({ limit: 1000 })).items).toEqual(all);
  const dataset = await client.call(datasets.get, { params: { datasetId } });
  expect(dataset.versions.map(({ number }) => number)).toEqual([2, 1]);
  await client.call(datasets.deleteVersion, { params: { versionId: copy.id } });
  const content = await client.raw(datasets.imageContent, { params: { imageId: all[0]!.id } });
  expect((await content.arrayBuffer()).byteLength).toBe(all[0]!.bytes);
  const found = await client.call(datasets.listImages, {
    params: { versionId },
    query: { search: '照片_' }
  });
  expect(found.total).toBe(20);
}, 60_000);
