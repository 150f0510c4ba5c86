import { readdirSync, readFileSync } from 'node:fs';

/** A process of this machine, with what tells whose it is. */
export interface MachineProcess {
  readonly pid: number;
  readonly command: string;
}

/**
 * Processes that have one of these texts in their arguments, their environment or the names of their control groups: a data
 * directory, the id of a workload, the name of its groups. What one may not look into is somebody else's.
 */
export function processesOf(texts: readonly string[]): MachineProcess[] {
  return readdirSync('/proc').flatMap(name => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) {
      return [];
    }
    const [command, environment, groups] = ['cmdline', 'environ', 'cgroup'].map(file =>
      readOr(`/proc/${name}/${file}`)
    );
    return texts.some(text => `${command} ${environment} ${groups}`.includes(text))
      ? [{ pid: Number(name), command: command?.replaceAll('\0', ' ').slice(0, 300) ?? '' }]
      : [];
  });
}

function readOr(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
