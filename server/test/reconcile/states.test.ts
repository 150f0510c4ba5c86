import { expect, test } from '@jest/globals';
import type { RunState } from '@topsdl/contract';
import fc from 'fast-check';
import { ENDED, isEnded, isHolding, next, transitions } from '../../src/reconcile/states.ts';
import type { Happening } from '../../src/reconcile/states.ts';

const happenings: Happening[] = ['admit', 'run', 'succeed', 'fail', 'lose', 'stop'];
const states = Object.keys(transitions) as RunState[];

test('nothing leads out of an ended state, whatever is heard', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...ENDED),
      fc.array(fc.constantFrom(...happenings)),
      (state, heard) => {
        expect(heard.reduce<RunState>(next, state)).toBe(state);
      }
    )
  );
});

test('any story passes through admission before it holds anything, and holds nothing after its end', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...happenings), { maxLength: 20 }), story => {
      let state: RunState = 'pending';
      let admitted = false;
      for (const happening of story) {
        const after = next(state, happening);
        admitted ||= state === 'pending' && happening === 'admit';
        expect(isHolding(after) && !admitted).toBe(false);
        expect(isHolding(after) && isEnded(after)).toBe(false);
        state = after;
      }
    })
  );
});

test('hearing something twice is hearing it once', () => {
  for (const state of states) {
    for (const happening of happenings) {
      const once = next(state, happening);
      expect(next(once, happening)).toBe(once);
    }
  }
});

test('who was asked to stop never counts as completed, failed or lost', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...happenings)), story => {
      const state = story.reduce<RunState>(next, 'stopping');
      expect(['stopping', 'stopped']).toContain(state);
    })
  );
});

test('every state but the first can be reached, and from each that is not ended an end', () => {
  const reachable = new Set<RunState>(['pending']);
  for (const state of reachable) {
    happenings.forEach(happening => reachable.add(next(state, happening)));
  }
  expect([...reachable].sort()).toEqual([...states].sort());
  for (const state of states.filter(each => !isEnded(each))) {
    expect(isEnded(next(next(next(state, 'admit'), 'stop'), 'lose'))).toBe(true);
  }
});
