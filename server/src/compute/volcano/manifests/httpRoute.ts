import { createHash } from 'node:crypto';

import { ISOLATION } from '../../../isolation.ts';
import type { ServiceRoute } from '../../engine.ts';
import { clusterHandleOf } from '../clusterPlan.ts';
import type { GatewayConfig, VolcanoEngineConfig } from '../config.ts';
import { ANNOTATIONS } from '../names.ts';
import type { ClusterObject } from '../objects.ts';
import { projectLabels } from './project.ts';

/** The greatest weight that the API takes. */
const WHOLE = 1_000_000;

interface Fields {
  set?: readonly { name: string; value: string }[];
  remove?: readonly string[];
}

type Filter =
  | { type: 'RequestHeaderModifier'; requestHeaderModifier: Fields }
  | { type: 'ResponseHeaderModifier'; responseHeaderModifier: Fields }
  | {
      type: 'URLRewrite';
      urlRewrite: { path: { type: 'ReplacePrefixMatch'; replacePrefixMatch: string } };
    };

/** `gateway.networking.k8s.io/v1`. */
export interface HttpRoute extends ClusterObject {
  spec: {
    parentRefs: readonly { namespace: string; name: string }[];
    hostnames: readonly string[];
    rules: readonly {
      matches: readonly { path: { type: 'PathPrefix'; value: string } }[];
      filters: readonly Filter[];
      backendRefs: readonly { name: string; port: number; weight: number }[];
    }[];
  };
}

/** The way into a service past the companion: the same path below another name, divided by weights between the Services of its versions. */
export function httpRouteManifest(
  config: VolcanoEngineConfig,
  gateway: GatewayConfig,
  namespace: string,
  route: ServiceRoute
): HttpRoute {
  const weights = weightsOf(route.versions.map(({ share }) => share));
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: {
      name: httpRouteName(route.id),
      namespace,
      labels: projectLabels(config, namespace),
      annotations: { [ANNOTATIONS.name]: route.name }
    },
    spec: {
      parentRefs: [{ namespace: gateway.namespace, name: gateway.name }],
      hostnames: [gateway.host],
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: `${gateway.path}/${route.id}` } }],
          filters: [
            {
              type: 'URLRewrite',
              urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/' } }
            },
            // As the companion's gateway does: who calls is nothing that a person's program gets to know, and services share a name.
            {
              type: 'RequestHeaderModifier',
              requestHeaderModifier: { remove: ['authorization', 'cookie'] }
            },
            {
              type: 'ResponseHeaderModifier',
              responseHeaderModifier: {
                set: Object.entries(ISOLATION).map(([name, value]) => ({ name, value })),
                remove: ['set-cookie', 'strict-transport-security']
              }
            }
          ],
          backendRefs: route.versions.map(({ handle, port }, index) => ({
            name: clusterHandleOf(handle).name,
            port,
            weight: weights[index] ?? 0
          }))
        }
      ]
    }
  };
}

export function httpRouteName(id: string): string {
  return `s-${createHash('sha256').update(id).digest('hex').slice(0, 12)}`;
}

/** Whole numbers that are to each other as the shares are, to a millionth, and as small as that allows: some gateways make tables of them. */
export function weightsOf(shares: readonly number[]): number[] {
  const weights = shares.map(share => Math.round(share * WHOLE));
  const divisor = weights.reduce(greatestCommonDivisor, 0);
  return divisor === 0 ? weights : weights.map(weight => weight / divisor);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
