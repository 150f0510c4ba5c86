import { spawn } from 'node:child_process';
import { chownSync, closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { readdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';

import { EngineError } from '../engine.ts';
import { mountKey } from './bubblewrap.ts';
import { makeRunGroups } from './cgroups.ts';
import type { CgroupDirectory, LaunchFile } from './launchFile.ts';
import { FILES, STAGE } from './paths.ts';
import type { RunPlan } from './runPlan.ts';
import { GROUP_SCRIPT } from './sandboxScripts.ts';
import { ENTER_SCRIPT, STAGE_PROGRAM } from './stage.ts';
import type { StagedMount, StageRequest } from './stage.ts';
import { LOCKED, startSettled } from './starting.ts';
import type { SupervisorCode } from './supervisorCode.ts';

/** How often a supervisor is started whose lock somebody else held and gave back. */
const MOST_TRIES = 5;

/** What the engine knows of the machine when it starts a supervisor. */
export interface LaunchHost {
  /** For sockets and for staging. */
  runtime: string;
  cgroups: readonly CgroupDirectory[];
  /** The uid of the run's project where the companion is root. */
  uid?: number;
  /** Path of sshd, where it is installed. */
  sshd?: string;
  /** Whether bubblewrap can forbid further user namespaces in a sandbox. */
  disableUserns: boolean;
  isolation: 'sandbox' | 'plain' | 'none';
  /** The Python that stages mounts where the companion is root. */
  python: string;
  code: SupervisorCode;
}

/** The run's directory for sockets. */
export function socketsOf(runtime: string, name: string): string {
  return join(runtime, name);
}

/**
 * Starts the supervisor of a run and resolves when it has written its first state. Does nothing when there is or was one: it holds a
 * lock on a file of the run as long as it lives, which the kernel gives back whatever ends it.
 *
 * @throws EngineError `start_failed` with what the programs on the way said
 */
export async function launchSupervisor(plan: RunPlan, host: LaunchHost): Promise<void> {
  const { directory } = plan;
  if (existsSync(join(directory, FILES.state))) {
    return;
  }
  const sockets = socketsOf(host.runtime, plan.name);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  mkdirSync(sockets, { recursive: true, mode: 0o700 });
  mkdirSync(join(host.runtime, STAGE), { recursive: true, mode: 0o755 });
  const groups = makeRunGroups(host.cgroups, plan.name, host.uid);
  for (const mount of plan.mounts.filter(item => item.mode === 'overlay')) {
    for (const name of ['upper', 'work']) {
      mkdirSync(join(upperOf(plan, mount.target), name), { recursive: true, mode: 0o755 });
    }
  }
  const { launch, command } =
    host.uid === undefined
      ? commandOfUser(plan, host, sockets, groups.groups)
      : commandOfRoot(plan, host, host.uid, sockets, groups.groups);
  writeWhole(join(directory, FILES.plan), JSON.stringify(plan), host.uid);
  writeWhole(join(directory, FILES.launch), JSON.stringify(launch), host.uid);
  writeFileSync(join(directory, FILES.lock), '', { flag: 'a' });
  if (host.uid !== undefined) {
    giveTo(host.uid, [directory, sockets]);
    giveTo(
      host.uid,
      readdirSync(directory)
        .filter(name => name !== FILES.upper)
        .map(name => join(directory, name))
    );
    for (const mount of plan.mounts.filter(item => item.mode === 'overlay')) {
      const upper = upperOf(plan, mount.target);
      giveTo(host.uid, [upper, join(upper, 'upper'), join(upper, 'work')]);
    }
  }
  const grouped = [
    ...['/bin/sh', '-c', GROUP_SCRIPT, 'group', ...groups.supervisor, '--'],
    ...command
  ];
  for (let tries = 1; ; tries++) {
    const outcome = await start(directory, groups.supervisor.length > 0 ? grouped : command);
    // Somebody else is starting it, or only asked whether anybody is.
    if (outcome === 'started' || (await startSettled(directory))) {
      return;
    }
    if (tries === MOST_TRIES) {
      throw startFailed('whoever holds the lock of the run says nothing');
    }
  }
}

/** Where the changes of a copy-on-write mount are kept. */
export function upperOf(plan: RunPlan, target: string): string {
  return join(plan.directory, FILES.upper, target.slice('/workspace/'.length).replaceAll('/', '+'));
}

function commandOfUser(
  plan: RunPlan,
  host: LaunchHost,
  sockets: string,
  cgroups: CgroupDirectory[]
): { launch: LaunchFile; command: string[] } {
  const stage = join(host.runtime, STAGE);
  const overlays = plan.mounts.filter(mount => mount.mode === 'overlay');
  const launch: LaunchFile = {
    directory: plan.directory,
    sockets,
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
    sources: Object.fromEntries(
      overlays.map((mount, i) => [mountKey(mount), join(stage, `overlay${i}`)])
    ),
    node: process.execPath,
    relay: host.code.relay,
    cgroups,
    sshd: host.sshd,
    disableUserns: host.disableUserns,
    isolation: host.isolation
  };
  const places = overlays.flatMap((mount, i) => [
    mount.source,
    upperOf(plan, mount.target),
    `overlay${i}`
  ]);
  const supervisor = [
    ...[process.execPath, ...NODE_OPTIONS],
    ...[host.code.supervisor, plan.directory]
  ];
  return {
    launch,
    command: host.isolation === 'plain' ? supervisor : enter(stage, places, supervisor)
  };
}

/**
 * The way of a companion that is root: what a run needs is mounted below the stage, then everything else is done by the project's
 * uid, the supervisor included. Nothing of a run has the machine's uid 0.
 */
function commandOfRoot(
  plan: RunPlan,
  host: LaunchHost,
  uid: number,
  sockets: string,
  cgroups: CgroupDirectory[]
): { launch: LaunchFile; command: string[] } {
  const stage = join(host.runtime, STAGE);
  const mounts: StagedMount[] = [
    { source: plan.directory, name: 'run', mode: 'bind' },
    { source: process.execPath, name: 'node', mode: 'bind' },
    { source: host.code.directory, name: 'code', mode: 'bind' }
  ];
  const sources: Record<string, string> = {};
  const add = (key: string, mount: Omit<StagedMount, 'name'>): void => {
    if (sources[key] === undefined) {
      const name = `mount${mounts.length}`;
      sources[key] = join(stage, name);
      mounts.push({ ...mount, name });
    }
  };
  for (const source of plan.image.prefixes) {
    add(source, { source, mode: 'bind' });
  }
  if (plan.image.layer !== undefined) {
    add(plan.image.layer, { source: plan.image.layer, mode: 'read' });
  }
  // What is written somewhere is staged so that it can be, also when another mount only reads it.
  const writable = (mode: string): number => (mode === 'write' ? 0 : 1);
  for (const mount of [...plan.mounts].sort((a, b) => writable(a.mode) - writable(b.mode))) {
    const { source, mode } = mount;
    const upper = mode === 'overlay' ? upperOf(plan, mount.target) : undefined;
    add(mountKey(mount), { source, mode, upper });
  }
  const launch: LaunchFile = {
    directory: join(stage, 'run'),
    sockets,
    uid,
    gid: uid,
    sources,
    node: join(stage, 'node'),
    relay: join(stage, 'code', basename(host.code.relay)),
    cgroups,
    sshd: host.sshd,
    disableUserns: host.disableUserns,
    isolation: host.isolation
  };
  const supervisor = [
    ...[launch.node, ...NODE_OPTIONS],
    ...[join(stage, 'code', basename(host.code.supervisor)), launch.directory]
  ];
  const request: StageRequest = {
    stage,
    uid,
    mounts,
    then: [
      ...['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--no-new-privs', '--'],
      ...enter(stage, [], supervisor)
    ]
  };
  return {
    launch,
    command: [
      ...['unshare', '--mount', '--propagation', 'private', '--'],
      ...[host.python, '-I', '-S', '-c', STAGE_PROGRAM, JSON.stringify(request)]
    ]
  };
}

const NODE_OPTIONS = ['--disable-warning=ExperimentalWarning', '--max-old-space-size=256'];

function enter(stage: string, overlays: string[], command: string[]): string[] {
  return [
    ...['unshare', '--user', '--map-root-user', '--net', '--mount', '--pid'],
    ...['--fork', '--kill-child', '--'],
    ...['/bin/sh', '-c', ENTER_SCRIPT, 'enter', stage, ...overlays, '--', ...command]
  ];
}

/** Starts the supervisor, unless one is there. @returns whether somebody else held its lock */
async function start(directory: string, command: string[]): Promise<'locked' | 'started'> {
  const log = openSync(join(directory, FILES.supervisorLog), 'a', 0o600);
  const child = spawn(
    'flock',
    [
      ...['--nonblock', '--no-fork', '--conflict-exit-code', String(LOCKED)],
      ...[join(directory, FILES.lock), ...command]
    ],
    {
      cwd: '/',
      detached: true,
      env: {
        PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        LANG: 'C.UTF-8'
      },
      stdio: ['ignore', log, log, 'pipe']
    }
  );
  closeSync(log);
  child.unref();
  const code = await new Promise<number | 'ready'>(resolve => {
    const ready = child.stdio[3] as Readable;
    ready.once('data', () => resolve('ready'));
    ready.on('error', () => undefined);
    child.once('error', () => resolve(127));
    child.once('exit', exit => resolve(exit ?? 1));
  });
  child.stdio[3]?.destroy();
  if (code !== LOCKED && code !== 'ready' && !existsSync(join(directory, FILES.state))) {
    const said = readFileSync(join(directory, FILES.supervisorLog), 'utf8').trim().slice(-2000);
    const message = said === '' ? `the supervisor ended with ${code}` : said;
    throw startFailed(message);
  }
  return code === LOCKED ? 'locked' : 'started';
}

function startFailed(message: string): EngineError {
  return new EngineError('start_failed', message, { message });
}

/** @param uid whose the file is from its first moment on: a supervisor that another submit has started may be reading it */
function writeWhole(path: string, text: string, uid: number | undefined): void {
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  if (uid !== undefined) {
    giveTo(uid, [`${path}.new`]);
  }
  renameSync(`${path}.new`, path);
}

function giveTo(uid: number, paths: readonly string[]): void {
  for (const path of paths) {
    chownSync(path, uid, uid);
  }
}
