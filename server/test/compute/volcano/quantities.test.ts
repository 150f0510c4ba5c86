import { expect, test } from '@jest/globals';

import { amountOf } from '../../../src/compute/volcano/quantities.ts';

test.each([
  ['4', 4],
  ['500m', 0.5],
  ['1900m', 1.9],
  ['128Gi', 128 * 1024 ** 3],
  ['16393244Ki', 16_393_244 * 1024],
  ['1e3', 1000],
  ['12E', 12e18],
  ['2k', 2000],
  ['100n', 0],
  ['', 0],
  ['nonsense', 0],
  [undefined, 0]
])('%s of the cluster is %d', (text, amount) => {
  expect(amountOf(text)).toBe(amount);
});
