import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';

import { ClusterApi } from '../../../src/compute/volcano/client.ts';
import type { VolcanoEngineConfig } from '../../../src/compute/volcano/config.ts';
import { KINDS } from '../../../src/compute/volcano/kinds.ts';
import { VolcanoEngine } from '../../../src/compute/volcano/volcanoEngine.ts';
import { Trial } from '../conformance/bench.ts';
import { tryEverything } from './everything.ts';
import { CLAIM, Installation } from './installation.ts';
import { configFor, testCluster, type TestCluster } from './testCluster.ts';

jest.setTimeout(120_000);

const cluster = testCluster();

if (cluster === undefined) {
  test.skip('namespaces that are given: no cluster is up, see scripts/cluster', () => undefined);
} else {
  describe('in a namespace that an administrator has made the engine', () =>
    describeGiven(cluster));
}

function describeGiven(here: TestCluster): void {
  const own = `topsdl-given-${process.pid}`;
  const team = `team-${process.pid}`;
  const dataDirectory = mkdtempSync(join(here.volume, 'given-'));
  const installation = new Installation(here, own);
  let config: VolcanoEngineConfig;

  beforeAll(async () => {
    await installation.apply('base/namespace.yaml');
    await installation.apply('base/account.yaml');
    // As the component `given` leaves it.
    await installation.apply(
      'base/rights.yaml',
      undefined,
      ({ kind, metadata }) => kind !== 'ClusterRoleBinding' && metadata.name !== 'topsdl-projects'
    );
    await installation.put({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: team, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } }
    });
    await installation.apply('project/rights.yaml', team);
    await installation.apply('project/networkpolicies.yaml', team);
    await installation.giveStorage(own);
    await installation.giveStorage(team);
    config = configFor(here, dataDirectory, {
      instance: own,
      kubeconfig: await installation.kubeconfig(dataDirectory),
      volume: { claim: CLAIM, namespace: own },
      projects: 'given',
      namespacePrefix: own,
      namespaces: { a: team },
      queue: 'default',
      watch: 'namespace',
      reach: 'direct'
    });
  });

  afterAll(async () => {
    await installation.remove();
    rmSync(dataDirectory, { recursive: true, force: true });
  });

  test('does all that it does, and has no right outside of it', async () => {
    const engine = await VolcanoEngine.create(config, `/tmp/${own}`);
    const companion = ClusterApi.connect(config);
    try {
      await engine.projects([
        { id: 'project-a', name: 'a', quotas: { cpu: '64' } },
        { id: 'project-b', name: 'b', quotas: {} }
      ]);
      await tryEverything(engine, dataDirectory);
      expect((await engine.check(true)).notes).toEqual([]);
      for (const kind of [KINDS.namespace, KINDS.pod, KINDS.job, KINDS.node, KINDS.queue]) {
        await expect(companion.list(kind, undefined, {})).rejects.toMatchObject({ status: 403 });
      }
      const elsewhere = new Trial(
        { engine, directory: () => mkdtempSync(join(dataDirectory, 'run-')) },
        { projectId: 'project-b' }
      );
      await expect(elsewhere.submit()).rejects.toMatchObject({
        code: 'start_failed',
        message: expect.stringContaining(`The project “b” has no namespace ${own}-`)
      });
      await elsewhere.release();
    } finally {
      await companion.close();
      await engine.close();
    }
  });
}
