import { expect, test } from '@jest/globals';
import { flatten, moveFor, type RowView } from '../src/list/rows.ts';
import { scrollFor, windowOf } from '../src/list/window.ts';

const views: RowView[] = [
  {
    id: 'a',
    label: 'a',
    children: [
      { id: 'a1', label: 'a1' },
      { id: 'a2', label: 'a2' }
    ]
  },
  { id: 'b', label: 'b', open: () => undefined },
  { id: 'c', label: 'c', children: [], more: { label: 'all', open: () => undefined } }
];

test('folded rows are laid out with what a screen reader needs', () => {
  const rows = flatten(views, new Set(['a', 'c']));
  expect(
    rows.map(({ key, level, position, siblings }) => [key, level, position, siblings])
  ).toEqual([
    ['a', 1, 1, 3],
    ['a/a1', 2, 1, 2],
    ['a/a2', 2, 2, 2],
    ['b', 1, 2, 3],
    ['c', 1, 3, 3],
    ['c/more', 2, 1, 1]
  ]);
  expect(rows.map(({ expanded }) => expanded)).toEqual([
    true,
    undefined,
    undefined,
    undefined,
    true,
    undefined
  ]);
});

test('keys move, fold, open and act as the practices for trees say', () => {
  const rows = flatten(views, new Set(['a']));
  const press = (key: string, index: number, shift = false) =>
    moveFor(key, { shift }, index, rows, 2);
  expect(press('ArrowDown', 0)).toEqual({ kind: 'focus', index: 1 });
  expect(press('ArrowLeft', 2)).toEqual({ kind: 'focus', index: 0 });
  expect(press('ArrowLeft', 0)).toEqual({ kind: 'toggle', index: 0 });
  expect(press('ArrowRight', 0)).toEqual({ kind: 'focus', index: 1 });
  expect(press('ArrowRight', 4)).toEqual({ kind: 'toggle', index: 4 });
  expect(press('End', 0)).toEqual({ kind: 'focus', index: 4 });
  expect(press('PageUp', 1)).toEqual({ kind: 'focus', index: 0 });
  expect(press('Enter', 3)).toEqual({ kind: 'open', index: 3 });
  expect(press('Enter', 0)).toEqual({ kind: 'toggle', index: 0 });
  expect(press('Delete', 1)).toEqual({ kind: 'action', index: 1, key: 'Delete' });
  expect(press('F10', 1, true)).toEqual({ kind: 'menu', index: 1 });
  expect(press('F10', 1)).toBeNull();
  expect(press('x', 1)).toBeNull();
});

test('of ten thousand rows a screenful is drawn', () => {
  const { first, end } = windowOf(120_000, 480, 24, 10_000);
  expect(first).toBe(4992);
  expect(end).toBe(5028);
  expect(windowOf(0, 0, 24, 0)).toEqual({ first: 0, end: 0 });
  // The list became shorter than where it was scrolled to.
  expect(windowOf(120_000, 480, 24, 10)).toEqual({ first: 10, end: 10 });
});

test('a row is scrolled to only where it is out of sight', () => {
  expect(scrollFor(0, 100, 200, 24)).toBe(0);
  expect(scrollFor(6, 100, 200, 24)).toBeNull();
  expect(scrollFor(20, 100, 200, 24)).toBe(304);
});
