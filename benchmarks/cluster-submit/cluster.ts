import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { ClusterApi } from '../../server/src/compute/volcano/client.ts';
import type { ClusterObject } from '../../server/src/compute/volcano/objects.ts';
import { KINDS, pathOf, type Kind } from '../../server/src/compute/volcano/kinds.ts';

/** The cluster of `scripts/cluster`, or another that the file `TOPSDL_TEST_CLUSTER` describes, as for the tests of the engine. */
export interface BenchCluster {
  readonly kubeconfig: string;
  readonly image: string;
  readonly volume: string;
  readonly scheduler?: string;
}

export function benchCluster(): BenchCluster {
  const described = process.env['TOPSDL_TEST_CLUSTER'];
  const script = join(import.meta.dirname, '../../scripts/cluster');
  const said =
    described === undefined
      ? execFileSync(script, ['status', '--json'], { encoding: 'utf8' })
      : readFileSync(described, 'utf8');
  return JSON.parse(said) as BenchCluster;
}

/** Removes a project's namespace and queue, and resolves when nothing is left: it is not cleared away during the next round. */
export async function removeProject(api: ClusterApi, name: string): Promise<void> {
  const path = pathOf(KINDS.namespace, undefined, name);
  const found = await api.get<ClusterObject>(path).catch(() => undefined);
  if (found === undefined) {
    return;
  }
  await api.remove(path);
  await api.remove(pathOf(KINDS.queue, undefined, name));
  for await (const event of follow(api, KINDS.namespace, undefined, {
    fieldSelector: `metadata.name=${name}`,
    resourceVersion: found.metadata.resourceVersion ?? ''
  })) {
    if (event.type === 'DELETED') {
      return;
    }
  }
}

/** The events of a watch, without a copy of anything. */
export async function* follow(
  api: ClusterApi,
  kind: Kind,
  namespace: string | undefined,
  query: Readonly<Record<string, string>>,
  signal = new AbortController().signal
): AsyncGenerator<{ type: string; object: ClusterObject }> {
  for await (const line of api.lines(
    pathOf(kind, namespace),
    { ...query, watch: 'true' },
    signal
  )) {
    yield JSON.parse(line) as { type: string; object: ClusterObject };
  }
}

/** Resolves when the controller has done its part for so many jobs of a namespace: each has its group, which waits. */
export async function groupsMade(api: ClusterApi, namespace: string, count: number): Promise<void> {
  const seen = new Set<string>();
  for await (const { object } of follow(api, KINDS.podGroup, namespace, {})) {
    seen.add(object.metadata.name);
    if (seen.size >= count) {
      return;
    }
  }
}
