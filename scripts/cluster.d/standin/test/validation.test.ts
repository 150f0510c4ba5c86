import { describe, expect, test } from '@jest/globals';
import type { JobSpec, Queue, Task } from '../objects.ts';
import { changeFault, defaults, faultsOf } from '../validation.ts';
import { job, task } from './samples.ts';

const open: Queue = { metadata: { name: 'default' }, status: { state: 'Open' } };

describe('a new job is refused', () => {
  test.each<[Partial<JobSpec>, string]>([
    [
      { tasks: [task('a', { minAvailable: 2 })] },
      "'minAvailable' is greater than 'replicas' in task: a, job: j"
    ],
    [{ minAvailable: 5 }, "job 'minAvailable' should not be greater than total replicas in tasks"],
    [{ tasks: [task('a'), task('a')] }, 'duplicated task name a'],
    [{ tasks: [task('a_b')] }, 'create pod with name j-a_b-1 validate failed'],
    [{ plugins: { nosuch: [] } }, 'unable to find job plugin: nosuch'],
    [{ policies: [{ action: 'AbortJob' }] }, 'either event and exitCode should be specified'],
    [{ policies: [{ exitCode: 0, action: 'AbortJob' }] }, '0 is not a valid error code'],
    [
      { policies: [{ event: 'PodFailed', exitCode: 1, action: 'AbortJob' }] },
      'must not specify event and exitCode simultaneously'
    ],
    [{ policies: [{ event: 'Nosuch' as never, action: 'AbortJob' }] }, 'invalid policy event'],
    [{ policies: [{ event: 'PodFailed', action: 'Nosuch' as never }] }, 'invalid policy action'],
    [
      { policies: [{ event: 'PodFailed', action: 'AbortJob', timeout: 'soon' }] },
      'soon is not a duration'
    ],
    [
      {
        policies: [
          { event: 'PodFailed', action: 'AbortJob' },
          { event: 'PodFailed', action: 'RestartJob' }
        ]
      },
      'duplicate event PodFailed across different policy'
    ],
    [
      {
        policies: [
          { event: '*', action: 'AbortJob' },
          { event: 'PodFailed', action: 'RestartJob' }
        ]
      },
      'if there is * here, no other policy should be here'
    ]
  ])('%j', (spec, fault) => {
    expect(faultsOf(job(spec), open, 0)).toEqual([expect.stringContaining(fault)]);
  });

  test.each<[string, Queue | undefined, number, string]>([
    [
      'nosuch',
      undefined,
      0,
      'unable to find job queue: queue.scheduling.volcano.sh "nosuch" not found'
    ],
    ['shut', { metadata: { name: 'shut' }, status: { state: 'Closed' } }, 0, 'status is `Closed`'],
    ['root', open, 2, 'can not submit job to root queue'],
    ['parent', open, 2, 'queue `parent` has 2 child queues']
  ])('for the queue %s', (queue, found, children, fault) => {
    expect(faultsOf(job({ queue }), found, children)).toEqual([expect.stringContaining(fault)]);
  });

  test('and otherwise taken', () => expect(faultsOf(job(), open, 0)).toEqual([]));
});

test('what a job leaves open is filled in', () => {
  const none = task('c', { replicas: 0 });
  const tasks = [task('', { replicas: 2 }), task('b', { replicas: 3, minAvailable: 1 }), none];
  const open = job({ tasks, maxRetry: 0, minAvailable: 0 });
  const filled = Object.fromEntries(defaults(open).map(({ path, value }) => [path, value]));
  expect(filled).toMatchObject({
    '/spec/maxRetry': 3,
    '/spec/minAvailable': 3,
    '/spec/tasks': [
      { name: 'default0', minAvailable: 2 },
      { name: 'b', minAvailable: 1 },
      { name: 'c', minAvailable: 0 }
    ]
  });
  expect((filled['/spec/tasks'] as Task[]).map(({ replicas }) => replicas)).toEqual([
    2,
    3,
    undefined
  ]);
});

test('of a job that is there only its size may change', () => {
  const before = job({ tasks: [task('a', { replicas: 2 })] });
  const grown = job({ tasks: [task('a', { replicas: 3 })], minAvailable: 2 });
  expect(changeFault(before, grown)).toBeUndefined();
  expect(changeFault(before, job({ tasks: [task('a', { replicas: 2 })], queue: 'q' }))).toContain(
    'may not change fields'
  );
  expect(changeFault(before, job({ tasks: [task('a', { replicas: 2 }), task('b')] }))).toContain(
    'add or remove'
  );
  expect(
    changeFault(before, job({ tasks: [task('a', { replicas: 1 })], minAvailable: 2 }))
  ).toContain('total replicas');
});
