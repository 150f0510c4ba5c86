import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

import type { LocalEngineConfig } from './config.ts';

/** Above what systems give to people, containers and services (systemd's list of uids ends its own ranges below). */
const FIRST = 1_100_000_000;
const COUNT = 900_000_000;

/** The uids that projects' runs may have on this machine: a container may have far fewer than a machine. */
export function projectUids(config: LocalEngineConfig): { first: number; count: number } {
  if (config.projectUids !== undefined) {
    return config.projectUids;
  }
  const available = uidsHere();
  if (available >= FIRST + COUNT) {
    return { first: FIRST, count: COUNT };
  }
  const first = Math.floor(available / 2);
  return { first, count: Math.max(1, available - first - 1000) };
}

/** The uid of a project. Two projects that share one by chance still have namespaces of their own. */
export function projectUid(config: LocalEngineConfig, projectId: string): number {
  const { first, count } = projectUids(config);
  return first + (createHash('sha256').update(projectId).digest().readUInt32BE() % count);
}

function uidsHere(): number {
  try {
    const lines = readFileSync('/proc/self/uid_map', 'utf8').trim().split('\n');
    return Math.max(
      ...lines.map(line => {
        const [inside = 0, , count = 0] = line.trim().split(/\s+/).map(Number);
        return inside + count;
      })
    );
  } catch {
    return 65_536;
  }
}
