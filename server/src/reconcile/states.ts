import type { RunState } from '@topsdl/contract';

/** What can happen to a workload. */
export type Happening =
  /** It was given the resources it asks for. */
  | 'admit'
  /** The engine says that its command runs. */
  | 'run'
  /** The engine says that it ended well. */
  | 'succeed'
  /** It ended badly, or could not be prepared or started. */
  | 'fail'
  /** The engine cannot find it. */
  | 'lose'
  /** Somebody asked it to stop. */
  | 'stop';

/**
 * The one table of states. A happening that is not listed for a state changes nothing: the engine
 * reports what is, not what changed, so the same thing is heard more than once.
 */
export const transitions: Readonly<Record<RunState, Partial<Record<Happening, RunState>>>> = {
  pending: { admit: 'starting', stop: 'stopped' },
  starting: {
    run: 'running',
    succeed: 'completed',
    fail: 'failed',
    lose: 'lost',
    stop: 'stopping'
  },
  running: { succeed: 'completed', fail: 'failed', lose: 'lost', stop: 'stopping' },
  // Whatever the program answers to the signal, what was asked for is what happened.
  stopping: { succeed: 'stopped', fail: 'stopped', lose: 'stopped' },
  stopped: {},
  failed: {},
  completed: {},
  lost: {}
};

/** States in which a workload has what it was admitted for. */
export const HOLDING = ['starting', 'running', 'stopping'] as const satisfies RunState[];

/** States that nothing leads out of. */
export const ENDED = ['stopped', 'failed', 'completed', 'lost'] as const satisfies RunState[];

/** The state after a happening. */
export function next(state: RunState, happening: Happening): RunState {
  return transitions[state][happening] ?? state;
}

export function isEnded(state: RunState): boolean {
  return (ENDED as readonly RunState[]).includes(state);
}

export function isHolding(state: RunState): boolean {
  return (HOLDING as readonly RunState[]).includes(state);
}
