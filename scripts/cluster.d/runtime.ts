import { lstatSync, mkdirSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { IMAGES } from './layout.ts';
import type { Machine, MachineDescription, Mount, Service } from './machine.ts';

/** Where a machine's own configuration is, as it sees it. */
export const CONFIGURATION = '/etc/kubernetes';

export const CONTAINERD: Service = {
  name: 'containerd',
  command: ['containerd', '--config', `${CONFIGURATION}/containerd.toml`]
};
export const CONTAINERD_SOCKET = '/run/containerd/containerd.sock';

export const CTR = ['ctr', '--address', CONTAINERD_SOCKET, '--namespace', 'k8s.io'];

/** Ends when containerd answers. The kubelet, and whoever imports images, would end where there is nobody to answer. */
export const CONTAINERD_ANSWERS: Service = {
  name: 'containerd-answers',
  command: [
    ...['timeout', '60', 'bash', '-c'],
    `until ${CTR.join(' ')} version >/dev/null 2>&1; do sleep 0.05; done`
  ]
};

export function bind(source: string, target: string, readOnly = false): Mount {
  return { kind: 'bind', source, target, readOnly };
}

/**
 * A machine that runs containers: it has programs from Debian and nothing of the host but its devices.
 *
 * @param tree of the programs
 * @param store where containerd keeps what it has, on a real disk
 * @param etc the machine's `/etc`
 */
export function runtimeMachine(
  machine: Machine,
  tree: string,
  store: string,
  etc: string,
  more: readonly Mount[]
): MachineDescription {
  const links = readdirSync(tree).filter(name => lstatSync(join(tree, name)).isSymbolicLink());
  return {
    ownRoot: true,
    links: Object.fromEntries(links.map(name => [name, readlinkSync(join(tree, name))])),
    mounts: [
      bind(join(tree, 'usr'), '/usr', true),
      { kind: 'proc', target: '/proc' },
      bind('/sys', '/sys'),
      bind('/dev', '/dev'),
      { kind: 'tmpfs', target: '/run' },
      { kind: 'tmpfs', target: '/tmp' },
      bind(store, '/var/lib/containerd'),
      bind(machine.logs, '/var/log'),
      bind(etc, '/etc', true),
      ...more
    ]
  };
}

/** Writes what every such machine has in `/etc`. The kubelet looks itself up, and pods' files are made from the node's. */
export function writeEtc(etc: string, name: string, address: string): void {
  const own = join(etc, 'kubernetes');
  mkdirSync(join(own, 'cni'), { recursive: true });
  writeFileSync(join(etc, 'passwd'), 'root:x:0:0:root:/root:/bin/bash\n');
  writeFileSync(join(etc, 'hosts'), `127.0.0.1 localhost\n${address} ${name}\n`);
  writeFileSync(join(etc, 'resolv.conf'), '');
  writeFileSync(
    join(own, 'containerd.toml'),
    `version = 2
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
  conf_dir = "${CONFIGURATION}/cni"
`
  );
}
