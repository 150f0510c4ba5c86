import { execFile } from 'node:child_process';
import { accessSync, constants, mkdirSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';

import type { EngineCapabilities, EngineCheck, MissingProgram } from '../engine.ts';
import { writableCgroups } from './cgroups.ts';
import type { LocalEngineConfig } from './config.ts';
import type { CgroupDirectory } from './launchFile.ts';
import { STAGE } from './paths.ts';
import { MAX_NODES } from './plan.ts';
import { projectUids } from './projectUid.ts';
import { ENTER_SCRIPT } from './stage.ts';
import { systemCallFilter } from './systemCalls.ts';

const DIRECTORIES = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** Programs that runs need, with the Debian package of each. */
const PROGRAMS: readonly { program: string; package: string; needed: string; vital: boolean }[] = [
  { program: 'bwrap', package: 'bubblewrap', needed: 'isolated nodes', vital: true },
  { program: 'unshare', package: 'util-linux', needed: 'isolated nodes', vital: true },
  { program: 'nsenter', package: 'util-linux', needed: 'commands in a running node', vital: true },
  { program: 'setpriv', package: 'util-linux', needed: 'isolated nodes', vital: true },
  { program: 'prlimit', package: 'util-linux', needed: 'limits of a node', vital: true },
  { program: 'flock', package: 'util-linux', needed: 'every run', vital: true },
  { program: 'mkfifo', package: 'coreutils', needed: 'logs of a node', vital: true },
  { program: 'ip', package: 'iproute2', needed: 'the network of a run', vital: true },
  { program: 'sshd', package: 'openssh-server', needed: 'more than one node', vital: false },
  { program: 'ssh', package: 'openssh-client', needed: 'more than one node', vital: false },
  { program: 'mpirun', package: 'openmpi-bin', needed: 'MPI in a run', vital: false }
];

/** What the engine found out about the machine. */
export interface LocalCheck extends EngineCheck {
  capabilities: EngineCapabilities & { isolation: 'sandbox' | 'plain' | 'none' };
  cgroups: CgroupDirectory[];
  sshd?: string;
  /** Whether bubblewrap can forbid further user namespaces (since 0.8). */
  disableUserns: boolean;
}

/** Looks for programs and tries a sandbox, since neither versions nor settings tell for sure whether one can be made. */
export async function checkMachine(
  config: LocalEngineConfig,
  runtime: string
): Promise<LocalCheck> {
  const root = process.getuid?.() === 0;
  const missing: MissingProgram[] = PROGRAMS.filter(
    item => findProgram(item.program) === undefined
  ).map(item => ({
    program: item.program,
    needed: item.needed,
    install: `apt-get install -y ${item.package}`
  }));
  const vital = PROGRAMS.some(
    item => item.vital && missing.some(found => found.program === item.program)
  );
  const notes: string[] = [];
  let sandbox = false;
  let overlay = false;
  let disableUserns = false;
  if (!vital && config.isolation !== 'plain') {
    const help = await run('bwrap', ['--help']);
    disableUserns = help.output.includes('--disable-userns');
    const uid = root ? projectUids(config).first : undefined;
    const full = await trySandbox(runtime, uid, true);
    overlay = full === undefined;
    const plain = overlay ? undefined : await trySandbox(runtime, uid, false);
    sandbox = plain === undefined;
    if (!overlay) {
      notes.push(`Copy-on-write mounts cannot be made: ${full ?? ''}`);
    }
    if (plain !== undefined) {
      notes.push(`No sandbox can be made, runs are plain processes: ${plain}`);
    }
  }
  const cgroups = sandbox ? writableCgroups() : [];
  const controls = (name: string): boolean => cgroups.some(item => item.controllers.includes(name));
  const plainWorks = !sandbox && !root && config.isolation !== 'sandbox' && has('flock', missing);
  if (root && !sandbox) {
    notes.push('Without sandboxes nothing is run as root.');
  }
  if (sandbox && systemCallFilter() === undefined) {
    notes.push(
      'System calls cannot be filtered here: a run reaches the virtual sockets (vsock) and kernel keys of this machine.'
    );
  }
  if (sandbox && cgroups.length === 0) {
    notes.push(
      'No control group is writable: memory and processes are limited for each process, cores not at all.'
    );
  }
  return {
    capabilities: {
      isolation: sandbox ? 'sandbox' : plainWorks ? 'plain' : 'none',
      maxNodes: sandbox ? MAX_NODES : 1,
      cpuLimit: controls('cpu') ? 'cgroup' : 'none',
      memoryLimit: controls('memory') ? 'cgroup' : sandbox ? 'process' : 'none',
      processLimit: controls('pids') ? 'cgroup' : sandbox ? 'process' : 'none',
      overlay: sandbox && overlay,
      egress: false,
      exec: sandbox || plainWorks,
      projectUids: root && sandbox
    },
    missing,
    notes,
    capacity: {
      elastic: false,
      cpu: availableParallelism(),
      memoryBytes: totalmem(),
      cards: config.cards ?? {}
    },
    cgroups,
    sshd: findProgram('sshd'),
    disableUserns
  };
}

/** Where a program is, by the path that supervisors have. */
export function findProgram(program: string): string | undefined {
  return DIRECTORIES.map(directory => join(directory, program)).find(path => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function has(program: string, missing: readonly MissingProgram[]): boolean {
  return !missing.some(item => item.program === program);
}

/** Makes a sandbox as runs do and ends it. Undefined when that worked, else what the programs said. */
async function trySandbox(
  runtime: string,
  uid: number | undefined,
  overlay: boolean
): Promise<string | undefined> {
  mkdirSync(join(runtime, STAGE), { recursive: true, mode: 0o755 });
  const own = String(uid ?? process.getuid?.() ?? 0);
  const script = overlay ? OVERLAY_TRIAL : 'exec "$@"';
  const bubblewrap = [
    ...['bwrap', '--unshare-user', '--uid', own, '--gid', own, '--unshare-pid', '--unshare-ipc'],
    ...['--unshare-uts', '--hostname', 'try', '--cap-drop', 'ALL', '--ro-bind', '/', '/'],
    ...['--proc', '/proc', '--dev', '/dev', '--', '/bin/sh', '-c', 'exit 0', 'try']
  ];
  const command = [
    ...['unshare', '--user', '--map-root-user', '--net', '--mount', '--pid', '--fork'],
    ...['--kill-child', '--', '/bin/sh', '-c', ENTER_SCRIPT, 'enter', join(runtime, STAGE)],
    ...['--', '/bin/sh', '-c', script, 'try', ...bubblewrap]
  ];
  const drop = ['setpriv', `--reuid=${own}`, `--regid=${own}`, '--clear-groups', '--'];
  const [program = '', ...args] = uid === undefined ? command : [...drop, ...command];
  const { code, output } = await run(program, args);
  return code === 0 ? undefined : output.trim().split('\n').slice(-3).join('; ');
}

/** An overlay on a file system in memory, for what the kernel allows; runs have theirs on the data directory's. */
const OVERLAY_TRIAL = `set -e
mount -t tmpfs tmpfs /tmp
mkdir /tmp/lower /tmp/upper /tmp/work /tmp/all
mount -t overlay overlay -o userxattr,lowerdir=/tmp/lower,upperdir=/tmp/upper,workdir=/tmp/work /tmp/all
umount /tmp/all
umount /tmp
exec "$@"`;

function run(program: string, args: string[]): Promise<{ code: number; output: string }> {
  return new Promise(resolve => {
    execFile(
      findProgram(program) ?? program,
      args,
      { timeout: 20_000, cwd: '/', env: { PATH: DIRECTORIES.join(':') } },
      (error, stdout, stderr) =>
        resolve({
          code: error === null ? 0 : 1,
          output: `${stdout}${stderr}${error !== null && stderr === '' ? error.message : ''}`
        })
    );
  });
}
