import { describe, expect, test } from '@jest/globals';

import type { Bench } from './bench.ts';
import { recipe } from './recipe.ts';

/** Nodes of a batch workload: their number, names and ends. */
export function describeNodes(bench: Bench): void {
  describe('runs nodes', () => {
    test('two, by the recipe of the manual, which prints the names of both', async () => {
      const two = bench.trial({ command: recipe(2), nodes: 2, slots: 1 });
      expect(await two.run()).toMatchObject({ state: 'succeeded', exitCode: 0 });
      expect((await two.lines()).sort()).toEqual([...two.plan.nodes].sort());
    });

    test('four, likewise', async () => {
      const four = bench.trial({ command: recipe(4), nodes: 4, slots: 1 });
      expect(await four.run()).toMatchObject({ state: 'succeeded', exitCode: 0 });
      expect((await four.lines()).sort()).toEqual([...four.plan.nodes].sort());
    });

    test('with no hostfile but the one that is there, for slots as cards', async () => {
      const two = bench.trial({
        command: `cat /etc/mpi/hostfile; mpirun --allow-run-as-root -np 4 bash -c 'echo $(hostname) $A $(command -v python3)'`,
        nodes: 2,
        env: { A: `it's "a" \\ $HOME` },
        resources: { cards: 2, cardResource: 'enflame.com/gcu' }
      });
      expect(await two.run()).toMatchObject({ state: 'succeeded' });
      const lines = await two.lines();
      const [master, worker] = two.plan.nodes;
      expect(lines.slice(0, 2)).toEqual(['localhost slots=2', `${worker} slots=2`]);
      const said = lines.slice(2).sort();
      const python = said[0]?.split(' ').at(-1);
      expect(said).toEqual(
        [master, master, worker, worker].map(node => `${node} it's "a" \\ $HOME ${python}`).sort()
      );
    });

    test('one, with an empty list of workers', async () => {
      const one = bench.trial({ command: 'wc -c < /etc/volcano/worker.host; hostname; exit 7' });
      const end = await one.run();
      expect(end).toMatchObject({ state: 'failed', exitCode: 7 });
      expect(end.reason).toMatchObject({ code: 'command_failed', params: { exitCode: 7 } });
      expect(await one.lines()).toEqual(['0', one.plan.nodes[0]]);
    });

    test('and names the worker that died', async () => {
      const two = bench.trial({
        command: 'echo up; mpirun --allow-run-as-root -np 2 sleep 60',
        nodes: 2
      });
      await two.submit();
      await two.said('up');
      const worker = two.plan.nodes[1] ?? '';
      const session = await bench.under.engine.exec(two.handle, {
        node: worker,
        command: 'kill -9 $(pgrep -o sshd); kill -9 -1'
      });
      session.exited.catch(() => undefined);
      const end = await two.ended();
      expect(end).toMatchObject({ state: 'failed' });
      expect(end.reason).toMatchObject({ code: 'worker_died', params: { node: worker } });
      expect(end.reason?.detail).toContain(worker);
    });
  });
}
