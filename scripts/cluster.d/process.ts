import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** A process that cannot be mistaken for another one that got its number later. */
export interface KnownProcess {
  readonly pid: number;
  /** Clock ticks from the machine's start to the process's. */
  readonly start: string;
  readonly boot: string;
}

/** Names the time since this machine started. */
export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** The start time is the 22nd field; the second one, the name in parentheses, may hold anything. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? undefined : fields[18];
  } catch {
    return undefined;
  }
}

/**
 * A shell line that notes the process it runs in and then becomes the program given as its arguments. Whoever starts it may
 * be killed at any moment: what runs is noted, for the note comes first and is replaced as a whole.
 */
export const NOTE_AND_BECOME =
  'set -e; set -f; note=$1; shift; read -r stat </proc/$$/stat; boot=$(cat /proc/sys/kernel/random/boot_id); ' +
  'start=$(set -- ${stat##*) }; echo "${20}"); echo "$$ $start $boot" >"$note.new"; mv "$note.new" "$note"; exec "$@"';

/** What was noted, if that process still runs. */
export function noted(note: string): KnownProcess | undefined {
  try {
    const [pid, start, noteBoot] = readFileSync(note, 'utf8').trim().split(' ');
    const known = { pid: Number(pid), start: start ?? '', boot: noteBoot ?? '' };
    return isAlive(known) ? known : undefined;
  } catch {
    return undefined;
  }
}

export function isAlive(known: KnownProcess): boolean {
  return known.boot === bootId() && startOf(known.pid) === known.start;
}

/** The only child of a process, such as the one that `unshare --fork` waits for. */
export function onlyChild(parent: KnownProcess): number | undefined {
  try {
    const children = readFileSync(`/proc/${parent.pid}/task/${parent.pid}/children`, 'utf8');
    const [child] = children.split(' ').filter(Boolean);
    return child === undefined ? undefined : Number(child);
  } catch {
    return undefined;
  }
}

/** Sends a signal to a process that is still the one that was noted. */
export function signal(known: KnownProcess, pid: number, name: NodeJS.Signals): void {
  if (isAlive(known)) {
    try {
      process.kill(pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') {
        throw error;
      }
    }
  }
}

/** Waits until the process is gone; false if it is not by then. Nothing tells the end of a process that is not one's child. */
export async function gone(known: KnownProcess, milliseconds: number): Promise<boolean> {
  const end = performance.now() + milliseconds;
  while (isAlive(known)) {
    if (performance.now() > end) {
      return false;
    }
    await delay(20);
  }
  return true;
}
