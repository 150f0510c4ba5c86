import { afterAll, expect, test } from '@jest/globals';
import { openArchive } from '@topsdl/formats';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tarOf } from '../src/tar.ts';

const directory = mkdtempSync(join(tmpdir(), 'tar-'));
afterAll(() => rmSync(directory, { recursive: true }));

const files = [
  { path: '猫/一.png', text: 'one' },
  { path: `${'long/'.repeat(60)}end.png`, text: 'x'.repeat(512) },
  { path: 'empty.png', text: '' },
  { path: 'p'.repeat(84), text: 'a length that counts itself' }
];

async function written(): Promise<string> {
  const path = join(directory, 'a.tar');
  const blob = tarOf(files.map(({ path, text }) => ({ path, content: new Blob([text]) })));
  writeFileSync(path, Buffer.from(await blob.arrayBuffer()));
  return path;
}

test('an archive is read by the import', async () => {
  await using archive = await openArchive(await written());
  const found: unknown[] = [];
  for await (const entry of archive.entries()) {
    found.push(
      entry.kind === 'file' ? { path: entry.path, text: (await entry.read()).toString() } : entry
    );
  }
  expect(found).toEqual(files);
});

test('an archive is read by tar', async () => {
  const listing = execFileSync('tar', ['--quoting-style=literal', '-tf', await written()], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C.UTF-8' }
  });
  expect(listing.trim().split('\n')).toEqual(files.map(({ path }) => path));
});
