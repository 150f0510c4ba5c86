import { describe, expect, test } from '@jest/globals';
import { layout, noSelection, position } from '@topsdl/annotator';
import { Press } from '../src/gestures.ts';

const grid = layout(50, 540, 100, 26, 10);
const middle = (index: number) => {
  const { left, top } = position(grid, index);
  return { x: left + grid.cellWidth / 2, y: top + grid.cellHeight / 2 };
};

describe('a press of the pointer', () => {
  test('that does not move is a click, though the hand trembles', () => {
    const press = new Press(middle(7), {}, noSelection(50));
    press.move({ x: middle(7).x + 2, y: middle(7).y - 1 }, grid);
    expect([...press.end(grid).selected]).toEqual([7]);
  });

  test('that moves takes the rectangle, and Ctrl adds it to what was there', () => {
    const first = new Press(middle(0), {}, noSelection(50)).end(grid);
    const press = new Press(middle(6), { toggle: true }, first);
    press.move(middle(12), grid);
    expect([...press.end(grid).selected]).toEqual([0, 6, 7, 11, 12]);
  });

  test('beside the cells selects nothing, unless something is held', () => {
    const before = new Press(middle(3), {}, noSelection(50)).end(grid);
    const beyond = { x: 10, y: grid.height + 40 };
    expect(new Press(beyond, {}, before).end(grid).selected.size).toBe(0);
    expect([...new Press(beyond, { toggle: true }, before).end(grid).selected]).toEqual([3]);
  });
});
