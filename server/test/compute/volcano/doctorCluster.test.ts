import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';

import type { EngineProject } from '../../../src/compute/engine.ts';
import { ClusterApi, loadYaml } from '../../../src/compute/volcano/client.ts';
import type { VolcanoEngineConfig } from '../../../src/compute/volcano/config.ts';
import { Contact } from '../../../src/compute/volcano/contact.ts';
import { examineCluster } from '../../../src/compute/volcano/doctor/examine.ts';
import {
  groupOf,
  neededRights,
  resourceOf,
  type Right
} from '../../../src/compute/volcano/doctor/rights.ts';
import { isFault, type Finding } from '../../../src/compute/volcano/finding.ts';
import { KINDS, pathOf } from '../../../src/compute/volcano/kinds.ts';
import { MANAGER, projectNamespace } from '../../../src/compute/volcano/names.ts';
import type { ClusterObject, ObjectList } from '../../../src/compute/volcano/objects.ts';
import { Projects } from '../../../src/compute/volcano/projects.ts';
import { configFor, testCluster } from './testCluster.ts';

jest.setTimeout(180_000);

const cluster = testCluster();

if (cluster === undefined) {
  test.skip('topsdl doctor on a cluster: none is up, see scripts/cluster', () => undefined);
} else {
  describe('topsdl doctor on a cluster', () => {
    const dataDirectory = mkdtempSync(join(cluster.volume, 'doctor-'));
    const config = configFor(cluster, dataDirectory);
    const name = `doctor-${process.pid}`;
    const role = '/apis/rbac.authorization.k8s.io/v1/clusterroles';
    const binding = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings';
    const spec = { name: 'One', cpu: 1, memoryBytes: 1024 ** 3, cards: 1 };
    let api: ClusterApi;
    let limited: VolcanoEngineConfig;

    beforeAll(async () => {
      api = ClusterApi.connect(config);
      await api.create(KINDS.namespace, { metadata: { name } });
      await api.create(KINDS.serviceAccount, { metadata: { name, namespace: name } });
      const account = pathOf(KINDS.serviceAccount, name, name);
      const { status } = await api.post<{ status: { token: string } }>(`${account}/token`, {
        spec: {}
      });
      await api.post(binding, {
        metadata: { name },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
        subjects: [{ kind: 'ServiceAccount', name, namespace: name }]
      });
      limited = { ...config, kubeconfig: kubeconfigFor(config, dataDirectory, status.token) };
    });
    afterAll(async () => {
      for (const path of [`${role}/${name}`, `${binding}/${name}`]) {
        await api.remove(path);
      }
      await api.remove(pathOf(KINDS.namespace, undefined, name));
      await api.close();
      rmSync(dataDirectory, { recursive: true, force: true });
    });

    const allow = async (rights: readonly Right[]): Promise<void> => {
      await api.patch(
        `${role}/${name}`,
        {
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: 'ClusterRole',
          metadata: { name },
          rules: rights.map(right => ({
            apiGroups: [groupOf(right.kind)],
            resources: [resourceOf(right)],
            verbs: right.verbs
          }))
        },
        'application/apply-patch+yaml',
        { fieldManager: 'test', force: 'true' }
      );
    };
    const look = async (
      of: VolcanoEngineConfig,
      more: { cardResource?: string; trial?: boolean; projects?: EngineProject[] } = {}
    ): Promise<Finding[]> => {
      const { cardResource = 'enflame.com/dtu', trial = false, projects = [] } = more;
      return Array.fromAsync(
        examineCluster({
          config: of,
          projects,
          specs: [{ ...spec, cardResource }],
          owner: 0,
          ...(trial ? { trial: new AbortController().signal } : {})
        })
      );
    };
    const find = (findings: readonly Finding[], what: string): Finding | undefined =>
      findings.find(finding => finding.what === what);

    test('the rights that are asked for are all that a run needs, and nothing is left of it', async () => {
      await allow(neededRights(limited));
      const findings = await look(limited, { trial: true });
      expect(findings.filter(isFault)).toEqual([]);
      expect(find(findings, 'credentials')?.detail).toContain(`serviceaccount:${name}:${name}`);
      expect(find(findings, 'trial run')?.detail).toMatch(/^mpirun ran on 2 pods/);
      expect(find(findings, 'trial volume')?.state).toBe('ok');
      expect(existsSync(join(dataDirectory, 'doctor'))).toBe(false);
      const { items = [] } = await api.get<ObjectList<ClusterObject>>(pathOf(KINDS.namespace), {
        labelSelector: `app.kubernetes.io/managed-by=${MANAGER}`
      });
      const left = items.filter(
        ({ metadata }) =>
          metadata.name.startsWith(config.namespacePrefix) &&
          metadata.deletionTimestamp === undefined
      );
      expect(left).toEqual([]);
    });

    test('a right that is missing is named', async () => {
      await allow(neededRights(limited).filter(({ kind }) => kind !== KINDS.command));
      const faults = (await look(limited)).filter(isFault);
      expect(faults).toMatchObject([{ what: 'right to commands of bus.volcano.sh' }]);
    });

    test('a queue that is not there, in the words of the webhook, too', async () => {
      const faults = (await look({ ...config, queue: name })).filter(isFault);
      expect(faults).toMatchObject([
        { what: 'queue', state: 'missing' },
        { what: 'jobs', detail: expect.stringContaining('unable to find job queue') }
      ]);
    });

    test('a claim that is not there, and cards that nobody offers', async () => {
      const volume = { claim: 'data', namespace: name };
      const findings = await look({ ...config, volume }, { cardResource: 'enflame.com/none' });
      expect(findings.filter(isFault)).toMatchObject([
        { what: 'cards', detail: expect.stringContaining('offered are') },
        { what: 'volume', detail: expect.stringContaining(`no claim ${name}/data`) }
      ]);
    });

    test('queue and quotas of a project beside what is used of them', async () => {
      const project = {
        id: 'p',
        name: 'Cats',
        quotas: { cpu: '4', 'requests.enflame.com/dtu': '2' }
      };
      const contact = new Contact(() => api.get('/readyz'));
      const projects = new Projects(config, api, contact);
      try {
        await projects.set([project]);
        await projects.ready(project.id);
        const findings = await look(config, { projects: [project] });
        expect(find(findings, 'queue')?.detail).toContain('1 open');
        expect(find(findings, 'quotas')?.detail).toMatch(
          /^Cats \(.*\/topsdl\): cpu 0 of 4 and requests\.enflame\.com\/dtu 0 of 2$/
        );
        const namespace = projectNamespace(config, project);
        expect(find(findings, 'jobs')?.detail).toContain(`in the queue ${namespace} is accepted`);
        const changed = { ...project, quotas: { cpu: '8' } };
        expect((await look(config, { projects: [changed] })).filter(isFault)).toMatchObject([
          { what: 'quotas', detail: expect.stringContaining('the project has others') }
        ]);
      } finally {
        await projects.set([]);
        contact.close();
      }
    });

    test('an image that cannot be had', async () => {
      const findings = await look(
        { ...config, image: 'registry.invalid/nothing:1', imagePullPolicy: 'IfNotPresent' },
        { trial: true }
      );
      expect(findings.filter(isFault)).toMatchObject([
        {
          what: 'trial run',
          detail: expect.stringContaining('registry.invalid/nothing:1 cannot be had')
        }
      ]);
    });
  });
}

/** A kubeconfig with a token in the place of the administrator's certificate. */
function kubeconfigFor(
  { kubeconfig = '' }: VolcanoEngineConfig,
  directory: string,
  token: string
): string {
  const given = loadYaml<{ users: { user: object }[] }>(readFileSync(kubeconfig, 'utf8'));
  given.users.forEach(entry => {
    entry.user = { token };
  });
  const path = join(directory, 'kubeconfig');
  writeFileSync(path, JSON.stringify(given), { mode: 0o600 });
  return path;
}
