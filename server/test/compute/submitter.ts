/**
 * Submits the plan that comes on stdin, says so, and stays: for tests that kill it. Arguments: the engine's name and its configuration
 * as JSON.
 */
import { text } from 'node:stream/consumers';

import type { ComputeEngine, WorkloadPlan } from '../../src/compute/engine.ts';
import type { LocalEngineConfig } from '../../src/compute/local/config.ts';
import { LocalEngine } from '../../src/compute/local/localEngine.ts';
import type { VolcanoEngineConfig } from '../../src/compute/volcano/config.ts';

const [name, json = '{}'] = process.argv.slice(2);
const config = JSON.parse(json) as unknown;

async function make(): Promise<ComputeEngine> {
  if (name === 'local') {
    return LocalEngine.create(config as LocalEngineConfig);
  }
  const { VolcanoEngine } = await import('../../src/compute/volcano/volcanoEngine.ts');
  return VolcanoEngine.create(
    config as VolcanoEngineConfig,
    `/tmp/topsdl-submitter-${process.pid}`
  );
}

const engine = await make();
const plan = JSON.parse(await text(process.stdin)) as WorkloadPlan;
process.stdout.write('begin\n');
await engine.submit(plan);
process.stdout.write('submitted\n');
setInterval(() => undefined, 1000);
