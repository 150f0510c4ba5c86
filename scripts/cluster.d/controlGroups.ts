import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmdirSync,
  writeFileSync
} from 'node:fs';
import { join } from 'node:path';
import { CONTROL_GROUP } from './layout.ts';

const MOUNT = '/sys/fs/cgroup';

/** The hierarchies of version 1, one a controller, or the one of version 2. */
function hierarchies(): string[] {
  if (isUnified()) {
    return [MOUNT];
  }
  return readdirSync(MOUNT, { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(entry => join(MOUNT, entry.name))
    .filter(path => existsSync(join(path, 'cgroup.procs')));
}

function isUnified(): boolean {
  return existsSync(join(MOUNT, 'cgroup.controllers'));
}

/** What kubelets are given as their root, as they name it. */
export function controlGroupOf(node: string): string {
  return `/${CONTROL_GROUP}/${node}`;
}

/** Makes the groups that the kubelets of these nodes put their pods in. */
export function makeControlGroups(nodes: readonly string[]): void {
  for (const hierarchy of hierarchies()) {
    makeGroup(hierarchy, CONTROL_GROUP);
    for (const node of nodes) {
      makeGroup(hierarchy, `${CONTROL_GROUP}/${node}`);
    }
  }
}

function makeGroup(hierarchy: string, name: string): void {
  const group = join(hierarchy, name);
  const parent = join(group, '..');
  if (isUnified()) {
    // A group's controllers are those that its parent hands down.
    const controllers = readFileSync(join(parent, 'cgroup.controllers'), 'utf8').trim().split(' ');
    const handed = controllers.filter(Boolean).map(controller => `+${controller}`);
    writeFileSync(join(parent, 'cgroup.subtree_control'), handed.join(' '));
    mkdirSync(group, { recursive: true });
    return;
  }
  mkdirSync(group, { recursive: true });
  // A new group of version 1 has no processor and no memory until it is told which.
  for (const file of ['cpuset.cpus', 'cpuset.mems'].filter(name => existsSync(join(group, name)))) {
    writeFileSync(join(group, file), readFileSync(join(parent, file), 'utf8'));
  }
}

/** Removes the groups of all nodes. Nothing may run in them any more. */
export function removeControlGroups(): void {
  for (const group of hierarchies().map(path => join(path, CONTROL_GROUP))) {
    if (existsSync(group)) {
      removeGroup(group);
    }
  }
}

function removeGroup(group: string): void {
  for (const entry of readdirSync(group, { withFileTypes: true })) {
    if (entry.isDirectory()) {
      removeGroup(join(group, entry.name));
    }
  }
  rmdirSync(group);
}
