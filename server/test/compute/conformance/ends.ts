import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from '@jest/globals';

import type { Bench } from './bench.ts';
import { recipe } from './recipe.ts';

/** On the worker a checkpoint that takes longer than the two seconds that mpirun would give; nothing to save on the master. */
const SAVING_JOB = `
import os, signal, sys, time
def save(*_):
    time.sleep(4)
    with open("/workspace/persistent-model/checkpoint", "w") as file:
        file.write("whole")
    print("saved", flush=True)
    sys.exit(0)
if os.environ["OMPI_COMM_WORLD_RANK"] == "1":
    signal.signal(signal.SIGTERM, save)
print("up", flush=True)
time.sleep(100)
`;

/** How workloads are ended, and what ends them. */
export function describeEnds(bench: Bench): void {
  describe('ends', () => {
    test('what forks daemons and ignores SIGTERM, soon after its grace', async () => {
      const run = bench.trial({
        graceMs: 1000,
        command: `trap '' TERM
            for i in 1 2 3; do setsid bash -c 'trap "" TERM; (trap "" TERM; sleep 1000) & sleep 1000' & done
            (setsid nohup sleep 1000 &) ; echo up; sleep 1000; wait`
      });
      await run.submit();
      await run.said('up');
      const begin = performance.now();
      await run.engine.stop(run.handle);
      expect(await run.ended()).toMatchObject({ state: 'stopped', reason: { code: 'stopped' } });
      const took = performance.now() - begin;
      expect(took).toBeGreaterThan(900);
      expect(took).toBeLessThan(1000 + bench.under.slackMs);
      expect(bench.under.hasProcesses(run.handle)).toBe(false);
    });

    test('at once what follows SIGTERM, with time to save on every node', async () => {
      const saved = bench.under.directory();
      const run = bench.trial({
        graceMs: 20_000,
        nodes: 2,
        command: `cat > /workspace/out/job.py <<'END'
import signal, socket, sys, time
def save(*_):
    time.sleep(0.3); open("/workspace/out/" + socket.gethostname(), "w").write("saved"); sys.exit(0)
signal.signal(signal.SIGTERM, save)
print("up", flush=True)
time.sleep(100)
END
          ssh $(cat /etc/volcano/worker.host) python3 /workspace/out/job.py &
          python3 /workspace/out/job.py; wait`,
        mounts: [{ source: saved, target: '/workspace/out', readOnly: false }]
      });
      await run.submit();
      await run.said('up', 2);
      await run.engine.stop(run.handle);
      const begin = performance.now();
      expect(await run.ended()).toMatchObject({ state: 'stopped' });
      expect(performance.now() - begin).toBeLessThan(10_000);
      expect(readdirSync(saved).sort()).toEqual(['job.py', ...run.plan.nodes].sort());
    });

    test('with its whole grace for what mpirun runs, on every node and whoever ends before', async () => {
      const saved = bench.under.directory();
      writeFileSync(join(saved, 'job.py'), SAVING_JOB);
      const run = bench.trial({
        graceMs: 30_000,
        nodes: 2,
        slots: 1,
        command: recipe(2, 'python3 /workspace/persistent-model/job.py'),
        mounts: [{ source: saved, target: '/workspace/persistent-model', readOnly: false }]
      });
      await run.submit();
      await run.said('up', 2);
      const begin = performance.now();
      await run.engine.stop(run.handle);
      expect(await run.ended()).toMatchObject({ state: 'stopped' });
      expect(performance.now() - begin).toBeLessThan(15_000);
      expect(readFileSync(join(saved, 'checkpoint'), 'utf8')).toBe('whole');
      expect(await run.lines()).toContain('saved');
    });

    test('at once what mpirun is only starting', async () => {
      const run = bench.trial({
        graceMs: 30_000,
        nodes: 2,
        slots: 1,
        command: recipe(2, 'sleep 1000')
      });
      await run.submit();
      await run.until(({ state }) => state === 'running');
      const begin = performance.now();
      await run.engine.stop(run.handle);
      expect(await run.ended()).toMatchObject({ state: 'stopped' });
      expect(performance.now() - begin).toBeLessThan(15_000);
    });

    test('what uses more memory than it may', async () => {
      const { capabilities } = await bench.under.engine.check();
      const run = bench.trial({
        command: 'python3 -c "x = bytearray(400 * 1024 * 1024); print(len(x))"; echo $?; exit 9',
        resources: { memoryBytes: 150 * 1024 * 1024 }
      });
      expect(await run.run()).toMatchObject({
        state: 'failed',
        reason: {
          code: capabilities.memoryLimit === 'cgroup' ? 'out_of_memory' : 'command_failed'
        }
      });
    });

    test('a fork bomb, without the machine noticing', async () => {
      const run = bench.trial({ command: 'echo up; f() { f | f & f; }; f', graceMs: 500 });
      await run.submit();
      // The shell's complaint that there can be no more of them.
      await run.said(/fork: /);
      const begin = performance.now();
      await bench.under.engine.stop(run.handle, 0);
      expect(['stopped', 'failed']).toContain((await run.ended()).state);
      expect(performance.now() - begin).toBeLessThan(15_000);
      expect(bench.under.hasProcesses(run.handle)).toBe(false);
    });
  });
}
