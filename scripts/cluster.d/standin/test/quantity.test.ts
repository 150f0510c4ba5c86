import { expect, test } from '@jest/globals';
import { quantity } from '../quantity.ts';

test.each([
  ['2', 2],
  [3, 3],
  ['500m', 0.5],
  ['1Ki', 1024],
  ['1.5Gi', 1.5 * 2 ** 30],
  ['128k', 128_000],
  ['1e9', 1e9],
  ['-1', -1],
  ['.5', 0.5]
])('%s stands for %s', (text, expected) => expect(quantity(text)).toBeCloseTo(expected, 9));

test.each(['', '1Ki;', 'Gi', '1 Gi', '1kb', '--1', 'NaN'])('"%s" is no quantity', text => {
  expect(() => quantity(text)).toThrow(RangeError);
});
