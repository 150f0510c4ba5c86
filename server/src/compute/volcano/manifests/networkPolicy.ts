import type { VolcanoEngineConfig } from '../config.ts';
import { LABELS } from '../names.ts';
import type { ClusterObject } from '../objects.ts';
import { projectLabels } from './project.ts';

interface Peer {
  podSelector?: { matchLabels?: Readonly<Record<string, string>> };
  namespaceSelector?: { matchLabels?: Readonly<Record<string, string>> };
  ipBlock?: { cidr: string; except?: readonly string[] };
}

interface Port {
  protocol: 'TCP' | 'UDP';
  port: number;
}

/** `networking.k8s.io/v1`. */
export interface NetworkPolicy extends ClusterObject {
  spec: {
    podSelector: { matchLabels?: Readonly<Record<string, string>> };
    policyTypes: readonly ('Ingress' | 'Egress')[];
    ingress?: readonly { from: readonly Peer[] }[];
    egress?: readonly { to: readonly Peer[]; ports?: readonly Port[] }[];
  };
}

/** Addresses that no run reaches, whatever it may: of the clouds' metadata, and all private ones, the API server's among them. */
const INSIDE_V4 = [
  '10.0.0.0/8',
  '100.64.0.0/10',
  // Azure's metadata and credentials, at an address that is public by its number.
  '168.63.129.16/32',
  '169.254.0.0/16',
  '172.16.0.0/12',
  // Oracle's metadata.
  '192.0.0.0/24',
  '192.168.0.0/16'
];
const INSIDE_V6 = ['fc00::/7', 'fe80::/10'];

/**
 * Who may talk to whom in a project's namespace. To its job's pods a pod may talk by the policy that Volcano makes for each job; these
 * add that nothing else comes in but the companion and a gateway to services, and that nothing goes out but to the project's own pods and to the cluster's DNS,
 * and to the internet for what asked for it.
 */
export function networkPolicies(config: VolcanoEngineConfig, namespace: string): NetworkPolicy[] {
  const policy = (name: string, spec: NetworkPolicy['spec']): NetworkPolicy => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace, labels: projectLabels(config, namespace) },
    spec
  });
  const everyPod = { podSelector: {} };
  // One that admits nobody takes the place of what an earlier configuration has admitted: the companion may not remove policies.
  const admitted = (name: string, from: VolcanoEngineConfig['companion']): NetworkPolicy =>
    policy(name, {
      podSelector: {},
      policyTypes: ['Ingress'],
      ingress:
        from === undefined
          ? []
          : [
              {
                from: [
                  {
                    namespaceSelector: { matchLabels: from.namespace },
                    podSelector: { matchLabels: from.pod }
                  }
                ]
              }
            ]
    });
  return [
    policy('topsdl-closed', {
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
      egress: [
        { to: [everyPod] },
        {
          to: [{ namespaceSelector: {} }],
          ports: [
            { protocol: 'UDP', port: 53 },
            { protocol: 'TCP', port: 53 }
          ]
        }
      ]
    }),
    policy('topsdl-outside', {
      podSelector: { matchLabels: { [LABELS.network]: 'egress' } },
      policyTypes: ['Egress'],
      egress: [
        {
          to: [
            { ipBlock: { cidr: '0.0.0.0/0', except: INSIDE_V4 } },
            { ipBlock: { cidr: '::/0', except: INSIDE_V6 } },
            ...config.egress.map(cidr => ({ ipBlock: { cidr } }))
          ]
        }
      ]
    }),
    admitted('topsdl-companion', config.companion),
    admitted('topsdl-gateway', config.gateway?.from)
  ];
}
