import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { makeSshKeyPair } from './keys.ts';
import type { LaunchFile } from './launchFile.ts';
import { FILES } from './paths.ts';
import type { RunPlan } from './runPlan.ts';
import { systemCallFilter } from './systemCalls.ts';

/** Where the files are that every node of the run gets, and how each is called in a node. */
export interface NodeFiles {
  etc: string;
  ssh: string;
  volcano: string;
  /** The text of `/etc/mpi/hostfile`, which is a file of the node's own that its command may write. */
  hostfile: string;
  /** The filter of system calls, where there is one. */
  filter?: string;
}

/**
 * Writes the files that all nodes of a run share: names, accounts, keys and the lists of hosts that Volcano's `svc` plugin makes.
 */
export function writeNodeFiles(plan: RunPlan, launch: LaunchFile): NodeFiles {
  const base = join(launch.directory, FILES.node);
  const files = { etc: join(base, 'etc'), ssh: join(base, 'ssh'), volcano: join(base, 'volcano') };
  for (const path of Object.values(files)) {
    mkdirSync(path, { recursive: true, mode: 0o755 });
  }
  const workers = plan.nodes.filter(node => node.role === 'worker').map(node => node.name);
  const lines = (items: readonly string[]): string => items.map(item => `${item}\n`).join('');
  const { uid, gid } = launch;
  const hosts = plan.nodes.map(node => `${node.address} ${node.name}`);
  writeFileSync(
    join(files.etc, 'hosts'),
    lines(['127.0.0.1 localhost', '::1 localhost ip6-localhost', ...hosts])
  );
  // The account is called root so that the manual's commands work, and has no privilege. An `x` as password would read as locked to sshd.
  writeFileSync(
    join(files.etc, 'passwd'),
    lines([
      `root:*:${uid}:${gid}:root:/root:/bin/bash`,
      'sshd:*:104:65534::/run/sshd:/usr/sbin/nologin',
      'nobody:*:65534:65534:nobody:/nonexistent:/usr/sbin/nologin'
    ])
  );
  writeFileSync(join(files.etc, 'group'), lines([`root:x:${gid}:`, 'nogroup:x:65534:']));
  writeFileSync(join(files.etc, 'shadow'), 'root:*:19000:0:99999:7:::\n', { mode: 0o600 });
  writeFileSync(join(files.etc, 'nsswitch.conf'), 'passwd: files\ngroup: files\nhosts: files\n');
  writeFileSync(join(files.volcano, 'worker.host'), lines(workers));
  writeFileSync(join(files.volcano, 'master.host'), lines([plan.nodes[0]?.name ?? '']));
  if (launch.sshd !== undefined && plan.kind !== 'service') {
    writeSshFiles(files.ssh, plan);
  }
  const filter = systemCallFilter();
  if (filter !== undefined) {
    writeFileSync(join(base, 'filter'), filter);
  }
  return {
    ...files,
    ...(filter === undefined ? {} : { filter: join(base, 'filter') }),
    hostfile: lines(['localhost', ...workers].map(name => `${name} slots=${plan.slots}`))
  };
}

function writeSshFiles(directory: string, plan: RunPlan): void {
  const write = (name: string, text: string): void =>
    writeFileSync(join(directory, name), text, { mode: 0o600 });
  const user = makeSshKeyPair('run');
  const host = makeSshKeyPair('node');
  write('id_ed25519', user.privateKey);
  write('id_ed25519.pub', user.publicKey);
  write('authorized_keys', user.publicKey);
  write('host_key', host.privateKey);
  write('known_hosts', plan.nodes.map(node => `${node.name} ${host.publicKey}`).join(''));
  write(
    'config',
    `Host *
  IdentityFile /root/.ssh/id_ed25519
  UserKnownHostsFile /root/.ssh/known_hosts
  StrictHostKeyChecking yes
  PreferredAuthentications publickey
  AddressFamily inet
  LogLevel ERROR
`
  );
  write(
    'sshd_config',
    `Port 22
HostKey /root/.ssh/host_key
AuthorizedKeysFile /root/.ssh/authorized_keys
AuthenticationMethods publickey
PermitRootLogin yes
StrictModes no
UsePAM no
UseDNS no
PidFile none
PrintMotd no
PrintLastLog no
MaxStartups 256
MaxSessions 256
Subsystem sftp internal-sftp
SetEnv ${Object.entries(plan.env)
      .map(([name, value]) => quoted(`${name}=${value}`))
      .join(' ')}
`
  );
}

/** An argument as sshd_config(5) reads it: in double quotes, with backslashes before quotes and backslashes. */
function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
