import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from '@jest/globals';

import { DEFAULTS } from '../../../src/compute/volcano/config.ts';
import { networkPolicies } from '../../../src/compute/volcano/manifests/networkPolicy.ts';
import type { ClusterObject } from '../../../src/compute/volcano/objects.ts';
import { clusterSettings, volcanoConfig } from '../../../src/compute/volcano/settings.ts';
import { readConfig } from '../../../src/config.ts';
import { deployed, type Deployment } from './installation.ts';
import { CONFIG } from './samples.ts';

const ROOT = join(__dirname, '../../../..');
const BASE = join(ROOT, 'deploy/base');
const [companion] = deployed<Deployment>('base/companion.yaml') as [Deployment];
const pod = companion.spec.template.spec;
const [container] = pod.containers;

/** The variables of the companion's container, as Kubernetes makes them. */
function environment(): Record<string, string> {
  const namespace = companion.metadata.namespace ?? '';
  const file = readFileSync(join(BASE, 'companion.env'), 'utf8')
    .trim()
    .split('\n')
    .map(line => /^([^=]+)=(.*)$/.exec(line)?.slice(1) as [string, string]);
  const own = (container?.env ?? []).map(({ name, value }): [string, string] => [
    name,
    value?.replaceAll('$(NAMESPACE)', namespace) ?? ''
  ]);
  return Object.fromEntries([...file, ...own]);
}

test('the companion’s settings are settings, and fit its volumes', () => {
  const config = readConfig('/nowhere/config.toml', environment());
  expect(config.compute.engine).toBe('volcano');
  const cluster = volcanoConfig(config.cluster, {
    dataDirectory: '/data/topsdl',
    instance: 'a',
    logLimitBytes: 1,
    overcommit: config.compute.overcommit,
    inCluster: true
  });
  expect(cluster).toMatchObject({
    volume: { claim: 'topsdl-data', namespace: 'topsdl' },
    reach: 'direct',
    companion: {
      namespace: { 'kubernetes.io/metadata.name': companion.metadata.namespace },
      pod: companion.spec.template.metadata.labels
    }
  });
  const mounts = container?.volumeMounts?.map(({ mountPath }) => mountPath) ?? [];
  expect(mounts).toContain(cluster.volumeRoot);
  expect(mounts.some(path => config.database.directory?.startsWith(`${path}/`))).toBe(true);
  expect(container?.args).toContain('--data=/data/topsdl');
});

test('the companion is the user whose the files of pods are', () => {
  expect(pod.securityContext).toMatchObject({
    runAsUser: DEFAULTS.uid,
    runAsGroup: DEFAULTS.gid,
    fsGroup: DEFAULTS.gid
  });
});

test('policies of namespaces that are given are those of the companion’s own', () => {
  const bare = ({ kind, metadata, spec }: ClusterObject & { spec?: unknown }) => ({
    kind,
    name: metadata.name,
    spec
  });
  // Such namespaces have no gateway, and none to close.
  const own = networkPolicies(CONFIG, 'team-a').map(bare);
  expect(deployed('project/networkpolicies.yaml').map(bare)).toEqual(
    own.filter(({ name }) => name !== 'topsdl-gateway')
  );
});

test('the base has every file that lies in it', () => {
  const [kustomization] = deployed<ClusterObject & { resources: string[] }>(
    'base/kustomization.yaml'
  );
  const files = readdirSync(BASE).filter(name => name.endsWith('.yaml'));
  expect([...(kustomization?.resources ?? []), 'kustomization.yaml'].sort()).toEqual(files.sort());
});

test('every setting of a cluster is in the table of settings', () => {
  const rows = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8').match(/^\| `cluster\..*$/gm);
  const told = rows?.flatMap(row => [...row.split('|')[1]!.matchAll(/`(?:cluster)?\.(\w+)`/g)]);
  expect(told?.map(([, name]) => name).sort()).toEqual(Object.keys(clusterSettings.shape).sort());
});
