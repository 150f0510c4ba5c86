import { setTimeout as sleep } from 'node:timers/promises';

import type { FoundProcess } from './processes.ts';
import { findProcess, signalProcess } from './processes.ts';
import type { NodeProcess } from './sandbox.ts';

/** Open MPI's programs, which start the processes of a job and end them all when one of them is gone. */
const LAUNCHERS = new Set(['mpirun', 'mpiexec', 'orterun', 'orted', 'prterun', 'prted']);
/** Nothing tells of the end of processes that are not children, so they are looked at this often. */
const CHECK_MS = 50;
/** How long what carried others may take to end by itself once they are gone. */
const CARRIER_MS = 1000;
/** The same for a launcher that was halted, which first does in its own two seconds what it was about to. */
const HALTED_MS = 3000;

/**
 * Asks every process of some nodes to end, and resolves when all have, or `over` says that their time is.
 *
 * SIGTERM goes to those that do the work, on all nodes at once. What only carries them gets none, because that would take the others'
 * time to save away: ssh would hang up, and mpirun, which gives its processes two seconds, would kill them. mpirun does the same when
 * one process ends before the others, such as one that has nothing to save; so from then on it is halted until all are gone. What a
 * carrier starts after all is told, too; what the others start is not, because it may be a part of saving.
 */
export async function endPolitely(
  nodes: () => readonly NodeProcess[],
  over: () => boolean
): Promise<void> {
  const told = new Set<number>();
  const ranks = new Set<number>();
  const halted = new Set<number>();
  let carriersUntil: number | undefined;
  for (let left = remaining(nodes()); !over(); left = remaining(nodes())) {
    if (left.length === 0) {
      return;
    }
    const lost = lostOne(left, ranks);
    tell(left, told);
    if (left.every(({ name }) => isCarrier(name))) {
      if (carriersUntil === undefined) {
        carriersUntil = performance.now() + (halted.size > 0 ? HALTED_MS : CARRIER_MS);
        release(halted);
      }
      if (performance.now() > carriersUntil) {
        return;
      }
    } else if (lost) {
      halt(left, halted);
    }
    await sleep(CHECK_MS);
  }
}

/** SIGTERM to all that are there at first, and later to what carriers have started since. */
function tell(left: readonly FoundProcess[], told: Set<number>): void {
  const first = told.size === 0;
  for (const { pid, name, parent } of left) {
    if (!isCarrier(name) && !told.has(pid) && (first || isCarried(parent))) {
      told.add(pid);
      signalProcess(pid, 'SIGTERM');
    }
  }
}

function isCarried(parent: number): boolean {
  const name = findProcess(parent)?.name ?? '';
  return name === 'sshd' || isCarrier(name);
}

function remaining(nodes: readonly NodeProcess[]): FoundProcess[] {
  return nodes.flatMap(node => node.remaining());
}

function isCarrier(name: string): boolean {
  return name === 'ssh' || LAUNCHERS.has(name);
}

/** Whether a process that a launcher started has ended; `ranks` keeps those that were seen. */
function lostOne(left: readonly FoundProcess[], ranks: Set<number>): boolean {
  const launchers = new Set(left.filter(({ name }) => LAUNCHERS.has(name)).map(({ pid }) => pid));
  for (const { pid, name, parent } of left) {
    if (launchers.has(parent) && !isCarrier(name)) {
      ranks.add(pid);
    }
  }
  const there = new Set(left.map(({ pid }) => pid));
  return [...ranks].some(pid => !there.has(pid));
}

function halt(left: readonly FoundProcess[], halted: Set<number>): void {
  for (const { pid, name } of left) {
    if (LAUNCHERS.has(name) && !halted.has(pid)) {
      halted.add(pid);
      signalProcess(pid, 'SIGSTOP');
    }
  }
}

/** Lets launchers pass on what they still have of the others' output. */
function release(halted: ReadonlySet<number>): void {
  for (const pid of halted) {
    signalProcess(pid, 'SIGCONT');
  }
}
