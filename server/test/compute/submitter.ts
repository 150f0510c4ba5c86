/** Submits the plan that comes on stdin, says so, and stays: for tests that kill it. Argument: the engine's configuration as JSON. */
import { text } from 'node:stream/consumers';

import type { WorkloadPlan } from '../../src/compute/engine.ts';
import type { LocalEngineConfig } from '../../src/compute/local/config.ts';
import { LocalEngine } from '../../src/compute/local/localEngine.ts';

const engine = await LocalEngine.create(JSON.parse(process.argv[2] ?? '{}') as LocalEngineConfig);
const plan = JSON.parse(await text(process.stdin)) as WorkloadPlan;
process.stdout.write('begin\n');
await engine.submit(plan);
process.stdout.write('submitted\n');
setInterval(() => undefined, 1000);
