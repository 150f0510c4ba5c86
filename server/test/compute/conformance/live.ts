import { text } from 'node:stream/consumers';

import { describe, expect, test } from '@jest/globals';

import type { Bench } from './bench.ts';

/** Commands in a running workload and what it uses. */
export function describeLive(bench: Bench): void {
  describe('answers while it runs', () => {
    test('commands in a node, with input, output, exit code and the node’s environment', async () => {
      const run = bench.trial({ command: 'sleep 1000', nodes: 2, env: { MINE: 'yes' } });
      await run.submit();
      await run.until(observation => observation.state === 'running');
      const session = await bench.under.engine.exec(run.handle, {
        node: run.plan.nodes[1],
        command: 'cat; hostname; echo $MINE $OTHER; pwd; echo oops >&2; exit 4',
        env: { OTHER: 'too' }
      });
      session.stdin.end('input\n');
      const [out, error, code] = await Promise.all([
        text(session.stdout as AsyncIterable<Buffer>),
        text(session.stderr as AsyncIterable<Buffer>),
        session.exited
      ]);
      expect(out).toBe(`input\n${run.plan.nodes[1]}\nyes too\n/workspace\n`);
      expect([error, code]).toEqual(['oops\n', 4]);
      await expect(
        bench.under.engine.exec(run.handle, { node: 'nobody', command: 'true' })
      ).rejects.toMatchObject({ code: 'node_unknown' });
    });

    test('what each node uses', async () => {
      const run = bench.trial({
        command: 'echo up; while :; do :; done',
        nodes: 2,
        resources: { cpu: 0.5, cards: 1, memoryBytes: 500_000_000 }
      });
      await run.submit();
      await run.said('up');
      await bench.under.engine.stats(run.handle);
      await new Promise(resolve => setTimeout(resolve, 2500));
      const { nodes } = await bench.under.engine.stats(run.handle);
      expect(nodes.map(item => item.node)).toEqual(run.plan.nodes);
      const { capabilities } = await bench.under.engine.check();
      expect(nodes[0]?.cpuCores).toBeGreaterThan(0.1);
      if (capabilities.cpuLimit === 'cgroup') {
        expect(nodes[0]?.cpuCores).toBeLessThan(0.75);
      }
      expect(nodes[1]?.cpuCores).toBeLessThan(0.1);
      expect(nodes[0]?.memoryBytes).toBeGreaterThan(100_000);
      expect(nodes[0]).toMatchObject({ cards: 1 });
      expect(nodes[0]?.processes).toBeGreaterThan(1);
    });

    test('nothing when it has ended', async () => {
      const run = bench.trial({});
      await run.run();
      await expect(bench.under.engine.stats(run.handle)).rejects.toMatchObject({
        code: 'not_running'
      });
      await expect(bench.under.engine.exec(run.handle, { command: 'true' })).rejects.toMatchObject({
        code: 'not_running'
      });
      await bench.under.engine.stop(run.handle);
    });
  });
}
