import { expect, test } from '@jest/globals';
import { Quantity } from '@topsdl/contract';
import fc from 'fast-check';
import { averages } from '../../src/features/projects/usage-history.ts';
import { parseQuantity } from '../../src/quantity.ts';

test('quantities are what Kubernetes takes them for', () => {
  const known: [string, number][] = [
    ['48', 48],
    ['500m', 0.5],
    ['700m', 0.7],
    ['1.5', 1.5],
    ['128Gi', 128 * 1024 ** 3],
    ['1k', 1000],
    ['0.5Ti', 512 * 1024 ** 3],
    ['0', 0]
  ];
  for (const [text, value] of known) {
    expect(parseQuantity(text)).toBe(value);
  }
});

test('what the contract takes is understood, and nothing else', () => {
  const suffix = fc.constantFrom('', 'm', 'k', 'M', 'G', 'T', 'P', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi');
  fc.assert(
    fc.property(fc.nat(), suffix, (number, unit) => {
      expect(parseQuantity(`${number}${unit}`)).toBeGreaterThanOrEqual(0);
    })
  );
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9.eEmKi+-]{1,6}$/)), text => {
      if (Quantity.safeParse(text).success) {
        expect(Number.isFinite(parseQuantity(text))).toBe(true);
      } else {
        expect(() => parseQuantity(text)).toThrow(RangeError);
      }
    })
  );
  for (const text of ['1e9', '-1', '0.1mi', '1Ki;', '', '١', '1 Gi', '00', 'Infinity']) {
    expect(() => parseQuantity(text)).toThrow(RangeError);
  }
});

test('use over time is weighted by how long it held', () => {
  const steps = [
    { time: 0, used: 4, limit: 8 },
    { time: 150, used: 0, limit: 8 },
    { time: 175, used: 2, limit: null }
  ];
  expect(averages(steps, 0, 200, 2)).toEqual([
    { time: 100, used: 4, limit: 8 },
    { time: 200, used: 2.5, limit: null }
  ]);
  expect(averages(steps, 100, 300, 2)).toEqual([
    { time: 200, used: 2.5, limit: null },
    { time: 300, used: 2, limit: null }
  ]);
  expect(averages(steps, -100, 100, 2)).toEqual([{ time: 100, used: 4, limit: 8 }]);
  expect(averages([], 0, 100, 3)).toEqual([]);
});
