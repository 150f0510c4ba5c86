import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { copyTree } from '../../src/sets/copy.ts';
import { Tree, TreeError } from '../../src/sets/tree.ts';

let base: string;
let root: string;
let tree: Tree;

beforeEach(() => {
  base = fs.mkdtempSync(join(tmpdir(), 'tree-'));
  root = join(base, 'root');
  fs.mkdirSync(root);
  fs.mkdirSync(join(base, 'scratch'));
  tree = new Tree(root, join(base, 'scratch'));
});

afterEach(() => fs.rmSync(base, { recursive: true }));

async function* bytes(...parts: string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    yield Buffer.from(part);
  }
}

async function write(path: string, body: AsyncIterable<Uint8Array>, limit: number) {
  const received = await tree.receive(body, limit);
  try {
    return await tree.place(received, path);
  } finally {
    await received.discard();
  }
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'nothing',
    (error: unknown) => {
      expect(error).toBeInstanceOf(TreeError);
      return (error as TreeError).code;
    }
  );
}

async function read(path: string): Promise<string> {
  const { handle } = await tree.open(path);
  try {
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

test('writes, reads, lists, moves and removes', async () => {
  const { entry, replaced } = await write('a/b/c.txt', bytes('one', 'two'), 100);
  expect(entry).toMatchObject({ name: 'c.txt', path: 'a/b/c.txt', kind: 'file', bytes: 6 });
  expect(replaced).toBeNull();
  expect((await write('a/b/c.txt', bytes('three'), 100)).replaced).toBe(6);
  expect(await read('a/b/c.txt')).toBe('three');
  await tree.makeDirectory('d');
  expect((await tree.list()).map(item => [item.path, item.kind])).toEqual([
    ['a', 'directory'],
    ['d', 'directory']
  ]);
  expect(await tree.move('a/b', 'd/e/f')).toMatchObject({ path: 'd/e/f', kind: 'directory' });
  expect(await read('d/e/f/c.txt')).toBe('three');
  expect(await tree.measure()).toEqual({ files: 1, bytes: 5 });
  expect(await tree.remove('d')).toEqual({ files: 1, bytes: 5 });
  expect(fs.readdirSync(join(base, 'scratch'))).toEqual([]);
});

test('says what is wrong with a path', async () => {
  await write('file', bytes('x'), 10);
  await tree.makeDirectory('directory');
  expect(await codeOf(tree.open('nothing'))).toBe('file-not-found');
  expect(await codeOf(tree.open('directory'))).toBe('is-a-directory');
  expect(await codeOf(tree.open('file/x'))).toBe('not-a-directory');
  expect(await codeOf(write('directory', bytes('x'), 10))).toBe('is-a-directory');
  expect(await codeOf(write('file/x', bytes('x'), 10))).toBe('not-a-directory');
  expect(await codeOf(tree.makeDirectory('file'))).toBe('file-exists');
  expect(await codeOf(tree.move('directory', 'file'))).toBe('file-exists');
  expect(await codeOf(tree.move('directory', 'directory/inside'))).toBe('file-exists');
  expect(await codeOf(write('large', bytes('12345', '678901'), 10))).toBe('too-large');
  expect(fs.readdirSync(root).sort()).toEqual(['directory', 'file']);
  expect(fs.readdirSync(join(base, 'scratch'))).toEqual([]);
});

test.each(['../x', 'a/../../x', '/etc/passwd', 'a//b', '.', 'a/./b', 'a\0b', ''])(
  'never leaves the tree by the name %j',
  async path => {
    fs.writeFileSync(join(base, 'x'), 'outside');
    expect(['file-not-found', 'is-a-directory']).toContain(await codeOf(tree.open(path)));
    expect(await codeOf(write(path, bytes('y'), 10))).not.toBe('nothing');
    expect(fs.readFileSync(join(base, 'x'), 'utf8')).toBe('outside');
  }
);

test('follows no link, at the end or in the middle', async () => {
  fs.mkdirSync(join(base, 'outside'));
  fs.writeFileSync(join(base, 'outside', 'secret'), 'secret');
  fs.symlinkSync(join(base, 'outside'), join(root, 'directory'));
  fs.symlinkSync(join(base, 'outside', 'secret'), join(root, 'file'));
  execFileSync('mkfifo', [join(root, 'fifo')]);
  expect(await tree.list()).toEqual([]);
  expect(await codeOf(tree.open('file'))).toBe('file-not-found');
  expect(await codeOf(tree.open('fifo'))).toBe('file-not-found');
  expect(await codeOf(tree.open('directory/secret'))).toBe('not-a-directory');
  expect(await codeOf(write('directory/new', bytes('x'), 10))).toBe('not-a-directory');
  expect(await codeOf(tree.remove('directory/secret'))).toBe('not-a-directory');
  // A link in the place of a file is replaced, not written through.
  await write('file', bytes('mine'), 10);
  expect(fs.readFileSync(join(base, 'outside', 'secret'), 'utf8')).toBe('secret');
  expect(fs.readdirSync(join(base, 'outside'))).toEqual(['secret']);
});

test('a linked copy keeps its bytes when the source is written, a clone when it is written into', async () => {
  await write('a/x', bytes('before'), 100);
  fs.symlinkSync('/etc/passwd', join(root, 'link'));
  const linked = await copyTree(tree, join(base, 'linked'), 'link');
  const cloned = await copyTree(tree, join(base, 'cloned'), 'clone');
  expect(linked).toEqual({ files: 1, bytes: 6, skipped: [] });
  expect(cloned).toEqual(linked);
  expect(fs.statSync(join(base, 'linked/a/x')).ino).toBe(fs.statSync(join(root, 'a/x')).ino);
  await write('a/x', bytes('after'), 100);
  expect(fs.readFileSync(join(base, 'linked/a/x'), 'utf8')).toBe('before');
  fs.appendFileSync(join(root, 'a/x'), '!');
  expect(fs.readFileSync(join(base, 'cloned/a/x'), 'utf8')).toBe('before');
  expect(fs.existsSync(join(base, 'cloned/link'))).toBe(false);
});

test('a copy has names in NFC and names what it could not take', async () => {
  fs.writeFileSync(join(root, 'e\u0301.txt'), '1');
  fs.writeFileSync(join(root, 'tab\t.txt'), '2');
  const copied = await copyTree(tree, join(base, 'copy'), 'clone');
  expect(fs.readdirSync(join(base, 'copy'))).toEqual(['\u00e9.txt']);
  expect(copied).toEqual({ files: 1, bytes: 1, skipped: ['tab\t.txt'] });
});

test('walks no deeper than requests can name, however deep a job went', async () => {
  const name = 'x'.repeat(200);
  const way = 'for i in $(seq 30); do mkdir "$1" && cd "$1" || exit 1; done; touch bottom';
  execFileSync('bash', ['-c', way, 'way', name], { cwd: root });
  const entries = await tree.all();
  const lengths = entries.map(({ path }) => path.length);
  expect(lengths).toEqual([200, 401, 602, 803, 1004, 1205]);
  execFileSync('rm', ['-rf', join(root, name)]);
});

test('goes on past directories that a job removes meanwhile', async () => {
  for (const name of ['a', 'b', 'c']) {
    fs.mkdirSync(join(root, name));
    fs.writeFileSync(join(root, name, 'file'), '');
  }
  const paths: string[] = [];
  for await (const { path } of tree.walk()) {
    paths.push(path);
    if (path === 'a') {
      fs.rmSync(join(root, 'b'), { recursive: true });
      fs.symlinkSync('/etc', join(root, 'b'));
    }
  }
  expect(paths).toEqual(['a', 'a/file', 'b', 'c', 'c/file']);
});
