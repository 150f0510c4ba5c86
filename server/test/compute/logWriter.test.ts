import { once } from 'node:events';
import { PassThrough } from 'node:stream';

import { expect, test } from '@jest/globals';

import type { LogEntry } from '../../src/compute/engine.ts';
import { LogWriter } from '../../src/compute/local/logWriter.ts';
import { followLogs } from '../../src/compute/logs/follow.ts';
import { SmallDisk } from '../support/smallDisk.ts';

const line = (number: number): string => `line ${number} ${'x'.repeat(number % 900)}`;

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
    const entries: LogEntry[] = [];
    const run = { ended: () => Promise.resolve(true), onChange: () => () => undefined };
    for await (const entry of followLogs(disk.path, {}, run)) {
      entries.push(entry);
    }
    expect(entries.slice(-2).map(({ text }) => text)).toEqual([line(2000), line(2001)]);
    const torn = entries.filter(({ text }, at) => text !== line(at)).slice(0, -2);
    expect(torn.length).toBeLessThanOrEqual(1);
    expect(entries.length).toBeGreaterThan(1000);
    expect(entries.length).toBeLessThan(2000);
    // Each position is where the next one is found.
    const from = entries.at(-2)!.offset;
    for await (const { text } of followLogs(disk.path, { node: 'node', from }, run)) {
      expect(text).toBe(line(2001));
    }
  } finally {
    log.close();
    disk.unmount();
  }
});
