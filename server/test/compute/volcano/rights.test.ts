import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';

import { ClusterApi, MERGE_PATCH } from '../../../src/compute/volcano/client.ts';
import type { VolcanoEngineConfig } from '../../../src/compute/volcano/config.ts';
import { KINDS, pathOf } from '../../../src/compute/volcano/kinds.ts';
import { namespaceName } from '../../../src/compute/volcano/names.ts';
import type { ClusterObject } from '../../../src/compute/volcano/objects.ts';
import { pause } from '../../../src/compute/volcano/pause.ts';
import { VolcanoEngine } from '../../../src/compute/volcano/volcanoEngine.ts';
import { tryEverything } from './everything.ts';
import { CLAIM, deployed, Installation, type Deployment } from './installation.ts';
import { configFor, testCluster, type TestCluster } from './testCluster.ts';

jest.setTimeout(120_000);

const PROJECT = { id: 'project-a', name: 'a', quotas: { cpu: '64', memory: '64Gi' } };
/** What nothing of the companion's needs: verb, group, resource and, where it is not everywhere, namespace. */
const DENIED = [
  'get  secrets',
  'list  secrets',
  'get  configmaps',
  'create  configmaps',
  'get  pods/log',
  'create  pods',
  'patch  pods',
  'create  pods/portforward',
  'patch  services',
  'create  serviceaccounts',
  'create  serviceaccounts/token',
  'get  nodes',
  'patch  nodes',
  'get  nodes/proxy',
  'patch  persistentvolumes',
  'list  persistentvolumes',
  'get  persistentvolumeclaims kube-system',
  'delete  persistentvolumeclaims',
  'update  namespaces',
  'create apps deployments',
  'create apps daemonsets',
  'patch apps statefulsets',
  'patch batch.volcano.sh jobs',
  'create batch jobs',
  'delete networking.k8s.io networkpolicies',
  'create rbac.authorization.k8s.io rolebindings',
  'bind rbac.authorization.k8s.io clusterroles',
  'patch admissionregistration.k8s.io validatingadmissionpolicies',
  'impersonate  users'
];

const cluster = testCluster();

if (cluster === undefined) {
  test.skip('the rights of deploy: no cluster is up, see scripts/cluster', () => undefined);
} else {
  describe('with the rights of deploy the engine', () => describeRights(cluster));
}

function describeRights(here: TestCluster): void {
  const own = `topsdl-rights-${process.pid}`;
  const dataDirectory = mkdtempSync(join(here.volume, 'rights-'));
  const installation = new Installation(here, own);
  let config: VolcanoEngineConfig;
  let companion: ClusterApi;

  beforeAll(async () => {
    for (const file of ['base/namespace', 'base/account', 'base/rights', 'limits']) {
      await installation.apply(`${file}.yaml`);
    }
    await installation.giveStorage(own);
    config = configFor(here, dataDirectory, {
      instance: own,
      kubeconfig: await installation.kubeconfig(dataDirectory),
      volume: { claim: CLAIM, namespace: own },
      namespacePrefix: own,
      // As a pod of the cluster has it; this machine reaches pods, too.
      reach: 'direct'
    });
    companion = ClusterApi.connect(config);
  });

  afterAll(async () => {
    await companion.close();
    await installation.remove(PROJECT.id);
    rmSync(dataDirectory, { recursive: true, force: true });
  });

  test('does all that it does, in pods that are within the strictest of Kubernetes’ own rules', async () => {
    const engine = await VolcanoEngine.create(config, `/tmp/${own}`);
    try {
      await engine.projects([PROJECT]);
      await tryEverything(engine, dataDirectory);
      expect((await engine.check(true)).notes).toEqual([]);
      const path = pathOf(KINDS.namespace, undefined, namespaceName(own, PROJECT.id));
      const { metadata } = await installation.api.get<ClusterObject>(path);
      expect(metadata.labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' });
      await engine.projects([]);
      expect((await installation.api.get<ClusterObject>(path)).metadata).toHaveProperty(
        'deletionTimestamp'
      );
    } finally {
      await engine.close();
    }
  });

  test('lives in a pod that is within the same rules', async () => {
    for (const file of ['companion', 'storage', 'service', 'networkpolicy']) {
      await installation.review(`base/${file}.yaml`);
    }
    const [{ spec }] = deployed<Deployment>('base/companion.yaml') as [Deployment];
    await installation.reviewObject({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'companion', namespace: own },
      spec: spec.template.spec
    } as ClusterObject);
  });

  test('may do nothing else', async () => {
    const allowed: string[] = [];
    for (const question of DENIED) {
      const [verb = '', group = '', resources = '', namespace = ''] = question.split(' ');
      const [resource = '', subresource = ''] = resources.split('/');
      const { status } = await companion.create<ClusterObject & { status?: { allowed: boolean } }>(
        { apiVersion: 'authorization.k8s.io/v1', plural: 'selfsubjectaccessreviews' },
        {
          apiVersion: 'authorization.k8s.io/v1',
          kind: 'SelfSubjectAccessReview',
          metadata: { name: '' },
          spec: { resourceAttributes: { verb, group, resource, subresource, namespace } }
        } as ClusterObject
      );
      if (status?.allowed !== false) {
        allowed.push(question);
      }
    }
    expect(allowed).toEqual([]);
  });

  test('changes nothing that is not called after it', async () => {
    // The server takes a new policy to heart after a moment, and says nothing of it.
    const deadline = performance.now() + 30_000;
    const refusal = async (path: string): Promise<string> => {
      try {
        // It would change nothing if it were allowed: there is no such label.
        const change = { metadata: { labels: { 'topsdl/nothing': null } } };
        await companion.patch(path, change, MERGE_PATCH);
        return '';
      } catch (error) {
        return (error as Error).message;
      }
    };
    let said = '';
    while (said === '' && performance.now() < deadline) {
      said = await refusal(pathOf(KINDS.namespace, undefined, 'kube-system'));
      await pause(200);
    }
    expect(said).toContain('TopsDL changes nothing outside of topsdl-*, such as kube-system');
    expect(await refusal(pathOf(KINDS.queue, undefined, 'default'))).toContain('such as default');
    expect(await refusal(pathOf(KINDS.namespace, undefined, own))).toBe('');
  });
}
