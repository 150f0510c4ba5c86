import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { operations, type FileSet } from '@topsdl/contract';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setStage, type Stage } from '../support/stage.ts';

let stage: Stage;
const { algorithms } = operations;

beforeAll(async () => {
  stage = await setStage();
}, 60_000);

afterAll(() => stage?.close(), 60_000);

const refused = (code: string, field?: string) => ({
  problem: { code, ...(field === undefined ? {} : { field }) }
});
const version = (versionId: string) => ({ params: { versionId } });
const at = (versionId: string, path: string) => ({ params: { versionId }, query: { path } });
const read = async (versionId: string, path: string, headers: Record<string, string> = {}) =>
  stage.owner.raw(algorithms.readFile, at(versionId, path), { headers });
const count = async (versionId: string) => {
  const { fileCount, bytes } = await stage.owner.call(algorithms.getVersion, version(versionId));
  return { fileCount, bytes };
};

test('files of a version are written, read, moved, counted and deleted', async () => {
  const { id } = await stage.version('algorithms', 'files', {
    'train.py': 'print(1)',
    'lib/e\u0301.txt': 'accent'
  });
  expect(await count(id)).toEqual({ fileCount: 2, bytes: 14 });
  const { items } = await stage.owner.call(algorithms.listFiles, {
    params: { versionId: id },
    query: { recursive: 'true' }
  });
  expect(items.map(({ path, kind }) => [path, kind])).toEqual([
    ['lib', 'directory'],
    ['lib/\u00e9.txt', 'file'],
    ['train.py', 'file']
  ]);
  await stage.write('algorithms', id, 'train.py', 'print(2, 3)');
  expect(await count(id)).toEqual({ fileCount: 2, bytes: 17 });
  expect(await (await read(id, 'train.py')).text()).toBe('print(2, 3)');

  const part = await read(id, 'train.py', { range: 'bytes=6-8' });
  expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([
    206,
    'bytes 6-8/11',
    '2, '
  ]);
  await expect(read(id, 'train.py', { range: 'bytes=99-' })).rejects.toMatchObject(
    refused('range-not-satisfiable')
  );
  expect(part.headers.get('content-disposition')).toContain('attachment');
  expect(part.headers.get('content-security-policy')).toContain('sandbox');
  expect(part.headers.get('x-content-type-options')).toBe('nosniff');

  await stage.owner.call(algorithms.moveFile, {
    params: { versionId: id },
    body: { from: 'lib', to: 'src/lib' }
  });
  await stage.owner.call(algorithms.createDirectory, {
    params: { versionId: id },
    body: { path: 'empty' }
  });
  await expect(
    stage.owner.call(algorithms.createDirectory, {
      params: { versionId: id },
      body: { path: 'empty' }
    })
  ).rejects.toMatchObject(refused('file-exists'));
  await expect(read(id, 'lib/\u00e9.txt')).rejects.toMatchObject(refused('file-not-found'));
  await expect(read(id, 'empty')).rejects.toMatchObject(refused('is-a-directory'));
  await expect(stage.write('algorithms', id, 'train.py/x', '')).rejects.toMatchObject(
    refused('not-a-directory')
  );
  await stage.owner.call(algorithms.deleteFile, at(id, 'src'));
  expect(await count(id)).toEqual({ fileCount: 1, bytes: 11 });
});

test.each(['../x', '/etc/passwd', 'a/../../x', 'a\\b', '..', 'a//b', 'a/./b', 'x\u0000y', ''])(
  'no path leads out of a version: %j',
  async path => {
    const { id } = await stage.version('algorithms', `jail ${Math.random()}`, { x: '1' });
    await expect(read(id, path)).rejects.toMatchObject(refused('invalid'));
    await expect(stage.write('algorithms', id, path, 'x')).rejects.toMatchObject(
      refused('invalid')
    );
  }
);

test('a name is as long as the file system lets it be', async () => {
  const { id } = await stage.version('algorithms', 'long names', {});
  await stage.write('algorithms', id, `包/${'长'.repeat(85)}`, 'x');
  await expect(stage.write('algorithms', id, `包/${'长'.repeat(86)}`, 'x')).rejects.toMatchObject({
    problem: { fields: [{ code: 'rule.fileNameLength' }] }
  });
});

test('a new version has the files of another and goes its own way', async () => {
  const first = await stage.version('algorithms', 'lineage', { 'a.txt': 'one', 'b/c.txt': 'two' });
  const second = await stage.owner.call(algorithms.createVersion, {
    params: { setId: first.setId },
    body: { fromVersionId: first.id }
  });
  expect(second).toMatchObject({
    number: 2,
    fileCount: 2,
    bytes: 6,
    sealed: false,
    origin: { kind: 'version', versionId: first.id }
  });
  await stage.write('algorithms', second.id, 'a.txt', 'changed');
  expect(await (await read(first.id, 'a.txt')).text()).toBe('one');
  expect(await (await read(second.id, 'a.txt')).text()).toBe('changed');
});

test('names, deletion and who may', async () => {
  const set = await stage.set('algorithms', 'rules');
  await expect(stage.set('algorithms', 'rules')).rejects.toMatchObject(
    refused('name-taken', 'body.name')
  );
  const body = { name: 'everyones', scenario: 'image-ocr' as const, public: true };
  const params = { projectId: stage.projectId };
  await expect(stage.owner.call(algorithms.create, { params, body })).rejects.toMatchObject(
    refused('not-allowed', 'body.public')
  );
  const shared = await stage.admin.call(algorithms.create, { params, body });
  expect(shared).toMatchObject({ public: true, projectId: null });
  const list = async (visibility?: 'project' | 'public' | 'all') => {
    const { items } = await stage.owner.call(algorithms.list, {
      params,
      query: visibility === undefined ? {} : { visibility }
    });
    return items.map(({ name }: FileSet) => name);
  };
  expect(await list()).not.toContain('everyones');
  expect(await list('public')).toEqual(['everyones']);
  expect(await list('all')).toEqual(expect.arrayContaining(['everyones', 'rules']));
  await expect(
    stage.owner.call(algorithms.createVersion, { params: { setId: shared.id }, body: {} })
  ).rejects.toMatchObject(refused('public-read-only'));

  const made = await stage.owner.call(algorithms.createVersion, {
    params: { setId: set.id },
    body: {}
  });
  await expect(
    stage.owner.call(algorithms.delete, { params: { setId: set.id } })
  ).rejects.toMatchObject(refused('not-empty'));
  const training = await stage.training('user of it', 'true', { algorithmVersionIds: [made.id] });
  await expect(stage.owner.call(algorithms.deleteVersion, version(made.id))).rejects.toMatchObject({
    problem: { code: 'still-used', params: { users: '“user of it”' } }
  });
  await stage.owner.call(operations.training.delete, { params: { trainingId: training.id } });
  await stage.owner.call(algorithms.deleteVersion, version(made.id));
  expect(existsSync(join(stage.companion.dataDir, 'sets', made.id))).toBe(false);
  await stage.owner.call(algorithms.delete, { params: { setId: set.id } });
  expect(readdirSync(join(stage.companion.dataDir, 'sets/.scratch'))).toEqual([]);
});

test('another project sees nothing of it', async () => {
  const { id, setId } = await stage.version('algorithms', 'hidden', { x: '1' });
  const stranger = await stage.member('stranger');
  for (const path of [
    `/api/algorithms/${setId}`,
    `/api/algorithms/${setId}/versions`,
    `/api/algorithm-versions/${id}`,
    `/api/algorithm-versions/${id}/files`,
    `/api/algorithm-versions/${id}/files/content?path=x`,
    `/api/algorithm-versions/${id}/archive`,
    // A set of one kind is none of the other.
    `/api/models/${setId}`
  ]) {
    const answer = await stage.companion.fetch(path, { headers: { authorization: stranger } });
    expect([path, answer.status]).toEqual([path, 404]);
  }
});

test('an archive has everything, and other programs can read it', async () => {
  const { id } = await stage.version('algorithms', '档案', {
    'src/train.py': 'print(1)',
    'src/数据/一.txt': 'text '.repeat(1000)
  });
  await stage.owner.call(algorithms.createDirectory, {
    params: { versionId: id },
    body: { path: 'src/empty' }
  });
  const answer = await stage.owner.raw(algorithms.archive, {
    params: { versionId: id },
    query: { path: 'src' }
  });
  const directory = mkdtempSync(join(tmpdir(), 'archive-'));
  try {
    const file = join(directory, 'a.zip');
    writeFileSync(file, Buffer.from(await answer.arrayBuffer()));
    const names = execFileSync(
      'python3',
      [
        '-c',
        'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(z.testzip(), sorted(z.namelist()))',
        file
      ],
      { encoding: 'utf8' }
    );
    expect(names.trim()).toBe("None ['empty/', 'train.py', '数据/', '数据/一.txt']");
  } finally {
    rmSync(directory, { recursive: true });
  }
});
