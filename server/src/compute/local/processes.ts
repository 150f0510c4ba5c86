import { readFileSync, readdirSync } from 'node:fs';

/** Clock ticks of a second in /proc, 100 on every Linux that Node runs on (USER_HZ). */
const TICKS = 100;
const PAGE = 4096;

/** A process of a node, by its number in the supervisor's namespace, whose /proc this is. */
export interface FoundProcess {
  pid: number;
  parent: number;
  name: string;
  /** It has ended, and whoever started it has not asked yet how. */
  ended: boolean;
}

/** A process as /proc tells of it; undefined when it is gone. */
export function findProcess(pid: number): FoundProcess | undefined {
  const status = readOr(`/proc/${pid}/status`);
  const field = (name: string): string =>
    new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? '';
  return status === ''
    ? undefined
    : {
        pid,
        parent: Number(field('PPid')),
        name: field('Name'),
        ended: /^[ZX]/.test(field('State'))
      };
}

/** Sends a signal, if there is still somebody to send it to. */
export function signalProcess(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) {
    return;
  }
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}

/**
 * All processes below one, itself included. What a process leaves behind becomes a child of its namespace's init, so below the init
 * of a sandbox is everything in it, however it detached itself.
 */
export function processesBelow(pid: number): FoundProcess[] {
  const found: FoundProcess[] = [];
  const queue = [pid];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const process = findProcess(next);
    if (process !== undefined) {
      found.push(process);
      queue.push(...childrenOf(next));
    }
  }
  return found;
}

/** All processes that have a variable in their environment, as they were started with it. */
export function processesMarked(variable: string): FoundProcess[] {
  return listOr('/proc')
    .filter(name => /^\d+$/.test(name))
    .filter(name => readOr(`/proc/${name}/environ`).split('\0').includes(variable))
    .flatMap(name => findProcess(Number(name)) ?? []);
}

/** The direct children of a process. */
export function childrenOf(pid: number): number[] {
  const children: number[] = [];
  for (const thread of listOr(`/proc/${pid}/task`)) {
    const text = readOr(`/proc/${pid}/task/${thread}/children`).trim();
    children.push(...(text === '' ? [] : text.split(' ').map(Number)));
  }
  return children;
}

/** Whether a process is in a namespace of pids below this one's. */
export function isNested(pid: number): boolean {
  const line = /^NSpid:\s*(.*)$/m.exec(readOr(`/proc/${pid}/status`))?.[1]?.trim() ?? '';
  return line.split(/\s+/).length > 1;
}

/** Sums over processes, where no cgroup counts. Ended children that were waited for are in it. */
export function usageOf(processes: readonly FoundProcess[]): {
  cpuSeconds: number;
  memoryBytes: number;
} {
  let ticks = 0;
  let memoryBytes = 0;
  for (const { pid } of processes) {
    const stat = readOr(`/proc/${pid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // utime, stime, cutime and cstime are fields 14 to 17, of which the first two are cut off here.
    ticks += fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    memoryBytes += Number(readOr(`/proc/${pid}/statm`).split(' ')[1] ?? 0) * PAGE;
  }
  return { cpuSeconds: ticks / TICKS, memoryBytes };
}

/** Bytes on all interfaces of the network in which a process is. */
export function networkOf(pid: number): { receivedBytes: number; sentBytes: number } {
  let receivedBytes = 0;
  let sentBytes = 0;
  for (const line of readOr(`/proc/${pid}/net/dev`).split('\n').slice(2)) {
    const fields = line.split(':')[1]?.trim().split(/\s+/).map(Number) ?? [];
    receivedBytes += fields[0] ?? 0;
    sentBytes += fields[8] ?? 0;
  }
  return { receivedBytes, sentBytes };
}

function readOr(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function listOr(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
