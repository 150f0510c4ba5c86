import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

import type { VolcanoEngineConfig } from '../../../src/compute/volcano/config.ts';
import { DEFAULTS } from '../../../src/compute/volcano/config.ts';

/**
 * A cluster to test on: the one of `scripts/cluster`, or another that `TOPSDL_TEST_CLUSTER` describes, a file of JSON with these. Its
 * machines see the directory `volume` as this one does.
 */
const Description = z.object({
  up: z.literal(true).default(true),
  kubeconfig: z.string(),
  image: z.string(),
  volume: z.string(),
  scheduler: z.string().optional()
});
export type TestCluster = z.output<typeof Description>;

/** The cluster to test on, or undefined when none is up. */
export function testCluster(): TestCluster | undefined {
  const described = process.env.TOPSDL_TEST_CLUSTER;
  if (described !== undefined) {
    return Description.parse(JSON.parse(readFileSync(described, 'utf8')));
  }
  try {
    const script = join(__dirname, '../../../../scripts/cluster');
    const said = execFileSync(script, ['status', '--json'], { encoding: 'utf8', stdio: 'pipe' });
    return Description.parse(JSON.parse(said));
  } catch {
    return undefined;
  }
}

/** What an engine on that cluster is told; names are of this process's own, so that tests do not see each other's. */
export function configFor(
  cluster: TestCluster,
  dataDirectory: string,
  more: Partial<VolcanoEngineConfig> = {}
): VolcanoEngineConfig {
  const own = `test-${process.pid}`;
  return {
    ...DEFAULTS,
    dataDirectory,
    instance: own,
    kubeconfig: cluster.kubeconfig,
    image: cluster.image,
    volume: { hostPath: cluster.volume },
    volumeRoot: cluster.volume,
    namespacePrefix: own,
    // Another way than inside the cluster: what works through the API server works anywhere.
    reach: 'forward',
    logLimitBytes: 32 * 1024 * 1024,
    maxProcesses: 500,
    ...(cluster.scheduler === undefined ? {} : { scheduler: cluster.scheduler }),
    ...more
  };
}
