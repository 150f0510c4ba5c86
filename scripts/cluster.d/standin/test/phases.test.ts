import { describe, expect, test } from '@jest/globals';
import type { JobStatus, Phase } from '../objects.ts';
import { count, phaseAfter, stepFor } from '../phases.ts';
import { job, pod, podSpec, task } from './samples.ts';

/** The phase after `phase` with so many pods of each kind. */
function after(
  phase: Phase,
  status: Partial<JobStatus>,
  spec: Parameters<typeof job>[0] = {}
): Phase {
  const made = job(
    { tasks: [task('master'), task('worker', { replicas: 2 })], ...spec },
    { state: { phase, lastTransitionTime: '' }, ...status }
  );
  return phaseAfter(made, made.status as JobStatus);
}

describe('a job', () => {
  test('runs when as many pods as it needs have started', () => {
    expect(after('Pending', { running: 2, pending: 1 })).toBe('Pending');
    expect(after('Pending', { running: 2, failed: 1 })).toBe('Running');
    expect(after('Pending', { running: 2, pending: 1 }, { minAvailable: 2 })).toBe('Running');
  });

  test('is over when all of its pods are', () => {
    expect(after('Running', { succeeded: 2, running: 1 })).toBe('Running');
    expect(after('Running', { succeeded: 3 })).toBe('Completed');
    expect(after('Running', { succeeded: 2, failed: 1 })).toBe('Failed');
    expect(after('Running', { succeeded: 2, failed: 1 }, { minAvailable: 2 })).toBe('Completed');
  });

  test('is not complete where one of its tasks lacks pods', () => {
    const tasks = [task('a', { minAvailable: 1 }), task('b', { replicas: 2, minAvailable: 1 })];
    const taskStatusCount = { a: { phase: { Failed: 1 } }, b: { phase: { Succeeded: 2 } } };
    expect(
      after('Running', { succeeded: 2, failed: 1, taskStatusCount }, { tasks, minAvailable: 2 })
    ).toBe('Failed');
  });

  test('waits again when too many of its pods do', () => {
    expect(after('Running', { running: 2, pending: 1 })).toBe('Pending');
  });

  test.each<[Phase, Phase]>([
    ['Aborting', 'Aborted'],
    ['Terminating', 'Terminated'],
    ['Completing', 'Completed']
  ])('that is %s stays so while a pod lives, and is then %s', (phase, end) => {
    expect(after(phase, { terminating: 1 })).toBe(phase);
    expect(after(phase, { running: 1 })).toBe(phase);
    expect(after(phase, { succeeded: 1, failed: 2 })).toBe(end);
  });

  test('starts again until it was tried too often', () => {
    expect(after('Restarting', { retryCount: 1, terminating: 1 })).toBe('Restarting');
    expect(after('Restarting', { retryCount: 1 })).toBe('Pending');
    expect(after('Restarting', { retryCount: 3 })).toBe('Failed');
  });

  test('keeps pods that ended by themselves, unless all of it is tried again', () => {
    expect(stepFor('Running', 'AbortJob')).toEqual({
      kind: 'end',
      which: 'living',
      begins: 'Aborting'
    });
    expect(stepFor('Running', 'CompleteJob')).toMatchObject({
      which: 'living',
      begins: 'Completing'
    });
    expect(stepFor('Pending', 'RestartJob')).toMatchObject({
      which: 'all',
      begins: 'Restarting',
      isRetry: true
    });
    expect(stepFor('Running', 'RestartTask')).toMatchObject({ which: 'target' });
    expect(stepFor('Running', undefined)).toEqual({ kind: 'sync' });
  });

  test('goes on only after it was aborted', () => {
    expect(stepFor('Aborted', 'ResumeJob')).toMatchObject({ begins: 'Restarting', isRetry: true });
    for (const phase of ['Completed', 'Failed', 'Terminated'] as const) {
      expect(stepFor(phase, 'ResumeJob')).toEqual({ kind: 'end', which: 'living' });
    }
  });
});

test('pods on their way out are counted as nothing else', () => {
  const pods = [
    pod('a-0', podSpec(), {}, 'Running'),
    pod('a-1', podSpec(), { deletionTimestamp: 'now' }, 'Running'),
    pod('b-0', podSpec(), {}, 'Failed')
  ];
  expect(count(pods, ({ metadata }) => metadata.name[0] ?? '')).toEqual({
    ...{ pending: 0, running: 1, succeeded: 0, failed: 1, terminating: 1, unknown: 0 },
    taskStatusCount: { a: { phase: { Running: 1 } }, b: { phase: { Failed: 1 } } }
  });
});
