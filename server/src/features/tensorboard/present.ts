import type { Language, TensorBoard } from '@topsdl/contract';
import { presentReason, reason, type StoredReason } from '../../reconcile/reasons.ts';
import { pathOf, type TensorBoardState } from './service.ts';

export function presentTensorBoard(
  { row, workload }: TensorBoardState,
  language: Language
): TensorBoard {
  const why = reasonOf({ row, workload });
  return {
    id: row.id,
    runId: row.runId,
    projectId: row.projectId,
    state: stateOf({ row, workload }),
    reason: why && presentReason(why, language),
    path: pathOf(row.id),
    createdAt: new Date(row.createdAt).toISOString()
  };
}

/** It runs when it takes requests, not when its process does. */
function stateOf({ row, workload }: TensorBoardState): TensorBoard['state'] {
  switch (workload.state) {
    case 'pending':
    case 'starting':
      return 'starting';
    case 'running':
      return row.readyAt === null ? 'starting' : 'running';
    case 'stopping':
    case 'stopped':
    case 'completed':
      return 'stopped';
    case 'failed':
    case 'lost':
      return 'failed';
  }
}

function reasonOf({ row, workload }: TensorBoardState): StoredReason | null {
  if (workload.state === 'failed' && row.complaint) {
    return { code: 'tensorboard-failed', params: { detail: row.complaint } };
  }
  // While it is on its way out it counts as stopped already.
  return workload.state === 'stopping'
    ? reason('stopped-by', { name: workload.stoppedBy ?? '' })
    : workload.reason;
}
