import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { covered, indexAt, layout, position, reveal, visible } from '../src/index.ts';

const grids = fc
  .record({
    count: fc.nat(5000),
    width: fc.integer({ min: 50, max: 3000 }),
    minimum: fc.integer({ min: 40, max: 300 }),
    gap: fc.integer({ min: 0, max: 20 })
  })
  .map(g => layout(g.count, g.width, g.minimum, 24, g.gap));

describe('grid', () => {
  test('the middle of a cell is that cell', () => {
    fc.assert(
      fc.property(grids, fc.nat(), (grid, n) => {
        fc.pre(grid.count > 0);
        const index = n % grid.count;
        const { left, top } = position(grid, index);
        expect(indexAt(grid, left + grid.cellWidth / 2, top + grid.cellHeight / 2)).toBe(index);
      })
    );
  });

  test('what is visible covers the viewport and little more', () => {
    fc.assert(
      fc.property(grids, fc.nat(100_000), fc.integer({ min: 1, max: 2000 }), (grid, y, height) => {
        fc.pre(grid.count > 0);
        const top = Math.min(y, Math.max(0, grid.height - height));
        const [first, last] = visible(grid, top, height, 0);
        const pitch = grid.cellHeight + grid.gap;
        expect(position(grid, first).top).toBeLessThanOrEqual(top);
        const below = position(grid, last).top + pitch;
        expect(last === grid.count - 1 || below >= top + height).toBe(true);
        expect(last - first + 1).toBeLessThanOrEqual((height / pitch + 2) * grid.columns);
      })
    );
  });

  test('a rectangle covers exactly the cells that it touches', () => {
    const corner = fc.integer({ min: -100, max: 3000 });
    fc.assert(
      fc.property(grids, corner, corner, corner, corner, (grid, a, b, c, d) => {
        const rectangle = {
          left: Math.min(a, b),
          right: Math.max(a, b),
          top: Math.min(c, d),
          bottom: Math.max(c, d)
        };
        const spans = covered(grid, rectangle);
        const inside = new Set(
          spans.flatMap(([x, y]) => Array.from({ length: y - x + 1 }, (_, i) => x + i))
        );
        for (let index = 0; index < Math.min(grid.count, 400); index++) {
          const { left, top } = position(grid, index);
          const touches =
            left <= rectangle.right &&
            left + grid.cellWidth >= rectangle.left &&
            top <= rectangle.bottom &&
            top + grid.cellHeight >= rectangle.top;
          expect([index, inside.has(index)]).toEqual([index, touches]);
        }
      }),
      { numRuns: 60 }
    );
  });

  test('revealing shows a cell whole and does not move when it is seen', () => {
    const grid = layout(100, 500, 90, 20, 10);
    const top = reveal(grid, 99, 0, 400);
    expect(position(grid, 99).top + grid.cellHeight).toBe(top + 400);
    expect(reveal(grid, 99, top, 400)).toBe(top);
    expect(reveal(grid, 0, top, 400)).toBe(0);
  });
});
