import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { operations } from '@topsdl/contract';
import { startCompanion, type Companion } from '@topsdl/testing';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const MAIN = resolve(__dirname, '../../src/main.ts');

let companion: Companion;
let scratch: string;

beforeAll(async () => {
  companion = await startCompanion();
  scratch = mkdtempSync(join(tmpdir(), 'topsdl-backup-'));
}, 60_000);

afterAll(async () => {
  await companion.stop();
  rmSync(scratch, { recursive: true, force: true });
});

test('a backup made while it runs restores to the same', async () => {
  const owner = await companion.owner();
  await owner.call(operations.account.createToken, { body: { name: 'kept' } });
  const set = join(companion.dataDir, 'sets', 'some');
  mkdirSync(set);
  writeFileSync(join(set, 'file.txt'), 'content');
  writeFileSync(join(set, 'empty'), '');
  const out = join(scratch, 'backup.tar');
  execFileSync(process.execPath, [
    '--conditions=topsdl-source',
    MAIN,
    'backup',
    '--data',
    companion.dataDir,
    '--out',
    out
  ]);
  expect(statSync(out).mode & 0o777).toBe(0o600);

  const restored = join(scratch, 'restored');
  mkdirSync(restored);
  execFileSync('tar', ['-xf', out, '-C', restored]);
  const manifest = JSON.parse(readFileSync(join(restored, 'manifest.json'), 'utf8')) as {
    files: { path: string; bytes: number; sha256: string }[];
  };
  expect(manifest.files.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['db/topsdl.db', 'secret', 'sets/some/file.txt', 'sets/some/empty'])
  );
  for (const { path, bytes, sha256 } of manifest.files) {
    const content = readFileSync(join(restored, path));
    expect([path, content.length]).toEqual([path, bytes]);
    expect([path, createHash('sha256').update(content).digest('hex')]).toEqual([path, sha256]);
  }
  const second = await startCompanion({ dataDir: restored });
  try {
    const tokens = await (await second.owner()).call(operations.account.listTokens, {});
    expect(tokens.items.map(({ name }) => name)).toEqual(['kept']);
  } finally {
    await second.stop();
  }
}, 60_000);

test('a TCP listener trusts no forwarding header and has no internals', async () => {
  const port = 20_000 + (process.pid % 20_000);
  const open = await startCompanion({ args: ['--listen', `127.0.0.1:${port}`] });
  try {
    const base = `http://127.0.0.1:${port}`;
    expect((await fetch(`${base}/health`)).status).toBe(200);
    expect((await fetch(`${base}/internal/lease`)).status).toBe(404);
    expect((await fetch(`${base}/metrics`)).status).toBe(401);
    const session = await fetch(`${base}/api/account/owner-session`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Origin: 'http://evil.example',
        'X-Forwarded-Host': 'evil.example'
      },
      body: JSON.stringify({ secret: open.secret })
    });
    expect(session.status).toBe(403);
    const signedIn = await fetch(`${base}/api/account/sessions`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Forwarded-Prefix': '/elsewhere' },
      body: JSON.stringify({ name: 'admin', password: open.adminPassword })
    });
    expect(signedIn.headers.get('set-cookie')).toContain('Path=/;');
  } finally {
    await open.stop();
  }
}, 60_000);
