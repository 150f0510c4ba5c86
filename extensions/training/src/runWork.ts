import { operations, type RunState } from '@topsdl/contract';
import type { WorkReader, WorkReport } from '@topsdl/lab';
import { speak } from '@topsdl/ui';

const ENDS: Readonly<Partial<Record<RunState, WorkReport['state']>>> = {
  completed: 'completed',
  failed: 'failed',
  lost: 'failed',
  stopped: 'stopped'
};

/** How a run stands. */
const readRun: WorkReader = async ({ client, translation }, runId) => {
  const run = await client.call(operations.training.getRun, { params: { runId } });
  const { reason } = run;
  return {
    name: translation.trans.__('%1, run %2', run.name, run.number),
    by: run.createdBy?.id ?? null,
    // Until its model is saved there is still something to wait for.
    state: run.settled ? (ENDS[run.state] ?? 'active') : 'active',
    reason: reason ? speak(translation, reason.code, reason.params, reason.detail) : undefined,
    endedAt: run.endedAt,
    panels: [
      { kind: 'training-run', id: runId },
      { kind: 'training', id: run.trainingId }
    ]
  };
};

export default readRun;
