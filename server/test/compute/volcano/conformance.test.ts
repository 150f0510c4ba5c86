import { spawn } from 'node:child_process';
import { on } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { jest, test } from '@jest/globals';

import { ClusterApi } from '../../../src/compute/volcano/client.ts';
import { clusterHandleOf } from '../../../src/compute/volcano/clusterPlan.ts';
import { KINDS, pathOf } from '../../../src/compute/volcano/kinds.ts';
import { namespaceName } from '../../../src/compute/volcano/names.ts';
import { VolcanoEngine } from '../../../src/compute/volcano/volcanoEngine.ts';
import type { EngineUnderTest } from '../conformance/bench.ts';
import { describeEngine } from '../conformance/index.ts';
import { configFor, testCluster } from './testCluster.ts';

jest.setTimeout(120_000);

const cluster = testCluster();

if (cluster === undefined) {
  test.skip('the volcano engine: no cluster is up, see scripts/cluster', () => undefined);
} else {
  describeEngine('volcano', async (): Promise<EngineUnderTest> => {
    const dataDirectory = mkdtempSync(join(cluster.volume, 'conformance-'));
    const config = configFor(cluster, dataDirectory);
    let sockets = 0;
    const make = (): Promise<VolcanoEngine> =>
      VolcanoEngine.create(config, `/tmp/topsdl-volcano-${process.pid}-${sockets++}`);
    const engine = await make();
    const api = ClusterApi.connect(config);
    let count = 0;
    return {
      engine,
      slackMs: 10_000,
      again: make,
      directory: () => {
        const path = join(dataDirectory, `d${count++}`);
        mkdirSync(path, { mode: 0o700 });
        return path;
      },
      submitElsewhere: async (plan, begin = false) => {
        const child = spawn(
          process.execPath,
          [
            '--disable-warning=ExperimentalWarning',
            '--conditions=topsdl-source',
            join(__dirname, '../submitter.ts'),
            'volcano',
            JSON.stringify(config)
          ],
          { stdio: ['pipe', 'pipe', 'inherit'] }
        );
        child.stdin.end(JSON.stringify(plan));
        const wanted = begin ? 'begin' : 'submitted';
        for await (const [line] of on(createInterface({ input: child.stdout }), 'line')) {
          if (line === wanted) {
            break;
          }
        }
        return child;
      },
      killOwner: async handle => {
        const { namespace, name } = clusterHandleOf(handle);
        await api.remove(pathOf(KINDS.job, namespace, name));
        return 'removed';
      },
      // The test cluster's pods are processes of this machine.
      hasProcesses: handle =>
        readdirSync('/proc')
          .filter(item => /^\d+$/.test(item))
          .some(pid => {
            try {
              return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(
                `TOPSDL_RUN=${handle.runId}`
              );
            } catch {
              return false;
            }
          }),
      dispose: async () => {
        await engine.close();
        const name = namespaceName(config.namespacePrefix, 'project-a');
        await api.remove(pathOf(KINDS.namespace, undefined, name));
        await api.remove(pathOf(KINDS.queue, undefined, name));
        await api.close();
        rmSync(dataDirectory, { recursive: true, force: true });
      }
    };
  });
}
