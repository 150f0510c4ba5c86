import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Client } from '@topsdl/client';
import { operations, type Image } from '@topsdl/contract';
import { pack } from '../support/archives.ts';
import { firstProject, TestCompanion } from '../support/companion.ts';
import { createVersion, importBytes } from '../support/datasets.ts';
import { picture } from '../support/pictures.ts';

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

async function withImages(number: number) {
  const made = await createVersion(client, projectId, `labeled ${++count}`);
  const entries = [];
  for (let i = 0; i < number; i++) {
    entries.push({ path: `${i}.png`, content: await picture(count * 1000 + i, { format: 'png' }) });
  }
  await importBytes(client, projectId, made.version.id, [
    { name: 'images.zip', bytes: pack('zip', entries) }
  ]);
  return { ...made, images: await list(made.version.id) };
}

async function list(versionId: string, query: object = {}): Promise<Image[]> {
  const page = await client.call(datasets.listImages, {
    params: { versionId },
    query: { limit: 1000, ...query }
  });
  return page.items;
}

const label = (datasetId: string, name: string, more: object = {}) =>
  client.call(labeling.createLabel, { params: { datasetId }, body: { name, ...more } });

const save = (
  versionId: string,
  images: readonly { id: string; revision: number }[],
  labelId: string | null,
  idempotencyKey?: string
) =>
  client.call(
    labeling.save,
    {
      params: { versionId },
      body: {
        images: images.map(({ id, revision }) => ({
          imageId: id,
          revision,
          shapes: labelId === null ? [] : [{ kind: 'classification' as const, labelId }]
        }))
      }
    },
    idempotencyKey === undefined ? {} : { idempotencyKey }
  );

test('labels get the next colour and key, keep names and keys apart, and stay while they are used', async () => {
  const { dataset, version, images } = await withImages(2);
  const cat = await label(dataset.id, '猫');
  const dog = await label(dataset.id, 'dog', { shortcut: '5', color: '#AABBCC' });
  expect([cat.shortcut, dog.shortcut, dog.color]).toEqual(['1', '5', '#AABBCC']);
  expect(cat.color).not.toBe(dog.color);
  await expect(label(dataset.id, '猫')).rejects.toMatchObject({
    problem: { code: 'name-taken', field: 'body.name' }
  });
  await expect(label(dataset.id, 'bird', { shortcut: '5' })).rejects.toMatchObject({
    problem: { code: 'shortcut-taken', field: 'body.shortcut' }
  });
  await expect(label(dataset.id, 'x', { color: 'red;background:url(x)' })).rejects.toMatchObject({
    code: 'invalid'
  });
  const renamed = await client.call(labeling.updateLabel, {
    params: { labelId: cat.id },
    body: { name: '小猫' }
  });
  expect(renamed).toMatchObject({ name: '小猫', color: cat.color, shortcut: '1' });
  await save(version.id, images, cat.id);
  const params = { labelId: cat.id };
  await expect(client.call(labeling.deleteLabel, { params })).rejects.toMatchObject({
    code: 'label-used',
    params: { count: 2 }
  });
  await save(version.id, await list(version.id), null);
  await client.call(labeling.deleteLabel, { params });
  const { items } = await client.call(labeling.listLabels, { params: { versionId: version.id } });
  expect(items.map(({ name }) => name)).toEqual(['dog']);
});

test('a save is all or nothing, moves revisions and counters, and is remembered', async () => {
  const { dataset, version, images } = await withImages(4);
  const a = await label(dataset.id, 'a');
  const b = await label(dataset.id, 'b');
  const saved = await save(version.id, images.slice(0, 3), a.id);
  expect(saved.images.map(({ revision, state }) => [revision, state])).toEqual([
    [1, 'labeled'],
    [1, 'labeled'],
    [1, 'labeled']
  ]);
  // Someone else is a step ahead on the first; nothing of the second save happens.
  await save(version.id, [{ id: images[0]!.id, revision: 1 }], b.id);
  const stale = [
    { id: images[0]!.id, revision: 1 },
    { id: images[3]!.id, revision: 0 }
  ];
  await expect(save(version.id, stale, a.id)).rejects.toMatchObject({
    code: 'annotation-conflict',
    problem: { status: 409, params: { count: 1, images: images[0]!.id } }
  });
  const now = await list(version.id);
  expect(now[3]).toMatchObject({ revision: 0, state: 'unlabeled', annotations: [] });
  expect(now[0]!.annotations[0]).toMatchObject({
    shape: { kind: 'classification', labelId: b.id },
    source: 'manual',
    by: { name: expect.any(String) }
  });
  const after = await client.call(datasets.getVersion, { params: { versionId: version.id } });
  expect(after.counts).toEqual({ total: 4, unlabeled: 1, labeled: 3, cleaned: 0 });
  expect(after.status).toBe('labeling');
  const { items } = await client.call(labeling.listLabels, { params: { versionId: version.id } });
  expect(items.map(({ imageCount }) => imageCount)).toEqual([2, 1]);
  const history = await client.call(labeling.history, { params: { imageId: images[0]!.id } });
  expect(history.items.map(({ revision, shapes }) => [revision, shapes[0]?.labelId])).toEqual([
    [2, b.id],
    [1, a.id]
  ]);
});

test('whoever labeled images of a version is named, and their images are found', async () => {
  const { version, dataset, images } = await withImages(3);
  const labelers = async () => {
    const params = { versionId: version.id };
    return (await client.call(labeling.listLabelers, { params })).items;
  };
  expect(await labelers()).toEqual([]);
  const a = await label(dataset.id, 'a');
  await save(version.id, images.slice(0, 2), a.id);
  const admin = await companion.admin();
  await admin.call(labeling.save, {
    params: { versionId: version.id },
    body: {
      images: [
        {
          imageId: images[2]!.id,
          revision: 0,
          shapes: [{ kind: 'classification', labelId: a.id }]
        }
      ]
    }
  });
  const found = await labelers();
  expect(found.map(({ name }) => name)).toEqual(found.map(({ name }) => name).sort());
  const counts = await Promise.all(
    found.map(async ({ id }) => (await list(version.id, { byUserId: id })).length)
  );
  expect(counts.sort()).toEqual([1, 2]);
  expect(await list(version.id, { source: 'manual' })).toHaveLength(3);
  expect(await list(version.id, { source: 'import' })).toHaveLength(0);
  await save(version.id, (await list(version.id)).slice(2), null);
  expect(await labelers()).toHaveLength(1);
});

test('repeating a save under its key does it once', async () => {
  const { dataset, version, images } = await withImages(2);
  const a = await label(dataset.id, 'a');
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => save(version.id, images, a.id, `key-${version.id}`))
  );
  expect(new Set(answers.map(answer => JSON.stringify(answer))).size).toBe(1);
  expect((await list(version.id)).map(({ revision }) => revision)).toEqual([1, 1]);
  await expect(
    save(version.id, [{ id: images[0]!.id, revision: 1 }], a.id, `key-${version.id}`)
  ).rejects.toMatchObject({ code: 'idempotency-conflict' });
});

test('of savers at the same moment one wins, and no update is lost', async () => {
  const { dataset, version, images } = await withImages(1);
  const names = await Promise.all(['a', 'b', 'c', 'd'].map(name => label(dataset.id, name)));
  const results = await Promise.allSettled(names.map(({ id }) => save(version.id, images, id)));
  const won = results.filter(result => result.status === 'fulfilled');
  expect(won).toHaveLength(1);
  const [image] = await list(version.id);
  expect(image!.revision).toBe(1);
  const { items } = await client.call(labeling.listLabels, { params: { versionId: version.id } });
  expect(items.reduce((sum, item) => sum + item.imageCount, 0)).toBe(1);
});

test('labels and images of other datasets and doubled ones are refused with their field', async () => {
  const mine = await withImages(2);
  const other = await withImages(1);
  const own = await label(mine.dataset.id, 'own');
  const foreign = await label(other.dataset.id, 'foreign');
  await expect(save(mine.version.id, mine.images, foreign.id)).rejects.toMatchObject({
    problem: { code: 'label-foreign', field: 'body.images.0.shapes.0.labelId' }
  });
  await expect(
    save(mine.version.id, [mine.images[0]!, other.images[0]!], own.id)
  ).rejects.toMatchObject({ problem: { code: 'image-foreign', field: 'body.images.1.imageId' } });
  await expect(
    save(mine.version.id, [mine.images[0]!, mine.images[0]!], own.id)
  ).rejects.toMatchObject({ problem: { code: 'image-twice', field: 'body.images.1.imageId' } });
  const two = client.call(labeling.save, {
    params: { versionId: mine.version.id },
    body: {
      images: [
        {
          imageId: mine.images[0]!.id,
          revision: 0,
          shapes: [
            { kind: 'classification', labelId: own.id },
            { kind: 'classification', labelId: own.id }
          ]
        }
      ]
    }
  });
  await expect(two).rejects.toMatchObject({ code: 'too-many-labels' });
});

test('nobody of another project sees that any of it exists; public data is read by all, written by administrators', async () => {
  const { dataset, version, images } = await withImages(1);
  const own = await label(dataset.id, 'own');
  const stranger = await companion.user('stranger', ['platform', 'data', 'label']);
  const hidden = [
    stranger.client.call(datasets.get, { params: { datasetId: dataset.id } }),
    stranger.client.call(datasets.getVersion, { params: { versionId: version.id } }),
    stranger.client.call(datasets.listImages, { params: { versionId: version.id } }),
    stranger.client.call(datasets.getImage, { params: { imageId: images[0]!.id } }),
    stranger.client.raw(datasets.thumbnail, { params: { imageId: images[0]!.id } }),
    stranger.client.call(labeling.history, { params: { imageId: images[0]!.id } }),
    stranger.client.call(labeling.deleteLabel, { params: { labelId: own.id } }),
    stranger.client.call(labeling.createLabel, {
      params: { datasetId: dataset.id },
      body: { name: 'mine' }
    })
  ];
  for (const result of await Promise.allSettled(hidden)) {
    expect(result).toMatchObject({ status: 'rejected', reason: { code: 'not-found' } });
  }
  const body = {
    name: '公共数据',
    dataType: 'image' as const,
    annotationType: 'classification' as const,
    public: true
  };
  await expect(client.call(datasets.create, { params: { projectId }, body })).rejects.toMatchObject(
    { code: 'not-allowed' }
  );
  const admin = await companion.admin();
  const open = await admin.call(datasets.create, { params: { projectId }, body });
  expect(open).toMatchObject({ public: true, projectId: null });
  const seen = await stranger.client.call(datasets.get, { params: { datasetId: open.id } });
  expect(seen.name).toBe(body.name);
  await expect(
    stranger.client.call(labeling.createLabel, {
      params: { datasetId: open.id },
      body: { name: 'mine' }
    })
  ).rejects.toMatchObject({ code: 'public-read-only' });
});
