import { expect, test } from '@jest/globals';
import { linePath, lonePoints, nearest, ticks, timeTicks } from '../src/charts/scale.ts';

test('ticks are round and without rounding errors', () => {
  expect(ticks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  expect(ticks(0, 0.3, 3)).toEqual([0, 0.1, 0.2, 0.3]);
  expect(ticks(5, 5, 4)).toEqual([5]);
  expect(ticks(0, 4 * 1024 ** 3, 4, true).map(value => value / 1024 ** 3)).toEqual([0, 1, 2, 3, 4]);
});

test('times are cut at round steps', () => {
  const start = Date.UTC(2026, 0, 1, 12, 3);
  const steps = timeTicks(start, start + 3_600_000, 4);
  expect(steps.every(time => time % 900_000 === 0)).toBe(true);
  expect(steps.length).toBeGreaterThan(2);
});

test('a line has a gap where a value is missing', () => {
  const same = (value: number) => value;
  expect(
    linePath(
      [
        [0, 1],
        [1, 2],
        [2, null],
        [3, 4],
        [4, 5]
      ],
      same,
      same
    )
  ).toBe('M0 1L1 2M3 4L4 5');
  expect(
    linePath(
      [
        [0, 1],
        [1, 2]
      ],
      same,
      same,
      true
    )
  ).toBe('M0 1H1V2');
});

test('a point between gaps is one of its own', () => {
  expect(
    lonePoints([
      [0, 1],
      [1, null],
      [2, 3],
      [3, 4],
      [4, NaN],
      [5, 0]
    ])
  ).toEqual([
    [0, 1],
    [5, 0]
  ]);
  expect(lonePoints([[7, 7]])).toEqual([[7, 7]]);
});

test('the nearest point is found by halving', () => {
  const points = [0, 10, 20, 30].map(x => [x, 0] as const);
  expect([-5, 4, 6, 29, 99].map(at => nearest(points, at))).toEqual([0, 0, 1, 3, 3]);
  expect(nearest([], 1)).toBe(-1);
});
