import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';

import { expect, test } from '@jest/globals';

import type { LogEntry } from '../../src/compute/engine.ts';
import { LogWriter } from '../../src/compute/local/logWriter.ts';
import { followLogs } from '../../src/compute/logs/follow.ts';
import { rawBytes } from '../../src/compute/logs/reader.ts';
import { SmallDisk } from '../support/smallDisk.ts';

const line = (number: number): string => `line ${number} ${'x'.repeat(number % 900)}`;

const run = { ended: () => Promise.resolve(true), onChange: () => () => undefined };

async function read(directory: string, from = 0): Promise<LogEntry[]> {
  const entries: LogEntry[] = [];
  for await (const entry of followLogs(directory, { node: 'node', from }, run)) {
    entries.push(entry);
  }
  return entries;
}

test('a log goes on where the one before it in the same place ended', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'topsdl-log-'));
  try {
    // The smallest segments that there are, so that there is more than one.
    for (const life of [0, 1, 2]) {
      const log = new LogWriter(directory, 'node', 0);
      for (let number = 0; number < 400; number++) {
        log.say(line(life * 400 + number));
      }
      await log.settled();
      log.close();
    }
    const entries = await read(directory);
    expect(entries.map(({ text }) => text)).toEqual(
      Array.from({ length: 1200 }, (_, i) => line(i))
    );
    for (const at of [10, 399, 400, 1000]) {
      expect((await read(directory, entries[at]!.offset))[0]?.text).toBe(line(at + 1));
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('a full disk takes lines of a log, and no others with them', async () => {
  const disk = SmallDisk.mount(2);
  if (!disk) {
    return;
  }
  const log = new LogWriter(disk.path, 'node', 64 * 1024 ** 2);
  try {
    disk.fill(700_001);
    const source = new PassThrough();
    log.pump('stdout', source);
    for (let number = 0; number < 2000; number++) {
      if (!source.write(`${line(number)}\n`)) {
        await once(source, 'drain');
      }
    }
    await log.settled();
    disk.empty();
    for (const number of [2000, 2001]) {
      log.say(line(number));
    }
    await log.settled();
    const entries = await read(disk.path);
    expect(entries.slice(-2).map(({ text }) => text)).toEqual([line(2000), line(2001)]);
    const torn = entries.filter(({ text }, at) => text !== line(at)).slice(0, -2);
    expect(torn.length).toBeLessThanOrEqual(1);
    expect(entries.length).toBeGreaterThan(1000);
    expect(entries.length).toBeLessThan(2000);
    // Each position is where the next one is found.
    expect((await read(disk.path, entries.at(-2)!.offset)).map(({ text }) => text)).toEqual([
      line(2001)
    ]);
  } finally {
    log.close();
    disk.unmount();
  }
});

test('lines of any length come back as they were, whatever pieces they came in', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'topsdl-log-'));
  try {
    const texts = [0, 1, 2, 65_535, 65_536, 65_537, 0, 200_000, 3].map((length, i) =>
      '字x\u0000\r'.repeat(length).slice(i % 3, length)
    );
    const many = [...texts, ...Array.from({ length: 50_000 }, (_, i) => String(i)), 'no end'];
    const bytes = Buffer.from(many.join('\n'));
    const log = new LogWriter(directory, 'node', 64 * 1024 ** 2);
    const source = new PassThrough();
    log.pump('stdout', source);
    for (let at = 0, size = 1; at < bytes.length; at += size, size = (size * 7) % 99_991) {
      if (!source.write(bytes.subarray(at, at + size))) {
        await once(source, 'drain');
      }
    }
    source.end();
    await once(source, 'end');
    await log.settled();
    log.close();
    const parts: Uint8Array[] = [];
    for await (const part of rawBytes(directory, 'node')) {
      parts.push(part);
    }
    expect(Buffer.concat(parts).equals(bytes)).toBe(true);
    const entries = await read(directory);
    expect(Math.max(...entries.map(({ text }) => Buffer.byteLength(text)))).toBeLessThanOrEqual(
      65_536
    );
    expect(entries.some(({ text }) => text.includes('\ufffd'))).toBe(false);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
