import {
  copyFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  writeFileSync
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { controlGroupOf } from './controlGroups.ts';
import { keyFile, kubeconfigOf } from './keys.ts';
import type { NodeAddress } from './layout.ts';
import { ADDRESSES, DATA, IMAGES, LOGS, RUN } from './layout.ts';
import type { MachineDescription, Mount, Service } from './machine.ts';
import type { Parts } from './build.ts';

/** Where the node's own configuration is, and the programs, as the node sees them. */
const ETC = '/etc/kubernetes';
const PROGRAMS = '/opt/topsdl/programs';
const IMAGE_DIRECTORY = '/opt/topsdl/images';
export const CONTAINERD_SOCKET = '/run/containerd/containerd.sock';

/** Where a node keeps what pods write, on a real disk. */
export function diskOf(node: string): string {
  return join(DATA, node);
}

/** A node has files of its own: programs from Debian, and nothing of the host but its devices and the volume. */
export function nodeMachine(node: NodeAddress, parts: Parts, volume: string): MachineDescription {
  const disk = diskOf(node.name);
  for (const name of ['containerd', 'kubelet']) {
    mkdirSync(join(disk, name), { recursive: true });
  }
  const bind = (source: string, target: string, readOnly = false): Mount => ({
    ...{ kind: 'bind', source, target, readOnly }
  });
  const links = readdirSync(parts.nodeTree).filter(name =>
    lstatSync(join(parts.nodeTree, name)).isSymbolicLink()
  );
  return {
    ownRoot: true,
    links: Object.fromEntries(links.map(name => [name, readlinkSync(join(parts.nodeTree, name))])),
    mounts: [
      bind(join(parts.nodeTree, 'usr'), '/usr', true),
      { kind: 'proc', target: '/proc' },
      bind('/sys', '/sys'),
      bind('/dev', '/dev'),
      { kind: 'tmpfs', target: '/run' },
      { kind: 'tmpfs', target: '/tmp' },
      bind(join(disk, 'containerd'), '/var/lib/containerd'),
      bind(join(disk, 'kubelet'), '/var/lib/kubelet'),
      bind(join(LOGS, node.name), '/var/log'),
      bind(configure(node), '/etc', true),
      bind(parts.programs, PROGRAMS, true),
      bind(dirname(parts.images[0] ?? ''), IMAGE_DIRECTORY, true),
      bind(volume, volume)
    ]
  };
}

export function containerd(): Service {
  return { name: 'containerd', command: ['containerd', '--config', `${ETC}/containerd.toml`] };
}

export function kubelet(node: NodeAddress): Service {
  return {
    name: 'kubelet',
    command: [
      ...[PROGRAMS, 'kubelet', '--config', `${ETC}/kubelet.json`],
      ...['--kubeconfig', `${ETC}/kubeconfig`, '--node-ip', node.address],
      ...['--hostname-override', node.name]
    ]
  };
}

export function proxy(): Service {
  return { name: 'kube-proxy', command: [PROGRAMS, 'kube-proxy', '--config', `${ETC}/proxy.json`] };
}

/** Offers cards that are numbers, as many of each resource as given. */
export function cards(resources: Readonly<Record<string, number>>): Service {
  const offers = Object.entries(resources).map(([resource, count]) => `${resource}=${count}`);
  return { name: 'cards', command: [PROGRAMS, 'cards', '-variable', 'VISIBLE_CARDS', ...offers] };
}

/** What makes an image known to the node's container runtime. */
export function imports(parts: Parts): Service[] {
  return parts.images.map(image => ({
    name: `import-${basename(image, '.tar')}`,
    command: [
      ...['ctr', '--address', CONTAINERD_SOCKET, '--namespace', 'k8s.io', 'images', 'import'],
      join(IMAGE_DIRECTORY, basename(image))
    ]
  }));
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
  const own = join(etc, basename(ETC));
  mkdirSync(join(own, 'cni'), { recursive: true });
  const write = (path: string, content: unknown): void =>
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  // The kubelet looks itself up, and pods' files are made from the node's.
  write(join(etc, 'passwd'), 'root:x:0:0:root:/root:/bin/bash\n');
  write(join(etc, 'hosts'), `127.0.0.1 localhost\n${node.address} ${node.name}\n`);
  write(join(etc, 'resolv.conf'), '');
  for (const name of ['ca.crt', `${node.name}.crt`, `${node.name}.key`]) {
    copyFileSync(keyFile(name), join(own, name));
  }
  copyFileSync(kubeconfigOf(node.name), join(own, 'kubeconfig'));
  copyFileSync(kubeconfigOf('proxy'), join(own, 'proxy.kubeconfig'));
  write(join(own, 'containerd.toml'), containerdConfig());
  write(join(own, 'cni/10-topsdl.conflist'), networkConfig(node));
  write(join(own, 'kubelet.json'), kubeletConfig(node));
  write(join(own, 'proxy.json'), proxyConfig(node));
  return etc;
}

function containerdConfig(): string {
  return `version = 2
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${IMAGES.pause}"
  disable_apparmor = true
  # An administrator without CAP_SYS_RESOURCE may not lower oom_score_adj, and every pod would fail on it.
  restrict_oom_score_adj = true
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
  SystemdCgroup = false
[plugins."io.containerd.grpc.v1.cri".cni]
  bin_dir = "/usr/lib/cni"
  conf_dir = "${ETC}/cni"
`;
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
      x509: { clientCAFile: `${ETC}/ca.crt` }
    },
    authorization: { mode: 'Webhook' },
    tlsCertFile: `${ETC}/${node.name}.crt`,
    tlsPrivateKeyFile: `${ETC}/${node.name}.key`,
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
    clientConnection: { kubeconfig: `${ETC}/proxy.kubeconfig` },
    hostnameOverride: node.name,
    clusterCIDR: ADDRESSES.pods,
    // The limits of connections belong to the host.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' }
  };
}
