import {
  appendFileSync,
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync
} from 'node:fs';
import { join } from 'node:path';

import type { NodeObservation, Reason, WorkloadState } from '../engine.ts';
import type { ProcessIdentity } from './identity.ts';
import { FILES } from './paths.ts';

/** What a supervisor writes about one node, on top of what people see. */
export interface NodeRecord extends NodeObservation {
  /** The sandbox's init, whose end is the end of everything in it. */
  init?: ProcessIdentity;
  cgroups?: string[];
}

/** `state.json`: the latest state of a run, replaced as a whole. */
export interface RunState {
  version: 1;
  runId: string;
  state: Exclude<WorkloadState, 'absent' | 'pending' | 'lost'>;
  reason?: Reason;
  exitCode?: number;
  startedAt: number;
  endedAt?: number;
  supervisor: ProcessIdentity;
  nodes: NodeRecord[];
}

const FINAL = new Set(['succeeded', 'failed', 'stopped']);

/** Whether the run has ended. */
export function isFinal(state: RunState): boolean {
  return FINAL.has(state.state);
}

/**
 * Replaces the state and adds it to the journal. The end of a run is on the disk when this returns, because the server draws
 * conclusions from it that it does not take back.
 */
export function writeState(directory: string, state: RunState): void {
  const text = JSON.stringify(state);
  const path = join(directory, FILES.state);
  const file = openSync(`${path}.new`, 'w', 0o644);
  try {
    writeSync(file, text);
    if (isFinal(state)) {
      fsyncSync(file);
    }
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.new`, path);
  appendFileSync(
    join(directory, FILES.journal),
    `${JSON.stringify({ time: Date.now(), ...state })}\n`
  );
}

/** The state that was written last, or undefined when there is none yet. */
export function readState(directory: string): RunState | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, FILES.state), 'utf8')) as RunState;
  } catch {
    return undefined;
  }
}
