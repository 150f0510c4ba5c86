import { existsSync, lstatSync } from 'node:fs';
import { join } from 'node:path';

import type { GroupView } from './cgroups.ts';
import type { LaunchFile } from './launchFile.ts';
import type { NodeFiles } from './nodeFiles.ts';
import type { PlannedNode, RunPlan } from './runPlan.ts';

/**
 * What a node sees of the machine's `/etc`. A list of what is allowed: programs need it to load libraries, to find alternatives,
 * certificates and time zones, and nothing of it is a secret.
 */
const SHARED_ETC = [
  'alternatives',
  'ca-certificates',
  'debian_version',
  'fonts',
  'gai.conf',
  'host.conf',
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'localtime',
  'magic',
  'mime.types',
  'openmpi',
  'os-release',
  'pmix',
  'protocols',
  'services',
  'ssl/certs',
  'ssl/openssl.cnf',
  'terminfo',
  'timezone'
];

/** Where programs look for their control groups. */
const CGROUPS = '/sys/fs/cgroup';

/** Numbers of the files that a node's processes are started with, besides 0, 1 and 2. */
export const NODE_FDS = {
  sshd: 3,
  go: 4,
  status: 5,
  args: 6,
  hostfile: 7,
  relay: 8,
  filter: 9
} as const;

/**
 * The arguments of bubblewrap for one node, to be passed through `--args` so that no environment shows in the list of processes.
 *
 * @param files what `writeNodeFiles` wrote
 * @param index the replica, or the place of the node
 * @param groups what it sees of its control groups
 */
export function bubblewrapArguments(
  plan: RunPlan,
  launch: LaunchFile,
  files: NodeFiles,
  node: PlannedNode,
  index: number,
  groups: readonly GroupView[]
): string[] {
  const seen = (path: string): string => launch.sources[path] ?? path;
  const scratch = ['--size', String(plan.scratchBytes), '--tmpfs'];
  const small = ['--size', String(16 * 1024 * 1024), '--tmpfs'];
  return [
    ...['--unshare-user', ...(launch.disableUserns ? ['--disable-userns'] : [])],
    ...['--uid', String(launch.uid), '--gid', String(launch.gid)],
    ...['--unshare-pid', '--unshare-uts', '--unshare-ipc', '--unshare-cgroup-try'],
    ...['--hostname', node.role === 'replica' ? `${node.name}-${index}` : node.name],
    ...['--die-with-parent', '--new-session', '--cap-drop', 'ALL'],
    ...(files.filter !== undefined ? ['--seccomp', String(NODE_FDS.filter)] : []),
    ...['--proc', '/proc', '--dev', '/dev', ...scratch, '/dev/shm'],
    ...['--ro-bind', '/sys', '/sys', ...groupArguments(groups)],
    ...[...scratch, '/tmp', ...small, '/run', '--dir', '/run/sshd'],
    ...[...scratch, '/root', ...scratch, '/workspace', '--symlink', '../tmp', '/var/tmp'],
    ...systemArguments(files),
    ...['--ro-bind', files.ssh, '/root/.ssh'],
    ...plan.image.prefixes.flatMap(path => ['--ro-bind', seen(path), path]),
    ...plan.image.hidden.flatMap(path =>
      [...plan.image.prefixes, '/usr'].some(prefix => path.startsWith(`${prefix}/`))
        ? [...small, path, '--remount-ro', path]
        : []
    ),
    ...(plan.image.layer === undefined ? [] : ['--ro-bind', seen(plan.image.layer), '/layer']),
    ...plan.mounts.flatMap(mount => [
      mount.mode === 'read' ? '--ro-bind' : '--bind',
      seen(mountKey(mount)),
      mount.target
    ]),
    ...['--remount-ro', '/dev', '--remount-ro', '/', '--chdir', '/', '--clearenv'],
    ...Object.entries({ ...plan.env, ...taskIndex(node, index) }).flatMap(([name, value]) => [
      '--setenv',
      name,
      value
    ])
  ];
}

/** By what a mount is found in {@link LaunchFile.sources}: an overlay has a place of its own, however often its source is mounted. */
export function mountKey(mount: RunPlan['mounts'][number]): string {
  return mount.mode === 'overlay' ? `overlay:${mount.target}` : mount.source;
}

/** The index of a task as Volcano's `env` plugin sets it: within the task, so that master and first worker both have 0. */
function taskIndex(node: PlannedNode, index: number): Record<string, string> {
  const value = String(node.role === 'worker' ? index - 1 : index);
  return { VC_TASK_INDEX: value, VK_TASK_INDEX: value };
}

/** A node sees its own groups, as programs look for their limits there, and of other runs not even the names. */
function groupArguments(groups: readonly GroupView[]): string[] {
  if (!existsSync(CGROUPS)) {
    return [];
  }
  return [
    ...['--size', String(1024 * 1024), '--tmpfs', CGROUPS],
    ...groups.flatMap(({ path, place }) => ['--ro-bind', path, join(CGROUPS, place)]),
    ...['--remount-ro', CGROUPS]
  ];
}

function systemArguments(files: NodeFiles): string[] {
  const args = ['--ro-bind', '/usr', '/usr'];
  for (const name of ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32']) {
    const path = `/${name}`;
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found?.isSymbolicLink() === true) {
      args.push('--symlink', `usr/${name}`, path);
    } else if (found !== undefined) {
      args.push('--ro-bind', path, path);
    }
  }
  for (const name of SHARED_ETC) {
    const path = join('/etc', name);
    if (existsSync(path)) {
      args.push('--ro-bind', path, path);
    }
  }
  for (const name of ['hosts', 'passwd', 'group', 'shadow', 'nsswitch.conf']) {
    args.push('--ro-bind', join(files.etc, name), join('/etc', name));
  }
  const mpi = ['--size', String(1024 * 1024), '--tmpfs', '/etc/mpi'];
  return [
    ...args,
    ...['--ro-bind', files.volcano, '/etc/volcano'],
    ...[...mpi, '--file', String(NODE_FDS.hostfile), '/etc/mpi/hostfile']
  ];
}
