import { readFileSync, readdirSync } from 'node:fs';

/** Clock ticks of a second in /proc, 100 on every Linux that Node runs on (USER_HZ). */
const TICKS = 100;
const PAGE = 4096;

/** A process of a node. */
export interface FoundProcess {
  /** As the machine sees it. */
  hostPid: number;
  /** As the supervisor's namespace sees it, for `kill`. */
  pid: number;
  name: string;
}

/**
 * All processes below one, itself included. What a process leaves behind becomes a child of its namespace's init, so below the init
 * of a sandbox is everything in it, however it detached itself.
 *
 * @param hostPid as the machine sees it
 * @param depth which of the namespaces' numbers is the caller's: 0 the machine, 1 the first below it
 */
export function processesBelow(hostPid: number, depth: number): FoundProcess[] {
  const found: FoundProcess[] = [];
  const queue = [hostPid];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const status = readOr(`/proc/${next}/status`);
    if (status === '') {
      continue;
    }
    const numbers = (/^NSpid:\s*(.*)$/m.exec(status)?.[1] ?? '').split(/\s+/).map(Number);
    const name = /^Name:\s*(.*)$/m.exec(status)?.[1] ?? '';
    found.push({ hostPid: next, pid: numbers[depth] ?? next, name });
    queue.push(...childrenOf(next));
  }
  return found;
}

/** The direct children of a process, as the machine sees them. */
export function childrenOf(hostPid: number): number[] {
  const children: number[] = [];
  for (const thread of listOr(`/proc/${hostPid}/task`)) {
    const text = readOr(`/proc/${hostPid}/task/${thread}/children`).trim();
    children.push(...(text === '' ? [] : text.split(' ').map(Number)));
  }
  return children;
}

/** How deep in namespaces of pids this process is, seen from the /proc that it reads. */
export function ownDepth(): number {
  const numbers = /^NSpid:\s*(.*)$/m.exec(readOr('/proc/self/status'))?.[1] ?? '';
  return Math.max(0, numbers.trim().split(/\s+/).length - 1);
}

/** Sums over processes, where no cgroup counts. Ended children that were waited for are in it. */
export function usageOf(processes: readonly FoundProcess[]): {
  cpuSeconds: number;
  memoryBytes: number;
} {
  let ticks = 0;
  let memoryBytes = 0;
  for (const { hostPid } of processes) {
    const stat = readOr(`/proc/${hostPid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // utime, stime, cutime and cstime are fields 14 to 17, of which the first two are cut off here.
    ticks += fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    memoryBytes += Number(readOr(`/proc/${hostPid}/statm`).split(' ')[1] ?? 0) * PAGE;
  }
  return { cpuSeconds: ticks / TICKS, memoryBytes };
}

/** Bytes on all interfaces of the network in which a process is. */
export function networkOf(hostPid: number): { receivedBytes: number; sentBytes: number } {
  let receivedBytes = 0;
  let sentBytes = 0;
  for (const line of readOr(`/proc/${hostPid}/net/dev`).split('\n').slice(2)) {
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
