/**
 * How long a run of two nodes takes from submit to exit, beside the same sandboxes and `mpirun` started by a bare shell script. The
 * two take turns, so that what else the machine does meets both. Prints the times of each and the ratio of the medians.
 *
 *     node --conditions=topsdl-source benchmarks/submit/run.ts [pairs] [nodes]
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { FINAL_STATES } from '../../server/src/compute/engine.ts';
import type { WorkloadObservation } from '../../server/src/compute/engine.ts';
import { LocalEngine } from '../../server/src/compute/local/localEngine.ts';

const pairs = Number(process.argv[2] ?? 15);
const nodes = Number(process.argv[3] ?? 2);
const recipe = `mkdir -p /etc/mpi && echo "localhost slots=1" > /etc/mpi/hostfile && cat /etc/volcano/worker.host | sed "s/$/& slots=1/g" >> /etc/mpi/hostfile && mpirun --hostfile /etc/mpi/hostfile --allow-run-as-root -mca btl ^openib -np ${nodes} hostname`;

const dataDirectory = mkdtempSync(join(tmpdir(), 'topsdl-bench-'));
const [prefix = '', basePrefix = ''] = execFileSync(
  'python3',
  ['-c', 'import sys; print(sys.prefix); print(sys.base_prefix)'],
  { encoding: 'utf8' }
).split('\n');
const engine = await LocalEngine.create({ dataDirectory, python: { prefix, basePrefix } });

async function ours(i: number): Promise<number> {
  const directory = join(dataDirectory, `run${i}`);
  mkdirSync(directory);
  const begin = performance.now();
  const plan = engine.plan(
    { kind: 'batch', image: { base: 'host' }, command: recipe, nodes, projectId: 'bench' },
    { id: `bench-${i}`, directory }
  );
  const ended = new Promise<WorkloadObservation>(resolve => {
    const unwatch = engine.watch(observation => {
      if (FINAL_STATES.includes(observation.state)) {
        unwatch();
        resolve(observation);
      }
    });
  });
  await engine.submit(plan);
  const end = await ended;
  const took = performance.now() - begin;
  if (end.state !== 'succeeded') {
    throw new Error(JSON.stringify(end));
  }
  await engine.release(plan.handle);
  return took;
}

function script(): number {
  const begin = performance.now();
  const args = [join(import.meta.dirname, 'two-nodes.sh'), String(nodes), prefix, basePrefix];
  const output = execFileSync('bash', args, { encoding: 'utf8' });
  const took = performance.now() - begin;
  if (new Set(output.trim().split('\n')).size !== nodes) {
    throw new Error(`The script said: ${output}`);
  }
  return took;
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

const times = { ours: [] as number[], script: [] as number[] };
await ours(0);
script();
for (let i = 1; i <= pairs; i++) {
  times.script.push(script());
  times.ours.push(await ours(i));
}
await engine.close();
rmSync(dataDirectory, { recursive: true, force: true });
const result = {
  nodes,
  pairs,
  uid: process.getuid?.(),
  oursMs: Math.round(median(times.ours)),
  scriptMs: Math.round(median(times.script)),
  ratio: Number((median(times.ours) / median(times.script)).toFixed(2)),
  wanted: 1.3
};
process.stdout.write(`${JSON.stringify(result)}\n`);
