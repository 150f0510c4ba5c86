import { describe, expect, test } from '@jest/globals';

import type { Bench } from './bench.ts';

/** What is kept of a workload’s output. */
export function describeLogs(bench: Bench): void {
  describe('keeps logs', () => {
    test('in order, with streams, positions to go on from, and bytes as they were', async () => {
      const run = bench.trial({
        command: String.raw`echo one; echo two >&2; printf 'caf\xe9\n'; printf '\033[31mred\n'; printf 'no end'`
      });
      await run.run();
      const entries = await run.entries();
      const out = entries.filter(entry => entry.stream === 'stdout');
      expect(out.map(entry => entry.text)).toEqual(['one', 'caf\ufffd', '\u001b[31mred', 'no end']);
      expect(out.at(-1)?.partial).toBe(true);
      expect(entries.find(entry => entry.stream === 'stderr')?.text).toBe('two');
      const node = run.plan.nodes[0] ?? '';
      const rest = await run.entries({ node, from: entries[1]?.offset });
      expect(rest).toEqual(entries.slice(2));
      expect(await run.entries({ tail: 2 })).toEqual(entries.slice(-2));
      const raw: Uint8Array[] = [];
      for await (const part of run.engine.rawLog(run.handle, node)) {
        raw.push(part);
      }
      expect(Buffer.concat(raw).includes(Buffer.from([0x66, 0xe9, 0x0a]))).toBe(true);
    });

    test('of a line of 100 MB and of a gigabyte a second within their limit', async () => {
      const run = bench.trial({
        command: `echo first; head -c 100000000 /dev/zero | tr '\\0' 'x'; echo; timeout 4 yes 'a line of a job that never stops talking'; echo; echo last`
      });
      expect(await run.run()).toMatchObject({ state: 'succeeded' });
      let bytes = 0;
      let first: string | undefined;
      let last = '';
      let dropped = false;
      for await (const entry of run.engine.logs(run.handle)) {
        first ??= entry.text;
        last = entry.text;
        bytes += entry.text.length;
        dropped ||= entry.stream === 'engine';
      }
      expect([first, last, dropped]).toEqual(['first', 'last', true]);
      expect(bytes).toBeLessThan(64 * 1024 * 1024);
      expect(bytes).toBeGreaterThan(16 * 1024 * 1024);
    }, 120_000);
  });
}
