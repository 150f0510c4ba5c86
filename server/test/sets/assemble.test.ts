import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { upload } from '@topsdl/client';
import { operations } from '@topsdl/contract';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setStage, type Stage } from '../support/stage.ts';

let stage: Stage;
const { algorithms } = operations;

beforeAll(async () => {
  stage = await setStage();
}, 60_000);

afterAll(() => stage?.close(), 60_000);

async function sent(text: string, projectId = stage.projectId): Promise<string> {
  const content = new Blob([text]);
  return (await upload(stage.owner, { projectId, fileName: 'any', content })).id;
}

const create = (setId: string, body: object) =>
  stage.owner.call(algorithms.createVersion, { params: { setId }, body });

async function contents(versionId: string): Promise<Record<string, string>> {
  const params = { versionId };
  const { items } = await stage.owner.call(algorithms.listFiles, {
    params,
    query: { recursive: 'true' }
  });
  const files = items.filter(({ kind }) => kind === 'file');
  const texts = files.map(async ({ path }) => {
    const response = await stage.owner.raw(algorithms.readFile, { params, query: { path } });
    return [path, await response.text()] as const;
  });
  return Object.fromEntries(await Promise.all(texts));
}

const left = (directory: string) => readdirSync(join(stage.companion.dataDir, directory));

test('a version is made of uploads at once, an empty one among them', async () => {
  const set = await stage.set('algorithms', 'assembled');
  const version = await create(set.id, {
    files: [
      { path: 'train.py', uploadId: await sent('print(1)') },
      { path: 'lib/数据.py', uploadId: await sent('x = 1') },
      { path: 'lib/__init__.py', uploadId: await sent('') }
    ]
  });
  expect(version).toMatchObject({ number: 1, fileCount: 3, bytes: 13, origin: { kind: 'empty' } });
  expect(await contents(version.id)).toEqual({
    'train.py': 'print(1)',
    'lib/数据.py': 'x = 1',
    'lib/__init__.py': ''
  });
  expect(left('uploads')).toEqual([]);
});

test('files replace those of the version that it begins with, which keeps its own', async () => {
  const first = await stage.version('algorithms', 'replaced', { 'a.py': 'old', 'b.py': 'kept' });
  const second = await create(first.setId, {
    fromVersionId: first.id,
    files: [{ path: 'a.py', uploadId: await sent('newer') }]
  });
  expect(second).toMatchObject({ number: 2, fileCount: 2, bytes: 9 });
  expect(await contents(second.id)).toEqual({ 'a.py': 'newer', 'b.py': 'kept' });
  expect(await contents(first.id)).toEqual({ 'a.py': 'old', 'b.py': 'kept' });
});

test('what cannot be made whole is not made at all, and the uploads stay', async () => {
  const set = await stage.set('algorithms', 'not made');
  const good = await sent('good');
  const half = await stage.owner.call(operations.uploads.create, {
    params: { projectId: stage.projectId },
    body: { fileName: 'half', size: 10 }
  });
  const unknown = '01890a5d-ac96-774b-bcce-b302099a8057';
  const file = (path: string, uploadId: string) => ({ path, uploadId });
  const before = left('uploads').length;
  for (const [files, problem] of [
    [
      [file('a', good), file('b', half.id)],
      { code: 'upload-incomplete', field: 'body.files.1.uploadId' }
    ],
    [[file('a', good), file('b', unknown)], { code: 'not-found', field: 'body.files.1.uploadId' }],
    [[file('a', good), file('a', good)], { code: 'file-exists', field: 'body.files.1.path' }],
    [
      [file('a', good), file('a/b', await sent('below a file'))],
      { code: 'not-a-directory', field: 'body.files.1.path' }
    ],
    [[file('../a', good)], { code: 'invalid' }]
  ] as const) {
    await expect(create(set.id, { files })).rejects.toMatchObject({ problem });
  }
  const { items } = await stage.owner.call(algorithms.listVersions, { params: { setId: set.id } });
  expect(items).toEqual([]);
  expect(left('uploads')).toHaveLength(before + 1);
  expect(existsSync(join(stage.companion.dataDir, 'sets/.scratch'))).toBe(true);
  expect(left('sets/.scratch')).toEqual([]);
  expect(await contents((await create(set.id, { files: [file('a', good)] })).id)).toEqual({
    a: 'good'
  });
});

test('an upload of another project is none', async () => {
  const set = await stage.set('algorithms', 'foreign');
  const elsewhere = await stage.admin.call(operations.projects.create, {
    body: { name: 'elsewhere', memberIds: [] }
  });
  const content = new Blob(['x']);
  const { id } = await upload(stage.admin, { projectId: elsewhere.id, fileName: 'x', content });
  await expect(create(set.id, { files: [{ path: 'x', uploadId: id }] })).rejects.toMatchObject({
    problem: { code: 'not-found', field: 'body.files.0.uploadId' }
  });
});

test('an upload becomes a file of a version that is there, once', async () => {
  const version = await stage.version('models', 'large', { 'weights.bin': 'old' });
  const params = { versionId: version.id };
  const place = (path: string, uploadId: string) =>
    stage.owner.call(operations.models.placeUpload, { params, body: { path, uploadId } });
  const uploadId = await sent('new weights');
  await expect(place('weights.bin/x', uploadId)).rejects.toMatchObject({
    problem: { code: 'not-a-directory' }
  });
  const twice = await Promise.allSettled([
    place('weights.bin', uploadId),
    place('深/weights.bin', uploadId)
  ]);
  expect(twice.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  await expect(place('again.bin', uploadId)).rejects.toMatchObject({
    problem: { code: 'not-found', field: 'body.uploadId' }
  });
  const { items } = await stage.owner.call(operations.models.listFiles, {
    params,
    query: { recursive: 'true' }
  });
  const files = items.filter(({ kind }) => kind === 'file');
  expect(files.map(({ bytes }) => bytes)).toContain('new weights'.length);
  const counted = await stage.owner.call(operations.models.getVersion, { params });
  expect([counted.fileCount, counted.bytes]).toEqual([
    files.length,
    files.reduce((sum, { bytes }) => sum + bytes, 0)
  ]);
  expect(left('uploads')).not.toContain(uploadId);
  expect(left('sets/.scratch')).toEqual([]);
});
