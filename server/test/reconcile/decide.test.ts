import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decide, OVERTAKING_MS } from '../../src/reconcile/decide.ts';

const GPU = 'enflame.com/dtu';

test('first come, first served; smaller ones that fit start meanwhile', () => {
  const claims = [
    { id: 'large', wants: { [GPU]: 4 }, since: 0 },
    { id: 'small', wants: { [GPU]: 1 }, since: 1 },
    { id: 'next', wants: { [GPU]: 2 }, since: 2 }
  ];
  expect(decide(claims, { [GPU]: 1 }, { [GPU]: 4 }, 10)).toEqual([
    {
      id: 'large',
      admitted: false,
      lacking: [{ resource: GPU, requested: 4, used: 1, limit: 4 }]
    },
    { id: 'small', admitted: true },
    { id: 'next', admitted: true }
  ]);
});

test('after a while nothing overtakes on what the first one lacks', () => {
  const claims = [
    { id: 'large', wants: { [GPU]: 4, cpu: 1 }, since: 0 },
    { id: 'small', wants: { [GPU]: 1 }, since: 1 },
    { id: 'elsewhere', wants: { cpu: 1 }, since: 2 }
  ];
  expect(decide(claims, { [GPU]: 1 }, { [GPU]: 4, cpu: 8 }, OVERTAKING_MS)).toEqual([
    expect.objectContaining({ id: 'large', admitted: false }),
    { id: 'small', admitted: false, lacking: [] },
    { id: 'elsewhere', admitted: true }
  ]);
});

test('what has no limit is never lacking', () => {
  expect(decide([{ id: 'a', wants: { cpu: 1e9 }, since: 0 }], {}, {}, 0)).toEqual([
    { id: 'a', admitted: true }
  ]);
});

test('never admits beyond a limit, and admits what would fit', () => {
  const amounts = fc.record({
    cpu: fc.integer({ min: 0, max: 5 }),
    [GPU]: fc.integer({ min: 0, max: 5 })
  });
  fc.assert(
    fc.property(
      fc.array(fc.record({ wants: amounts, since: fc.nat(2 * OVERTAKING_MS) }), { maxLength: 12 }),
      amounts,
      amounts,
      (list, used, limits) => {
        const claims = list.map((claim, index) => ({ ...claim, id: String(index) }));
        const decisions = decide(claims, used, limits, 2 * OVERTAKING_MS);
        const held: Record<string, number> = { ...used };
        decisions.forEach((decision, index) => {
          const wants = Object.entries(claims[index]?.wants ?? {}).filter(
            ([, amount]) => amount > 0
          );
          const fits = wants.every(
            ([name, amount]) => held[name]! + amount <= limits[name as 'cpu']
          );
          if (decision.admitted) {
            expect(fits).toBe(true);
            wants.forEach(([name, amount]) => (held[name]! += amount));
          } else {
            expect(decision.lacking.length > 0 || fits).toBe(true);
          }
        });
      }
    )
  );
});
