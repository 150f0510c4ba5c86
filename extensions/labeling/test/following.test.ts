import { describe, expect, test } from '@jest/globals';
import { click, noSelection, selectAll } from '@topsdl/annotator';
import { follow, remember } from '../src/following.ts';

const listOf = (names: string) => [...names].map(id => ({ id }));
const chosen = (names: string, index: number, more: number) => {
  const images = listOf(names);
  const selection = click(click(noSelection(images.length), index), more, { toggle: true });
  return { selection, followed: remember(selection, at => images[at]) };
};
const after = (names: string, index: number, more: number, now: string) => {
  const { selection, followed } = chosen(names, index, more);
  return follow(selection, followed, listOf(now).entries(), now.length);
};

describe('a selection in a list that changes', () => {
  test('stays on its images when others go before it, come or stay', () => {
    const gone = after('abcdef', 2, 4, 'bcdef');
    expect([[...gone.selected], gone.focus, gone.anchor]).toEqual([[1, 3], 3, 3]);
    const come = after('abcdef', 2, 4, 'xyabcdef');
    expect([[...come.selected], come.focus]).toEqual([[4, 6], 6]);
    const { selection, followed } = chosen('abcdef', 2, 4);
    expect(follow(selection, followed, listOf('abcdef').entries(), 6)).toBe(selection);
  });

  test('loses an image that is gone; the focus stays where that was', () => {
    const now = after('abcdef', 2, 4, 'abcdf');
    expect([[...now.selected], now.focus, now.count]).toEqual([[2], 4, 5]);
    expect([...after('ab', 0, 1, '').selected]).toEqual([]);
  });

  test('of more than can be told apart keeps its places', () => {
    const all = selectAll(noSelection(6000));
    expect(remember(all, at => ({ id: String(at) }))).toBeUndefined();
    const holes = selectAll(noSelection(3));
    expect(remember(holes, at => (at === 1 ? undefined : { id: String(at) }))).toBeUndefined();
    expect(follow(all, undefined, [], 4000).selected.size).toBe(4000);
    expect(follow(all, undefined, [], 6000)).toBe(all);
  });
});
