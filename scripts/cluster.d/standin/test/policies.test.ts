import { describe, expect, test } from '@jest/globals';
import { decide, milliseconds } from '../policies.ts';
import { job, task } from './samples.ts';

describe('a policy', () => {
  const failing = { event: 'PodFailed' as const, task: 'master', exitCode: 3 };

  test('of the task goes before that of the job', () => {
    const policies = [{ event: 'PodFailed' as const, action: 'RestartTask' as const }];
    const made = job({
      tasks: [task('master', { policies }), task('worker')],
      policies: [{ event: 'PodFailed', action: 'AbortJob' }]
    });
    expect(decide(made, failing)).toEqual({ action: 'RestartTask', after: 0 });
    expect(decide(made, { ...failing, task: 'worker' })?.action).toBe('AbortJob');
  });

  test('may name one event, several, all, or an exit code', () => {
    const said = (policy: object) =>
      decide(job({ policies: [{ action: 'TerminateJob', ...policy }] }), failing)?.action;
    expect(said({ event: 'PodFailed' })).toBe('TerminateJob');
    expect(said({ events: ['PodEvicted', 'PodFailed'] })).toBe('TerminateJob');
    expect(said({ event: '*' })).toBe('TerminateJob');
    expect(said({ exitCode: 3 })).toBe('TerminateJob');
    expect(said({ exitCode: 4 })).toBeUndefined();
    expect(said({ event: 'PodEvicted' })).toBeUndefined();
  });

  test('with a timeout is due later, and a pod that waits needs one', () => {
    const pending = { event: 'PodPending' as const, task: 'master' };
    const said = (timeout?: string) =>
      decide(job({ policies: [{ event: 'PodPending', action: 'AbortJob', timeout }] }), pending);
    expect(said('1m30s')).toEqual({ action: 'AbortJob', after: 90_000 });
    expect(said()).toBeUndefined();
  });

  test('says nothing to what became of pods that were ended before', () => {
    const made = job(
      { policies: [{ event: 'PodEvicted', action: 'TerminateJob' }] },
      { version: 2 }
    );
    const evicted = { event: 'PodEvicted' as const, task: 'master' };
    expect(decide(made, { ...evicted, version: 1 })).toBeUndefined();
    expect(decide(made, { ...evicted, version: 2 })?.action).toBe('TerminateJob');
  });

  test('is not asked where a command says what to do', () => {
    expect(decide(job({}, { version: 5 }), { action: 'AbortJob' })).toEqual({
      action: 'AbortJob',
      after: 0
    });
  });
});

test.each([
  ['30s', 30_000],
  ['1h0.5m', 3_630_000],
  ['250ms', 250]
])('%s is a duration', (text, expected) => expect(milliseconds(text)).toBe(expected));

test.each(['', '30', 's', '3 s', '1d'])('"%s" is none', text => {
  expect(() => milliseconds(text)).toThrow(RangeError);
});
