import { afterEach, beforeEach, expect, test } from '@jest/globals';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { boundedLog, createLog } from '../../src/log.ts';

const LIMIT = 4096;

let directory: string;
let path: string;
let descriptor: number;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'topsdl-log-'));
  path = join(directory, 'companion.log');
  // As the launcher opens it.
  descriptor = openSync(path, 'a', 0o600);
});

afterEach(() => {
  closeSync(descriptor);
  rmSync(directory, { recursive: true });
});

const messages = (file: string) =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map(line => (JSON.parse(line) as { msg: string }).msg);

test('a log that has reached its limit begins anew, and the one before is kept', () => {
  const log = createLog('info', boundedLog(descriptor, path, LIMIT));
  for (let i = 0; i < 200; i++) {
    log.info(`line ${i}`);
  }
  const written = [...messages(`${path}.1`), ...messages(path)];
  expect(written.at(-1)).toBe('line 199');
  expect(written).toEqual(written.map((_, i) => `line ${200 - written.length + i}`));
  for (const file of [path, `${path}.1`]) {
    expect(statSync(file).size).toBeLessThan(LIMIT + 200);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  }
});

test('what an earlier process wrote counts', () => {
  createLog('info', boundedLog(descriptor, path, LIMIT)).info('x'.repeat(LIMIT));
  expect(existsSync(`${path}.1`)).toBe(false);
  createLog('info', boundedLog(descriptor, path, LIMIT)).info('next');
  expect(messages(path)).toEqual(['next']);
  expect(messages(`${path}.1`)).toEqual(['x'.repeat(LIMIT)]);
});

test('what is not the log file, such as a journal, is left as it is', () => {
  const log = createLog('info', boundedLog(descriptor, join(directory, 'another'), LIMIT));
  for (let i = 0; i < 200; i++) {
    log.info(`line ${i}`);
  }
  expect(messages(path)).toHaveLength(200);
});
