import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Parts } from './build.ts';
import { controlGroupOf } from './controlGroups.ts';
import { keyFile, kubeconfigOf } from './keys.ts';
import type { NodeAddress } from './layout.ts';
import { ADDRESSES, DATA, RUN } from './layout.ts';
import type { Machine, MachineDescription, Service } from './machine.ts';
import { CONFIGURATION, CONTAINERD_SOCKET, bind, runtimeMachine, writeEtc } from './runtime.ts';
import { shareStore, storeMounts } from './store.ts';

const PROGRAMS = '/opt/topsdl/programs';

/** Where a node keeps what pods write, on a real disk. */
function diskOf(node: string): string {
  return join(DATA, node);
}

/** A node has files of its own, and nothing of the host but its devices and the volume. */
export function nodeMachine(
  machine: Machine,
  node: NodeAddress,
  parts: Parts,
  volume: string
): MachineDescription {
  const disk = diskOf(node.name);
  const store = join(disk, 'containerd');
  const kubelet = join(disk, 'kubelet');
  // After an end that nobody asked for the node finds what it had.
  if (!existsSync(kubelet)) {
    rmSync(store, { recursive: true, force: true });
    mkdirSync(store, { recursive: true });
    shareStore(parts.store, store);
    mkdirSync(kubelet);
  }
  return runtimeMachine(machine, parts.nodeTree, store, configure(node), [
    ...storeMounts(parts.store),
    bind(kubelet, '/var/lib/kubelet'),
    bind(parts.programs, PROGRAMS, true),
    bind(volume, volume)
  ]);
}

export function kubelet(node: NodeAddress): Service {
  return {
    name: 'kubelet',
    command: [
      ...[PROGRAMS, 'kubelet', '--config', `${CONFIGURATION}/kubelet.json`],
      ...['--kubeconfig', `${CONFIGURATION}/kubeconfig`, '--node-ip', node.address],
      ...['--hostname-override', node.name]
    ]
  };
}

export function proxy(): Service {
  return {
    name: 'kube-proxy',
    command: [PROGRAMS, 'kube-proxy', '--config', `${CONFIGURATION}/proxy.json`]
  };
}

/** Offers cards that are numbers, as many of each resource as given. */
export function cards(resources: Readonly<Record<string, number>>): Service {
  const offers = Object.entries(resources).map(([resource, count]) => `${resource}=${count}`);
  return { name: 'cards', command: [PROGRAMS, 'cards', '-variable', 'VISIBLE_CARDS', ...offers] };
}

/** Pods are reached from the host, but what listens on the host is none of theirs: only answers go there. */
export const FIREWALL: Service = {
  name: 'firewall',
  command: [
    'nft',
    'add table ip topsdl; add chain ip topsdl forward { type filter hook forward priority 0; }; ' +
      `add rule ip topsdl forward ip saddr ${ADDRESSES.pods} ip daddr ${ADDRESSES.host} ct state new reject`
  ]
};

/** Writes the node's `/etc` and gives the directory. */
function configure(node: NodeAddress): string {
  const etc = join(RUN, 'nodes', node.name);
  writeEtc(etc, node.name, node.address);
  const own = join(etc, 'kubernetes');
  const write = (name: string, content: unknown): void =>
    writeFileSync(join(own, name), JSON.stringify(content));
  for (const name of ['ca.crt', `${node.name}.crt`, `${node.name}.key`]) {
    copyFileSync(keyFile(name), join(own, name));
  }
  copyFileSync(kubeconfigOf(node.name), join(own, 'kubeconfig'));
  copyFileSync(kubeconfigOf('proxy'), join(own, 'proxy.kubeconfig'));
  write('cni/10-topsdl.conflist', networkConfig(node));
  write('kubelet.json', kubeletConfig(node));
  write('proxy.json', proxyConfig(node));
  return etc;
}

/** Each pod has a cable of its own to the node, which routes: there is no bridge whose address could change. */
function networkConfig(node: NodeAddress): unknown {
  return {
    cniVersion: '0.4.0',
    name: 'topsdl',
    plugins: [
      {
        type: 'ptp',
        ipam: {
          type: 'host-local',
          dataDir: '/run/cni',
          ranges: [[{ subnet: node.pods }]],
          routes: [{ dst: '0.0.0.0/0' }]
        }
      }
    ]
  };
}

function kubeletConfig(node: NodeAddress): unknown {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: node.address,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: `${CONFIGURATION}/ca.crt` }
    },
    authorization: { mode: 'Webhook' },
    tlsCertFile: `${CONFIGURATION}/${node.name}.crt`,
    tlsPrivateKeyFile: `${CONFIGURATION}/${node.name}.key`,
    containerRuntimeEndpoint: `unix://${CONTAINERD_SOCKET}`,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: controlGroupOf(node.name),
    enforceNodeAllocatable: [],
    failCgroupV1: false,
    failSwapOn: false,
    oomScoreAdj: 0,
    makeIPTablesUtilChains: false,
    volumePluginDir: '/var/lib/kubelet/volume-plugins',
    clusterDNS: [ADDRESSES.control],
    clusterDomain: 'cluster.local',
    resolvConf: '',
    nodeStatusUpdateFrequency: '5s',
    syncFrequency: '10s',
    imageGCHighThresholdPercent: 100,
    // A disk that is nearly full is the host's business. A threshold of memory may not be 0.
    evictionHard: {
      'nodefs.available': '0%',
      'nodefs.inodesFree': '0%',
      'imagefs.available': '0%',
      'imagefs.inodesFree': '0%',
      'memory.available': '1Mi'
    }
  };
}

function proxyConfig(node: NodeAddress): unknown {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'nftables',
    clientConnection: { kubeconfig: `${CONFIGURATION}/proxy.kubeconfig` },
    hostnameOverride: node.name,
    clusterCIDR: ADDRESSES.pods,
    // The limits of connections belong to the host.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' }
  };
}
