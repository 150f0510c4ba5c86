import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { CardResource, LabelName, LabelValue, Name, Quota, Toleration } from '@topsdl/contract';
import fc from 'fast-check';

import { ClusterApi } from '../../../src/compute/volcano/client.ts';
import { clusterPlanOf } from '../../../src/compute/volcano/clusterPlan.ts';
import { KINDS, pathOf, type Kind } from '../../../src/compute/volcano/kinds.ts';
import { jobManifest } from '../../../src/compute/volcano/manifests/job.ts';
import {
  namespaceManifest,
  queueManifest,
  quotaManifest
} from '../../../src/compute/volcano/manifests/project.ts';
import { statefulSetManifest } from '../../../src/compute/volcano/manifests/statefulSet.ts';
import { APPLY_PATCH } from '../../../src/compute/volcano/client.ts';
import { namespaceName } from '../../../src/compute/volcano/names.ts';
import type { ClusterObject } from '../../../src/compute/volcano/objects.ts';
import { planWorkload } from '../../../src/compute/volcano/plan.ts';
import { nasty } from './hostile.ts';
import { PROGRAM, RUN, SPEC } from './samples.ts';
import { configFor, testCluster } from './testCluster.ts';

jest.setTimeout(180_000);

const cluster = testCluster();

/** Texts near the edge of a rule: of its own letters, and what it takes of all others. */
function near(rule: { safeParse(value: unknown): { success: boolean } }, letters: RegExp) {
  return fc.oneof(fc.stringMatching(letters), nasty).filter(text => rule.safeParse(text).success);
}

const labelName = near(LabelName, /^(?:[-a-z0-9.]{1,12}\/)?[-A-Za-z0-9_.]{1,8}$/);
const labelValue = near(LabelValue, /^[-A-Za-z0-9_.]{0,8}$/);
const card = fc.oneof(
  near(CardResource, /^[-a-z0-9.]{1,12}\/[-A-Za-z0-9_.]{1,8}$/),
  fc.constant(
    `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(52)}/${'e'.repeat(63)}`
  )
);
const quotas = fc
  .uniqueArray(
    fc
      .record({
        resource: fc.oneof(
          fc.constantFrom('cpu', 'memory', 'storage'),
          card.map(name => `requests.${name}`)
        ),
        limit: fc.stringMatching(/^(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,9})?(?:m|[kMGTP]i?)?$/)
      })
      .filter(quota => Quota.safeParse(quota).success),
    { selector: ({ resource }) => resource, maxLength: 4 }
  )
  .map(list => Object.fromEntries(list.map(({ resource, limit }) => [resource, limit])));
const toleration = fc
  .record(
    {
      key: labelName,
      operator: fc.constantFrom('Equal' as const, 'Exists' as const),
      value: labelValue,
      effect: fc.constantFrom(
        'NoSchedule' as const,
        'PreferNoSchedule' as const,
        'NoExecute' as const
      )
    },
    { requiredKeys: [] }
  )
  .filter(value => Toleration.safeParse(value).success);
const anything = fc.record({
  name: near(Name, /^[^/:*?"<>|'\\]{1,50}$/u),
  cardResource: card,
  quotas,
  overcommit: fc.constantFrom(1, 3),
  nodeSelector: fc.dictionary(labelName, labelValue, { maxKeys: 4 }),
  tolerations: fc.array(toleration, { maxLength: 4 })
});

if (cluster === undefined) {
  test.skip('what the API server accepts: no cluster is up, see scripts/cluster', () => undefined);
} else {
  // A claim, as installations have: then the namespaces admit what is within the strictest of Kubernetes' own rules only.
  const config = configFor(cluster, cluster.volume, {
    volume: { claim: 'topsdl-data', namespace: 'topsdl' },
    volumeRoot: '/data',
    queue: 'default'
  });
  const namespace = namespaceName(config.namespacePrefix, SPEC.projectId);
  let api: ClusterApi;

  /** Has the server check an object as if it were to be made. */
  const tried = (kind: Kind, object: ClusterObject): Promise<ClusterObject> => {
    const path = pathOf(kind, object.metadata.namespace, object.metadata.name);
    return api.patch(path, object, APPLY_PATCH, { fieldManager: 'test', dryRun: 'All' });
  };

  beforeAll(async () => {
    api = ClusterApi.connect(config);
    await api.apply(KINDS.namespace, namespaceManifest(config, { id: SPEC.projectId, name: '' }));
  });

  afterAll(async () => {
    await api.remove(pathOf(KINDS.namespace, undefined, namespace));
    await api.close();
  });

  test('Kubernetes takes whatever our rules do', async () => {
    await fc.assert(
      fc.asyncProperty(anything, async ({ name, cardResource, quotas, ...rest }) => {
        const { overcommit, nodeSelector, tolerations } = rest;
        const ours = { ...config, overcommit };
        const project = { id: SPEC.projectId, name, quotas };
        const plan = (kind: 'batch' | 'service') =>
          clusterPlanOf(
            planWorkload(
              ours,
              {
                ...SPEC,
                kind,
                nodes: 1,
                mounts: [
                  {
                    source: '/data/topsdl/sets/x',
                    target: `/workspace/dataset/${name}`,
                    readOnly: true
                  }
                ],
                resources: { ...SPEC.resources, cardResource },
                placement: { nodeSelector, tolerations }
              },
              { ...RUN, name }
            )
          );
        const job = jobManifest(ours, plan('batch'), 'hash', PROGRAM);
        const made = await tried(KINDS.namespace, namespaceManifest(ours, project));
        expect(made.metadata.annotations).toMatchObject({ 'topsdl/name': name.toWellFormed() });
        await tried(KINDS.resourceQuota, quotaManifest(ours, project));
        await tried(KINDS.queue, queueManifest(ours, project));
        await tried(KINDS.job, job);
        // What makes pods of a job may leave their checks to the server, as it is asked here.
        await tried(KINDS.pod, {
          apiVersion: 'v1',
          kind: 'Pod',
          ...job.spec.tasks[0]?.template,
          metadata: { ...job.spec.tasks[0]?.template.metadata, name: job.metadata.name, namespace }
        });
        await tried(KINDS.statefulSet, statefulSetManifest(ours, plan('service'), 'hash', PROGRAM));
      }),
      { numRuns: 100 }
    );
  });

  test('a name may have letters that YAML has not, as that of a copied file', async () => {
    for (const name of ['\ufeff训练', 'a\uffffb\ufffe', 'a\u2028b', 'a\u0085b', '🔑', 'a\ud800']) {
      const project = { id: SPEC.projectId, name };
      const { metadata } = await tried(KINDS.namespace, namespaceManifest(config, project));
      expect(metadata.annotations?.['topsdl/name']).toBe(name.toWellFormed());
    }
  });

  test('and is asked for it: what it refuses is refused here', async () => {
    await expect(
      tried(KINDS.pod, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'root', namespace },
        spec: { containers: [{ name: 'node', image: 'x', securityContext: { privileged: true } }] }
      } as ClusterObject)
    ).rejects.toMatchObject({ status: 403 });
    const broken = quotaManifest(config, { id: SPEC.projectId, name: '', quotas: { cpu: '1' } });
    await expect(
      tried(KINDS.resourceQuota, { ...broken, spec: { hard: { 'requests.foo': '1' } } } as never)
    ).rejects.toMatchObject({ status: 422 });
  });
}
