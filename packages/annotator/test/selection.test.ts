import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  clear,
  click,
  drag,
  move,
  noSelection,
  Ranges,
  resize,
  selectAll,
  type Selection
} from '../src/index.ts';

const held = fc.record({ toggle: fc.boolean(), extend: fc.boolean() });
const moves = fc.constantFrom(
  'left',
  'right',
  'up',
  'down',
  'pageUp',
  'pageDown',
  'home',
  'end'
) as fc.Arbitrary<Parameters<typeof move>[1]>;

describe('selection', () => {
  test('ranges are a set', () => {
    const spans = fc.array(fc.tuple(fc.nat(60), fc.nat(60)));
    fc.assert(
      fc.property(spans, fc.nat(60), (list, out) => {
        const wanted = new Set<number>();
        list.forEach(([a, b]) => {
          for (let i = a; i <= b; i++) {
            wanted.add(i);
          }
        });
        const ranges = new Ranges(list);
        expect([...ranges]).toEqual([...wanted].sort((a, b) => a - b));
        expect(ranges.size).toBe(wanted.size);
        wanted.delete(out);
        expect([...ranges.without(out)]).toEqual([...wanted].sort((a, b) => a - b));
      })
    );
  });

  test('whatever is done, all that is selected exists', () => {
    const action = fc.oneof(
      fc.tuple(fc.nat(120), held).map(
        ([i, h]) =>
          (s: Selection) =>
            click(s, i, h)
      ),
      fc.tuple(fc.nat(120), fc.nat(120), held).map(
        ([a, b, h]) =>
          (s: Selection) =>
            drag(s, [[Math.min(a, b), Math.max(a, b)]], h)
      ),
      fc.tuple(moves, held).map(
        ([m, h]) =>
          (s: Selection) =>
            move(s, m, 7, 3, h)
      ),
      fc.nat(120).map(n => (s: Selection) => resize(s, n)),
      fc.constant(selectAll),
      fc.constant(clear)
    );
    fc.assert(
      fc.property(fc.nat(100), fc.array(action, { maxLength: 30 }), (count, actions) => {
        const state = actions.reduce((s, act) => act(s), noSelection(count));
        for (const index of state.selected) {
          expect(index).toBeGreaterThanOrEqual(0);
          expect(index).toBeLessThan(state.count);
        }
        expect(state.focus).toBeLessThan(Math.max(state.count, 1));
      })
    );
  });

  test('click, then shift-click takes the range from the anchor, as often as one likes', () => {
    let state = click(noSelection(20), 5);
    state = click(state, 9, { extend: true });
    expect([...state.selected]).toEqual([5, 6, 7, 8, 9]);
    state = click(state, 3, { extend: true });
    expect([...state.selected]).toEqual([3, 4, 5]);
    state = click(state, 8, { toggle: true });
    expect([...state.selected]).toEqual([3, 4, 5, 8]);
    state = click(state, 4, { toggle: true });
    expect([...state.selected]).toEqual([3, 5, 8]);
  });

  test('the arrow up from the first row stays there', () => {
    expect(move(click(noSelection(20), 2), 'up', 5, 2).focus).toBe(2);
    expect(move(click(noSelection(20), 2), 'down', 5, 2).focus).toBe(7);
    expect(move(click(noSelection(20), 18), 'pageDown', 5, 2).focus).toBe(19);
  });
});
