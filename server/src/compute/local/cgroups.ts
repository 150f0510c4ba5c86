import {
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmdirSync,
  writeFileSync
} from 'node:fs';
import { dirname, join, relative } from 'node:path';

import type { CgroupDirectory } from './launchFile.ts';

/** The controllers that limits and statistics use. */
const WANTED = ['memory', 'cpu', 'cpuacct', 'pids'];
/** By uid, since a hierarchy that one user made is not for another to use. */
const GROUP = `topsdl-${process.getuid?.() ?? 0}`;
/** The leaf of a run's group (version 2) in which its supervisor is: a group with controllers below it may hold no process itself. */
export const SUPERVISOR_LEAF = 'supervisor';

/**
 * The groups in which runs can have groups of their own: those of this process, or on version 2 the nearest above it that hands its
 * controllers on. Empty where nothing is writable. Finds out by making a directory, since permissions alone do not tell.
 */
export function writableCgroups(mountInfo?: string, ownGroups?: string): CgroupDirectory[] {
  const mounts = mountInfo ?? readOr('/proc/self/mountinfo');
  const groups = ownGroups ?? readOr('/proc/self/cgroup');
  const found: CgroupDirectory[] = [];
  for (const line of mounts.split('\n')) {
    const [left, right] = line.split(' - ');
    const [, , , root, point] = left?.split(' ') ?? [];
    const [type, , options] = right?.split(' ') ?? [];
    if (root === undefined || point === undefined) {
      continue;
    }
    if (type === 'cgroup') {
      const has = (options ?? '').split(',');
      const controllers = WANTED.filter(name => has.includes(name));
      const own = groups.split('\n').find(group => {
        const names = group.split(':')[1]?.split(',') ?? [];
        return controllers.some(name => names.includes(name));
      });
      const path = join(point, relative(root, own?.split(':')[2] ?? root));
      if (controllers.length > 0 && own !== undefined && canHold(path)) {
        found.push({ version: 1, controllers, path: join(path, GROUP) });
      }
    } else if (type === 'cgroup2') {
      const own = groups.split('\n').find(group => group.startsWith('0::'));
      const group = own === undefined ? undefined : version2Group(point, root, own.slice(3));
      if (group !== undefined) {
        found.push(group);
      }
    }
  }
  return found;
}

function version2Group(point: string, root: string, own: string): CgroupDirectory | undefined {
  let path = join(point, relative(root, own));
  while (path.startsWith(point)) {
    enable(path, words(readOr(join(path, 'cgroup.controllers'))));
    const controllers = words(readOr(join(path, 'cgroup.subtree_control')));
    const usable = WANTED.filter(name => controllers.includes(name));
    if (usable.length > 0 && canHold(path)) {
      return { version: 2, controllers: usable, path: join(path, GROUP) };
    }
    path = dirname(path);
  }
  return undefined;
}

function canHold(path: string): boolean {
  try {
    const trial = join(path, GROUP, `try-${process.pid}`);
    mkdirSync(trial, { recursive: true });
    const works = existsSync(join(trial, 'cgroup.procs'));
    rmdirSync(trial);
    return works;
  } catch {
    return false;
  }
}

/**
 * Makes the run's group in each hierarchy and gives it to the run's uid, which then makes a group a node in it.
 *
 * @returns the groups, and the `cgroup.procs` in which the supervisor has to be before it starts
 */
export function makeRunGroups(
  parents: readonly CgroupDirectory[],
  name: string,
  uid: number | undefined
): { groups: CgroupDirectory[]; supervisor: string[] } {
  const supervisor: string[] = [];
  const groups = parents.map((parent): CgroupDirectory => {
    const path = join(parent.path, name);
    const group = { ...parent, path };
    mkdirSync(path, { recursive: true });
    if (parent.version === 2) {
      enable(parent.path, parent.controllers);
      enable(path, parent.controllers);
      const leaf = join(path, SUPERVISOR_LEAF);
      mkdirSync(leaf, { recursive: true });
      supervisor.push(join(leaf, 'cgroup.procs'));
    }
    if (uid !== undefined) {
      chownSync(path, uid, uid);
      chownSync(join(path, 'cgroup.procs'), uid, uid);
    }
    return group;
  });
  return { groups, supervisor };
}

/**
 * Removes a run's groups, and nothing that is not one of ours; one that still holds a process stays.
 *
 * @returns whether none is left
 */
export function removeRunGroups(groups: readonly string[], name: string): boolean {
  const ours = groups.filter(path => path.endsWith(join('/', GROUP, name)));
  ours.forEach(removeGroup);
  return !ours.some(path => existsSync(path));
}

/** Limits of one node. */
export interface GroupLimits {
  cpu?: number;
  memoryBytes?: number;
  processes: number;
}

/** A group, and where below `/sys/fs/cgroup` a system has it that is in it. */
export interface GroupView {
  path: string;
  place: string;
}

/** One node's groups, made by the run's supervisor. */
export class NodeGroups {
  private readonly _groups: CgroupDirectory[];

  /** @throws Error when a limit cannot be written: a limit that does not hold must not pass in silence */
  constructor(parents: readonly CgroupDirectory[], node: string, limits: GroupLimits) {
    this._groups = parents.map(parent => ({ ...parent, path: join(parent.path, node) }));
    for (const group of this._groups) {
      mkdirSync(group.path, { recursive: true });
      for (const [file, value] of limitFiles(group, limits)) {
        writeFileSync(join(group.path, file), value);
      }
    }
  }

  /** Files into which a process writes `0` to be in the node's groups, with all that it starts later. */
  get entrances(): string[] {
    return this._groups.map(group => join(group.path, 'cgroup.procs'));
  }

  get paths(): string[] {
    return this._groups.map(group => group.path);
  }

  get views(): GroupView[] {
    const mixed = this._groups.some(group => group.version === 1);
    return this._groups.flatMap(({ version, controllers, path }) =>
      version === 1
        ? controllers.map(place => ({ path, place }))
        : [{ path, place: mixed ? 'unified' : '.' }]
    );
  }

  has(controller: string): boolean {
    return this._find(controller) !== undefined;
  }

  /** Processor time in seconds; undefined where nothing counts it. */
  cpuSeconds(): number | undefined {
    const group = this._find('cpuacct') ?? this._version2();
    if (group === undefined) {
      return undefined;
    }
    return group.version === 1
      ? Number(readOr(join(group.path, 'cpuacct.usage'))) / 1e9
      : value(readOr(join(group.path, 'cpu.stat')), 'usage_usec') / 1e6;
  }

  /** Memory in bytes without what the kernel would give back at once; undefined where nothing counts it. */
  memoryBytes(): number | undefined {
    const group = this._find('memory');
    if (group === undefined) {
      return undefined;
    }
    const [file, idle] =
      group.version === 1
        ? ['memory.usage_in_bytes', 'total_inactive_file']
        : ['memory.current', 'inactive_file'];
    const used = Number(readOr(join(group.path, file)));
    return Math.max(0, used - value(readOr(join(group.path, 'memory.stat')), idle));
  }

  /** How often the kernel ended a process of the group because of its memory limit. */
  outOfMemoryKills(): number {
    const group = this._find('memory');
    if (group === undefined) {
      return 0;
    }
    const file = group.version === 1 ? 'memory.oom_control' : 'memory.events';
    return value(readOr(join(group.path, file)), 'oom_kill');
  }

  remove(): void {
    for (const group of this._groups) {
      removeGroup(group.path);
    }
  }

  private _find(controller: string): CgroupDirectory | undefined {
    return this._groups.find(group => group.controllers.includes(controller));
  }

  private _version2(): CgroupDirectory | undefined {
    return this._groups.find(group => group.version === 2);
  }
}

/** The files that hold the limits, by the kernel's cgroup-v1 and cgroup-v2 documents. */
function limitFiles(group: CgroupDirectory, limits: GroupLimits): [string, string][] {
  const files: [string, string][] = [];
  const has = (name: string): boolean => group.controllers.includes(name);
  const period = 100_000;
  if (has('memory') && limits.memoryBytes !== undefined) {
    const file = group.version === 1 ? 'memory.limit_in_bytes' : 'memory.max';
    files.push([file, String(Math.round(limits.memoryBytes))]);
  }
  if (has('cpu') && limits.cpu !== undefined) {
    const quota = Math.max(1000, Math.round(limits.cpu * period));
    files.push(
      ...(group.version === 1
        ? ([
            ['cpu.cfs_period_us', String(period)],
            ['cpu.cfs_quota_us', String(quota)]
          ] as [string, string][])
        : ([['cpu.max', `${quota} ${period}`]] as [string, string][]))
    );
  }
  if (has('pids')) {
    files.push(['pids.max', String(limits.processes)]);
  }
  return files;
}

function enable(path: string, controllers: readonly string[]): void {
  const wanted = WANTED.filter(name => controllers.includes(name)).map(name => `+${name}`);
  try {
    writeFileSync(join(path, 'cgroup.subtree_control'), wanted.join(' '));
  } catch {
    // Not ours to change; what is handed on already is read afterwards.
  }
}

function removeGroup(path: string): void {
  try {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (entry.isDirectory()) {
        removeGroup(join(path, entry.name));
      }
    }
    rmdirSync(path);
  } catch {
    // Gone already, or a process is in it still; `release` tries again.
  }
}

function words(text: string): string[] {
  return text.split(/\s+/).filter(word => word !== '');
}

function value(text: string, key: string): number {
  const line = text.split('\n').find(item => item.startsWith(`${key} `));
  return line === undefined ? 0 : Number(line.slice(key.length + 1));
}

function readOr(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
