import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Parts } from './build.ts';
import { bootId } from './process.ts';
import { DEFAULT_VOLUME, STATE } from './layout.ts';

/** What the caller may choose of a cluster. */
export interface Choices {
  readonly nodes: number;
  /** Cards of each node by resource name. */
  readonly cards: Readonly<Record<string, number>>;
  /** A directory of the host that every node has under the same path. */
  readonly volume: string;
  /** Whether the project's stand-in for Volcano runs. */
  readonly standin: boolean;
}

export const DEFAULTS: Choices = {
  nodes: 2,
  cards: { 'enflame.com/dtu': 4, 'enflame.com/gcu': 4 },
  volume: DEFAULT_VOLUME,
  standin: true
};

/** The cluster that is up, or was when its maker was last seen. */
export interface ClusterState {
  readonly choices: Choices;
  readonly parts: Parts;
}

/** The state that was written since this machine started. */
export function readState(): ClusterState | undefined {
  try {
    const { boot, ...state } = JSON.parse(readFileSync(STATE, 'utf8')) as ClusterState & {
      boot: string;
    };
    return boot === bootId() ? state : undefined;
  } catch {
    return undefined;
  }
}

export function writeState(state: ClusterState): void {
  mkdirSync(dirname(STATE), { recursive: true });
  writeFileSync(`${STATE}.new`, JSON.stringify({ ...state, boot: bootId() }, undefined, 2));
  renameSync(`${STATE}.new`, STATE);
}
