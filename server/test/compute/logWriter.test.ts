import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';

import { expect, test } from '@jest/globals';

import type { LogEntry } from '../../src/compute/engine.ts';
import { LogWriter } from '../../src/compute/local/logWriter.ts';
import { followLogs } from '../../src/compute/logs/follow.ts';
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
