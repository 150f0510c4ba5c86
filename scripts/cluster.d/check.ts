import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Trouble } from './say.ts';
import { clusterFacts } from './status.ts';

const SUITES = join(import.meta.dirname, 'check');

/**
 * Runs jobs on the cluster that is up and looks at what becomes of them. The suites know nothing of the stand-in: what they say of jobs is
 * so with Volcano itself, too.
 *
 * @throws Trouble if something is not as it should be
 */
export async function check(): Promise<void> {
  const facts = await clusterFacts();
  if (!facts?.up) {
    throw new Trouble('no cluster is up, or not all of it (see scripts/cluster status)');
  }
  const suites = readdirSync(SUITES).filter(name => name.endsWith('.check.ts'));
  const args = ['--test', '--test-concurrency=1', ...suites.map(name => join(SUITES, name))];
  if (spawnSync(process.execPath, args, { stdio: 'inherit' }).status !== 0) {
    throw new Trouble('not everything is as it should be');
  }
}
