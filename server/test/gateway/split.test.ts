import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Split } from '../../src/gateway/split.ts';

test('among any N consecutive requests gray gets its share, rounded up or down', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1000 }),
      fc.nat(5000),
      fc.nat(3000),
      (thousandths, before, count) => {
        const share = thousandths / 1000;
        const split = new Split(share);
        for (let i = 0; i < before; i++) {
          split.next();
        }
        let gray = 0;
        for (let i = 0; i < count; i++) {
          gray += split.next() ? 1 : 0;
        }
        expect(Math.abs(gray - Math.round(share * count))).toBeLessThanOrEqual(1);
        return Math.abs(gray - share * count) < 1;
      }
    )
  );
});

test('the first N requests are split exactly', () => {
  for (const share of [0, 0.1, 0.25, 1 / 3, 0.5, 0.9, 1]) {
    const split = new Split(share);
    let gray = 0;
    for (let i = 0; i < 2000; i++) {
      gray += split.next() ? 1 : 0;
    }
    expect(gray).toBe(Math.round(share * 2000));
  }
});

test('changing the share again and again gains and loses nothing', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 100 }), fc.nat(50)), { maxLength: 40 }),
      changes => {
        const split = new Split(0);
        let gray = 0;
        let expected = 0;
        for (const [percent, count] of changes) {
          split.share = percent / 100;
          expected += (percent / 100) * count;
          for (let i = 0; i < count; i++) {
            gray += split.next() ? 1 : 0;
          }
        }
        return Math.abs(gray - expected) <= 0.5 + 1e-6;
      }
    )
  );
});

test.each([-0.1, 1.1, Number.NaN])('%p is no share', share => {
  expect(() => new Split(share)).toThrow(RangeError);
});
