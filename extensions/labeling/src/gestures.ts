import {
  covered,
  drag,
  indexAt,
  click,
  type GridLayout,
  type Modifiers,
  type Selection
} from '@topsdl/annotator';

/** A point of the grid's content, in CSS pixels. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Pixels the pointer has to move before a press is a drag. */
const THRESHOLD = 5;

/** A press of the pointer, from down to up: a click on a cell, or a rectangle over several. */
export class Press {
  private readonly from: Point;
  private readonly held: Modifiers;
  private readonly before: Selection;
  private dragging = false;
  private to: Point;

  constructor(from: Point, held: Modifiers, before: Selection) {
    this.from = this.to = from;
    this.held = held;
    this.before = before;
  }

  /** The rectangle to draw, once it is a drag. */
  get rectangle() {
    return this.dragging
      ? {
          left: Math.min(this.from.x, this.to.x),
          top: Math.min(this.from.y, this.to.y),
          right: Math.max(this.from.x, this.to.x),
          bottom: Math.max(this.from.y, this.to.y)
        }
      : undefined;
  }

  /** The pointer moved: the selection as it is then. */
  move(to: Point, grid: GridLayout): Selection {
    this.to = to;
    this.dragging ||= Math.hypot(to.x - this.from.x, to.y - this.from.y) > THRESHOLD;
    const { rectangle } = this;
    return rectangle ? drag(this.before, covered(grid, rectangle), this.held) : this.before;
  }

  /** The pointer was let go: a click selects the cell, one beside the cells selects nothing. */
  end(grid: GridLayout): Selection {
    const { rectangle } = this;
    if (rectangle) {
      return drag(this.before, covered(grid, rectangle), this.held);
    }
    const index = indexAt(grid, this.from.x, this.from.y);
    if (index >= 0) {
      return click(this.before, index, this.held);
    }
    return this.held.toggle || this.held.extend ? this.before : drag(this.before, []);
  }
}

/** What the keyboard or the pointer holds down. */
export function modifiers(event: {
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
}): Modifiers {
  return { toggle: event.ctrlKey || event.metaKey, extend: event.shiftKey };
}
