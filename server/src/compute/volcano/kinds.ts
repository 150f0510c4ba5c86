/** Where objects are in the API: group, version and plural of each kind that this engine has to do with. */
export interface Kind {
  readonly apiVersion: string;
  readonly plural: string;
}

export const KINDS = {
  job: { apiVersion: 'batch.volcano.sh/v1alpha1', plural: 'jobs' },
  podGroup: { apiVersion: 'scheduling.volcano.sh/v1beta1', plural: 'podgroups' },
  queue: { apiVersion: 'scheduling.volcano.sh/v1beta1', plural: 'queues' },
  command: { apiVersion: 'bus.volcano.sh/v1alpha1', plural: 'commands' },
  pod: { apiVersion: 'v1', plural: 'pods' },
  event: { apiVersion: 'v1', plural: 'events' },
  node: { apiVersion: 'v1', plural: 'nodes' },
  namespace: { apiVersion: 'v1', plural: 'namespaces' },
  service: { apiVersion: 'v1', plural: 'services' },
  serviceAccount: { apiVersion: 'v1', plural: 'serviceaccounts' },
  resourceQuota: { apiVersion: 'v1', plural: 'resourcequotas' },
  claim: { apiVersion: 'v1', plural: 'persistentvolumeclaims' },
  volume: { apiVersion: 'v1', plural: 'persistentvolumes' },
  podMetrics: { apiVersion: 'metrics.k8s.io/v1beta1', plural: 'pods' },
  configMap: { apiVersion: 'v1', plural: 'configmaps' },
  deployment: { apiVersion: 'apps/v1', plural: 'deployments' },
  statefulSet: { apiVersion: 'apps/v1', plural: 'statefulsets' },
  gateway: { apiVersion: 'gateway.networking.k8s.io/v1', plural: 'gateways' },
  httpRoute: { apiVersion: 'gateway.networking.k8s.io/v1', plural: 'httproutes' },
  networkPolicy: { apiVersion: 'networking.k8s.io/v1', plural: 'networkpolicies' }
} as const satisfies Record<string, Kind>;

/** The path of a collection, or of one object in it. */
export function pathOf(kind: Kind, namespace?: string, name?: string): string {
  const { apiVersion, plural } = kind;
  return [
    apiVersion.includes('/') ? '/apis' : '/api',
    `/${apiVersion}`,
    namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`,
    `/${plural}`,
    name === undefined ? '' : `/${encodeURIComponent(name)}`
  ].join('');
}
