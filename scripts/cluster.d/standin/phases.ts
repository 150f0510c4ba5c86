import type { Action, Counts, Job, JobStatus, Phase, Pod } from './objects.ts';
import { replicasOf } from './objects.ts';

/** What is done about the pods of a job. */
export type Step =
  /** The missing ones are made. */
  | { readonly kind: 'sync' }
  /** They are ended: all of them, or all that have not ended by themselves, or those of a target. */
  | {
      readonly kind: 'end';
      readonly which: 'all' | 'living' | 'target';
      /** The phase that this begins. */
      readonly begins?: Phase;
      readonly isRetry?: boolean;
    };

const ENDINGS: Readonly<Partial<Record<Action, Phase>>> = {
  AbortJob: 'Aborting',
  TerminateJob: 'Terminating',
  CompleteJob: 'Completing'
};

/** Where a job stays once its living pods are gone. */
const AFTER: Readonly<Partial<Record<Phase, Phase>>> = {
  Aborting: 'Aborted',
  Terminating: 'Terminated',
  Completing: 'Completed'
};

/** What an action means in a phase; without one the job is brought to what its phase says. */
export function stepFor(phase: Phase, action: Action | undefined): Step {
  switch (phase) {
    case 'Pending':
    case 'Running': {
      const begins = action && ENDINGS[action];
      if (begins !== undefined) {
        return { kind: 'end', which: 'living', begins };
      }
      switch (action) {
        case 'RestartJob':
          return { kind: 'end', which: 'all', begins: 'Restarting', isRetry: true };
        case 'RestartTask':
        case 'RestartPod':
          return { kind: 'end', which: 'target', begins: 'Restarting', isRetry: true };
        default:
          return { kind: 'sync' };
      }
    }
    case 'Restarting':
      return { kind: 'sync' };
    case 'Aborting':
    case 'Aborted':
      return action === 'ResumeJob'
        ? { kind: 'end', which: 'living', begins: 'Restarting', isRetry: true }
        : { kind: 'end', which: 'living' };
    default:
      return { kind: 'end', which: 'living' };
  }
}

/** The phase that follows from what the pods are. */
export function phaseAfter(job: Job, status: JobStatus): Phase {
  const { phase } = status.state;
  const { minAvailable, maxRetry, tasks } = job.spec;
  const total = tasks.reduce((sum, task) => sum + replicasOf(task), 0);
  const { pending, running, succeeded, failed, terminating } = status;
  switch (phase) {
    case 'Pending':
      return total > 0 && running + succeeded + failed >= minAvailable ? 'Running' : phase;
    case 'Running':
      if (total > 0 && succeeded + failed === total) {
        return isEnough(job, status) ? 'Completed' : 'Failed';
      }
      return pending > total - minAvailable ? 'Pending' : phase;
    case 'Restarting':
      if (status.retryCount >= maxRetry) {
        return 'Failed';
      }
      return total - terminating >= minAvailable ? 'Pending' : phase;
    default:
      return terminating + pending + running > 0 ? phase : (AFTER[phase] ?? phase);
  }
}

/** Whether as many pods succeeded as the job, and each of its tasks, asks for. */
function isEnough(job: Job, status: JobStatus): boolean {
  return (
    status.succeeded >= job.spec.minAvailable &&
    job.spec.tasks.every(
      ({ name, minAvailable = 0 }) =>
        (status.taskStatusCount[name]?.phase['Succeeded'] ?? 0) >= minAvailable
    )
  );
}

/** Counts the pods of a job, all of them and by task. */
export function count(
  pods: readonly Pod[],
  taskOf: (pod: Pod) => string
): Pick<JobStatus, keyof Counts | 'taskStatusCount'> {
  const counts: Counts = {
    pending: 0,
    running: 0,
    succeeded: 0,
    failed: 0,
    terminating: 0,
    unknown: 0
  };
  const tasks: JobStatus['taskStatusCount'] = {};
  for (const pod of pods) {
    if (pod.metadata.deletionTimestamp !== undefined) {
      counts.terminating++;
      continue;
    }
    const phase = pod.status?.phase ?? 'Pending';
    counts[phase.toLowerCase() as keyof Counts]++;
    const task = (tasks[taskOf(pod)] ??= { phase: {} });
    task.phase[phase] = (task.phase[phase] ?? 0) + 1;
  }
  return { ...counts, taskStatusCount: tasks };
}
