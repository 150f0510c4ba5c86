import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { appendFileSync, existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { upload, type Client } from '@topsdl/client';
import { MAX_ARCHIVE_BYTES, operations } from '@topsdl/contract';
import { firstProject, TestCompanion } from '../support/companion.ts';

const { uploads } = operations;
let companion: TestCompanion;
let client: Client;
let projectId: string;

beforeAll(async () => {
  companion = await TestCompanion.start();
  client = await companion.owner();
  projectId = await firstProject(client);
}, 60_000);
afterAll(() => companion.dispose());

const create = (size: number, fileName = 'a.zip') =>
  client.call(uploads.create, { params: { projectId }, body: { fileName, size } });
const append = (uploadId: string, offset: number, bytes: Uint8Array<ArrayBuffer>) =>
  client.call(
    uploads.append,
    { params: { uploadId } },
    { rawBody: bytes, headers: { 'Upload-Offset': String(offset) } }
  );
const bytesOf = (length: number) => Uint8Array.from(randomBytes(length));

test('5 GiB are announced, and one byte more is refused at once', async () => {
  const whole = await create(MAX_ARCHIVE_BYTES);
  expect(whole.offset).toBe(0);
  await expect(create(MAX_ARCHIVE_BYTES + 1, 'large.zip')).rejects.toMatchObject({
    problem: { status: 413, code: 'archive-too-large', field: 'body.size' }
  });
  await client.call(uploads.delete, { params: { uploadId: whole.id } });
});

test('a project takes no more than its storage holds, and says how much that is', async () => {
  const KIB = 1024;
  const admin = await companion.admin();
  const project = await admin.call(operations.projects.create, {
    body: { name: 'small', quotas: [{ resource: 'storage', limit: '1Mi' }] }
  });
  const params = { projectId: project.id };
  const announce = (size: number) =>
    admin.call(uploads.create, { params, body: { fileName: 'a.zip', size } });
  const { id } = await announce(700 * KIB);
  await expect(announce(400 * KIB)).rejects.toMatchObject({
    problem: {
      status: 409,
      code: 'storage-exhausted',
      field: 'body.size',
      detail:
        'The project’s storage is used up: 400 KiB more do not fit into 1 MiB, of which 700 KiB are used.'
    }
  });
  const set = await admin.call(operations.algorithms.create, {
    params,
    body: { name: 'code', scenario: 'image-classification' }
  });
  const version = await admin.call(operations.algorithms.createVersion, {
    params: { setId: set.id },
    body: {}
  });
  const write = (bytes: number) =>
    admin.call(
      operations.algorithms.writeFile,
      { params: { versionId: version.id }, query: { path: 'a.bin' } },
      { rawBody: bytesOf(bytes) }
    );
  await write(100 * KIB);
  await expect(write(400 * KIB)).rejects.toMatchObject({ code: 'storage-exhausted' });
  await admin.call(uploads.delete, { params: { uploadId: id } });
  await write(400 * KIB);
});

test('parts have to begin where the server is, and not one byte more than announced is kept', async () => {
  const { id } = await create(1000);
  const path = join(companion.data, 'uploads', id);
  expect((await append(id, 0, bytesOf(600))).offset).toBe(600);
  await expect(append(id, 0, bytesOf(400))).rejects.toMatchObject({
    code: 'upload-offset',
    params: { offset: 600 }
  });
  await expect(append(id, 600, bytesOf(401))).rejects.toMatchObject({ code: 'too-large' });
  expect(statSync(path).size).toBe(600);
  expect((await append(id, 600, bytesOf(400))).offset).toBe(1000);
  expect(statSync(path).size).toBe(1000);
  await client.call(uploads.delete, { params: { uploadId: id } });
  expect(existsSync(path)).toBe(false);
});

test('what came before a broken connection is kept, and the sender goes on from there', async () => {
  const { id } = await create(4_000_000);
  const controller = new AbortController();
  const body = new ReadableStream<Uint8Array>({
    start(stream) {
      stream.enqueue(bytesOf(1_500_000));
    }
  });
  const sent = client.call(
    uploads.append,
    { params: { uploadId: id } },
    { rawBody: body, headers: { 'Upload-Offset': '0' }, signal: controller.signal }
  );
  const path = join(companion.data, 'uploads', id);
  while (!existsSync(path) || statSync(path).size < 1_500_000) {
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  controller.abort();
  await expect(sent).rejects.toThrow();
  let offset = 0;
  while (offset === 0) {
    ({ offset } = await client.call(uploads.get, { params: { uploadId: id } }));
  }
  expect(offset).toBe(1_500_000);
  expect((await append(id, offset, bytesOf(2_500_000))).offset).toBe(4_000_000);
});

test('bytes that a crash left unconfirmed do not count', async () => {
  const content = randomBytes(300_000);
  const { id } = await create(content.length);
  await append(id, 0, Uint8Array.from(content.subarray(0, 100_000)));
  await companion.kill();
  appendFileSync(join(companion.data, 'uploads', id), randomBytes(5000));
  companion = await TestCompanion.start({ data: companion.data });
  client = await companion.owner();
  const blob = new Blob([Uint8Array.from(content)]);
  const done = await upload(client, { projectId, fileName: 'a', content: blob, uploadId: id });
  expect(done.offset).toBe(content.length);
  expect(readFileSync(join(companion.data, 'uploads', id)).equals(content)).toBe(true);
}, 60_000);

test('an upload whose bytes are gone, as after a restored backup, is begun anew', async () => {
  const { id } = await create(300_000);
  await append(id, 0, bytesOf(100_000));
  await companion.kill();
  rmSync(join(companion.data, 'uploads', id));
  companion = await TestCompanion.start({ data: companion.data });
  client = await companion.owner();
  await expect(append(id, 100_000, bytesOf(100_000))).rejects.toMatchObject({ code: 'not-found' });
}, 60_000);

test('an upload that is not whole is not imported, and another project’s is not found', async () => {
  const { id } = await create(10);
  const dataset = await client.call(operations.datasets.create, {
    params: { projectId },
    body: { name: 'target', dataType: 'image', annotationType: 'classification' }
  });
  const version = await client.call(operations.datasets.createVersion, {
    params: { datasetId: dataset.id },
    body: {}
  });
  const begin = client.call(operations.datasets.startImport, {
    params: { versionId: version.id },
    body: { uploadIds: [id] }
  });
  await expect(begin).rejects.toMatchObject({
    problem: { code: 'upload-incomplete', field: 'body.uploadIds.0' }
  });
  const stranger = await companion.user('uploader', ['data']);
  await expect(
    stranger.client.call(uploads.get, { params: { uploadId: id } })
  ).rejects.toMatchObject({ code: 'not-found' });
});
