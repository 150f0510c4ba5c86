import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from '@jest/globals';

import type { Bench } from './bench.ts';

/** Crashes of the server and of what owns a workload. */
export function describeSurvival(bench: Bench): void {
  describe('survives', () => {
    test('two submits of one plan: one workload', async () => {
      const out = bench.under.directory();
      const run = bench.trial({
        command: 'echo x >> out/count; cat out/count',
        mounts: [{ source: out, target: '/workspace/out', readOnly: false }]
      });
      const second = await bench.under.again();
      await Promise.all([run.submit(), run.submit(), second.submit(run.plan)]);
      expect(await run.ended()).toMatchObject({ state: 'succeeded' });
      await run.submit();
      await second.submit(run.plan);
      expect((await run.observe()).state).toBe('succeeded');
      expect(readFileSync(join(out, 'count'), 'utf8')).toBe('x\n');
      await second.close();
    });

    test('the end of the process that submitted: it is attached again and ends', async () => {
      const gate = bench.under.directory();
      const run = bench.trial({
        command: 'echo up; while [ ! -e gate/open ]; do sleep 0.05; done; echo end; exit 5',
        mounts: [{ source: gate, target: '/workspace/gate', readOnly: true }]
      });
      const process = await bench.under.submitElsewhere(run.plan);
      process.kill('SIGKILL');
      await once(process, 'exit');
      await run.said('up');
      expect((await run.observe()).state).toBe('running');
      const again = await bench.under.again();
      expect((await again.observe([run.handle]))[0]?.state).toBe('running');
      const end = run.ended(again);
      writeFileSync(join(gate, 'open'), '');
      expect(await end).toMatchObject({ state: 'failed', exitCode: 5 });
      expect(await run.lines()).toEqual(['up', 'end']);
      await again.close();
    });

    test('the end of the process that submits, at any moment: one workload, when it is submitted again', async () => {
      for (const after of [0, 20, 60, 120, 200, 300]) {
        const out = bench.under.directory();
        const run = bench.trial({
          command: 'echo x >> out/count',
          mounts: [{ source: out, target: '/workspace/out', readOnly: false }]
        });
        const process = await bench.under.submitElsewhere(run.plan, true);
        await new Promise(resolve => setTimeout(resolve, after));
        process.kill('SIGKILL');
        await run.submit();
        expect([after, await run.ended()]).toMatchObject([after, { state: 'succeeded' }]);
        expect(readFileSync(join(out, 'count'), 'utf8')).toBe('x\n');
      }
    }, 120_000);

    test('the end of what owned it: lost, with the reason, and no process left', async () => {
      const run = bench.trial({ command: 'setsid sleep 1000 & echo up; sleep 1000', nodes: 2 });
      await run.submit();
      await run.said('up');
      const end = run.ended();
      const code = await bench.under.killOwner(run.handle);
      expect(await end).toMatchObject({ state: 'lost', reason: { code } });
      const again = await bench.under.again();
      expect((await again.observe([run.handle]))[0]).toMatchObject({ state: 'lost' });
      expect(bench.under.hasProcesses(run.handle)).toBe(false);
      await run.submit();
      expect((await run.observe()).state).toBe('lost');
      await again.close();
    });

    test('a release of what runs, and a second one', async () => {
      const run = bench.trial({ command: 'sleep 1000' });
      await run.submit();
      await run.release();
      expect(bench.under.hasProcesses(run.handle)).toBe(false);
      await run.release();
      expect((await run.observe()).state).toBe('stopped');
    });
  });
}
