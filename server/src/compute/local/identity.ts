import { readFileSync } from 'node:fs';

/**
 * A process beyond doubt: a number alone is given to another process sooner or later, the time at which it started (in clock ticks
 * since boot, field 22 of `/proc/<pid>/stat`) and the boot's id tell them apart.
 */
export interface ProcessIdentity {
  /** A supervisor's as the machine sees it; a node's init as its supervisor does. */
  pid: number;
  startTime: number;
  bootId: string;
}

let boot: string | undefined;

/** The id of the machine's current boot; empty where the system has none. */
export function bootId(): string {
  boot ??= readOr('/proc/sys/kernel/random/boot_id', '').trim();
  return boot;
}

/** When the process started, in clock ticks since boot; undefined when it is gone, is a zombie or the system has no /proc. */
export function startTimeOf(pid: number): number | undefined {
  return parseStat(readOr(`/proc/${pid}/stat`, ''))?.startTime;
}

/** Number and start of a process from a line of `/proc/<pid>/stat`; undefined for a zombie or no such line. */
export function parseStat(stat: string): { pid: number; startTime: number } | undefined {
  // The second field is the name in parentheses and may hold anything, so count from the last parenthesis.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields.length < 20 || fields[0] === 'Z' || fields[0] === 'X') {
    return undefined;
  }
  return { pid: Number.parseInt(stat, 10), startTime: Number(fields[19]) };
}

/** The identity of a running process, or undefined when it is gone. */
export function identify(pid: number): ProcessIdentity | undefined {
  const startTime = startTimeOf(pid);
  return startTime === undefined ? undefined : { pid, startTime, bootId: bootId() };
}

/** Whether exactly this process still runs. */
export function isAlive(identity: ProcessIdentity): boolean {
  if (identity.bootId !== bootId()) {
    return false;
  }
  if (bootId() === '') {
    try {
      process.kill(identity.pid, 0);
      return true;
    } catch {
      return false;
    }
  }
  return startTimeOf(identity.pid) === identity.startTime;
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return otherwise;
  }
}
