import { isApiError } from '../../src/compute/volcano/apiError.ts';
import type { ClusterApi } from '../../src/compute/volcano/client.ts';
import { KINDS, pathOf, type Kind } from '../../src/compute/volcano/kinds.ts';
import type { ClusterObject } from '../../src/compute/volcano/objects.ts';

const DEFINITION: Kind = {
  apiVersion: 'apiextensions.k8s.io/v1',
  plural: 'customresourcedefinitions'
};
const NAME = 'httproutes.gateway.networking.k8s.io';

interface Definition extends ClusterObject {
  spec: object;
  status?: { conditions?: readonly { type: string; status: string }[] };
}

/**
 * Lets a cluster that has no Gateway API keep HTTPRoutes, of whatever shape: what is asked of it here is to keep them in step, and what
 * they say has a snapshot.
 *
 * @returns takes it away again
 */
export async function requireHttpRoutes(api: ClusterApi): Promise<() => Promise<void>> {
  try {
    await api.list(KINDS.httpRoute, undefined, { limit: '1' });
    return () => Promise.resolve();
  } catch (error) {
    if (!isApiError(error) || !error.notFound) {
      throw error;
    }
  }
  const [group = '', version = ''] = KINDS.httpRoute.apiVersion.split('/');
  const { plural } = KINDS.httpRoute;
  const definition: Definition = {
    apiVersion: DEFINITION.apiVersion,
    kind: 'CustomResourceDefinition',
    metadata: {
      name: NAME,
      // What the API server asks of everybody who defines something of Kubernetes' own.
      annotations: { 'api-approved.kubernetes.io': 'unapproved, for a test' }
    },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind: 'HTTPRoute', listKind: 'HTTPRouteList', plural, singular: 'httproute' },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
          }
        }
      ]
    }
  };
  const made = await api.create(DEFINITION, definition);
  await established(api, made);
  // Answered from what watches are served from, which may not be there yet; until then it is asked to come again.
  await api.list(KINDS.httpRoute, undefined, { resourceVersion: '0' });
  return () => api.remove(pathOf(DEFINITION, undefined, NAME));
}

async function established(api: ClusterApi, made: Definition): Promise<void> {
  const query = {
    fieldSelector: `metadata.name=${NAME}`,
    resourceVersion: made.metadata.resourceVersion ?? '0',
    watch: 'true'
  };
  const over = AbortSignal.timeout(30_000);
  for await (const line of api.lines(pathOf(DEFINITION), query, over)) {
    const { object } = JSON.parse(line) as { object: Definition };
    const conditions = object.status?.conditions ?? [];
    if (conditions.some(({ type, status }) => type === 'Established' && status === 'True')) {
      return;
    }
  }
}
