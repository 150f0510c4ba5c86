import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kubeconfig } from './api.ts';
import { run } from './command.ts';
import { ADDRESSES, API_SERVER, KEYS, KUBECONFIG, nodeAddresses } from './layout.ts';

interface Identity {
  readonly name: string;
  readonly commonName: string;
  readonly organization?: string;
  readonly dnsNames?: readonly string[];
  readonly addresses?: readonly string[];
}

/** Who takes part in the cluster, with the names that Kubernetes' own roles are bound to. */
function identities(nodes: number): Identity[] {
  return [
    {
      name: 'api-server',
      commonName: 'kube-apiserver',
      dnsNames: ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'],
      addresses: [ADDRESSES.control, '127.0.0.1', ADDRESSES.kubernetesService]
    },
    { name: 'admin', commonName: 'admin', organization: 'system:masters' },
    {
      name: 'to-kubelets',
      commonName: 'kube-apiserver-to-kubelets',
      organization: 'system:masters'
    },
    { name: 'controllers', commonName: 'system:kube-controller-manager' },
    { name: 'scheduler', commonName: 'system:kube-scheduler' },
    { name: 'proxy', commonName: 'system:kube-proxy' },
    { name: 'dns', commonName: 'topsdl:dns', organization: 'system:masters' },
    {
      name: 'standin',
      commonName: 'topsdl:volcano-standin',
      organization: 'system:masters',
      addresses: [ADDRESSES.control]
    },
    ...nodeAddresses(nodes).map(node => ({
      name: node.name,
      commonName: `system:node:${node.name}`,
      organization: 'system:nodes',
      dnsNames: [node.name],
      addresses: [node.address]
    }))
  ];
}

export function keyFile(name: string): string {
  return join(KEYS, name);
}

/** The kubeconfig of one who takes part. */
export function kubeconfigOf(name: string): string {
  return name === 'admin' ? KUBECONFIG : keyFile(`${name}.kubeconfig`);
}

/** Makes the keys of a new cluster and a kubeconfig for each who takes part. */
export async function makeKeys(programs: string, nodes: number): Promise<void> {
  mkdirSync(KEYS, { recursive: true, mode: 0o700 });
  const all = identities(nodes);
  await run(programs, ['keys', KEYS], { input: JSON.stringify(all) });
  for (const { name } of all) {
    const config = kubeconfig(name, {
      server: API_SERVER,
      authority: readFileSync(keyFile('ca.crt')),
      certificate: readFileSync(keyFile(`${name}.crt`)),
      key: readFileSync(keyFile(`${name}.key`))
    });
    writeFileSync(kubeconfigOf(name), config, { mode: 0o600 });
  }
}
