import type { RunState, TrainingRun } from '@topsdl/contract';
import type { Host, Tone } from '@topsdl/ui';

const TONES: Record<RunState, Tone> = {
  pending: 'wait',
  starting: 'busy',
  running: 'busy',
  stopping: 'wait',
  stopped: 'idle',
  failed: 'bad',
  completed: 'good',
  lost: 'bad'
};

/** How a run's state reads, and its dot. */
export function stateOf(state: RunState, { trans }: Pick<Host, 'trans'>) {
  const words: Record<RunState, string> = {
    pending: trans.__('Pending'),
    starting: trans.__('Starting'),
    running: trans.__('Running'),
    stopping: trans.__('Stopping'),
    stopped: trans.__('Stopped'),
    failed: trans.__('Failed'),
    completed: trans.__('Completed'),
    lost: trans.__('Lost')
  };
  return { tone: TONES[state], text: words[state] };
}

/** Whether a run can still change by itself. */
export const isActive = ({ state }: TrainingRun): boolean =>
  state === 'pending' || state === 'starting' || state === 'running' || state === 'stopping';

/** Share of 1, where the program says how far it is to go. */
export function progressOf({ progress, state }: TrainingRun): number | undefined {
  return state === 'running' && progress?.total
    ? Math.min(1, progress.step / progress.total)
    : undefined;
}
