/** What is held down while clicking. */
export interface Modifiers {
  /** Adds or takes away single items: Ctrl, or Cmd on a Mac. */
  readonly toggle?: boolean;
  /** Extends from the anchor. */
  readonly extend?: boolean;
}

/** A set of positions in a list, kept as sorted ranges that do not touch: a million are one range. */
export class Ranges {
  /** `[first, last]`, both included. */
  readonly spans: readonly (readonly [number, number])[];

  constructor(spans: readonly (readonly [number, number])[] = []) {
    const sorted = spans.filter(([a, b]) => b >= a).sort((x, y) => x[0] - y[0]);
    const merged: [number, number][] = [];
    for (const [first, last] of sorted) {
      const before = merged.at(-1);
      if (before && first <= before[1] + 1) {
        before[1] = Math.max(before[1], last);
      } else {
        merged.push([first, last]);
      }
    }
    this.spans = merged;
  }

  get size(): number {
    return this.spans.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  }

  has(index: number): boolean {
    return this.spans.some(([first, last]) => index >= first && index <= last);
  }

  union(other: Ranges): Ranges {
    return new Ranges([...this.spans, ...other.spans]);
  }

  without(index: number): Ranges {
    return new Ranges(
      this.spans.flatMap(([first, last]): [number, number][] =>
        index < first || index > last
          ? [[first, last]]
          : [
              [first, index - 1],
              [index + 1, last]
            ]
      )
    );
  }

  *[Symbol.iterator](): Iterator<number> {
    for (const [first, last] of this.spans) {
      for (let index = first; index <= last; index++) {
        yield index;
      }
    }
  }
}

/** Which items of a list of `count` are selected, which has the focus, and where a range begins. */
export interface Selection {
  readonly count: number;
  readonly selected: Ranges;
  /** The item with the keyboard focus, or -1. */
  readonly focus: number;
  /** Where Shift extends from. */
  readonly anchor: number;
}

export const noSelection = (count: number): Selection => ({
  count,
  selected: new Ranges(),
  focus: count > 0 ? 0 : -1,
  anchor: count > 0 ? 0 : -1
});

const span = (a: number, b: number) => new Ranges([[Math.min(a, b), Math.max(a, b)]]);

/** A click, as file managers have it: alone selects one, toggle adds, extend takes the range. */
export function click(state: Selection, index: number, held: Modifiers = {}): Selection {
  if (index < 0 || index >= state.count) {
    return state;
  }
  if (held.extend && state.anchor >= 0) {
    const range = span(state.anchor, index);
    return {
      ...state,
      focus: index,
      selected: held.toggle ? state.selected.union(range) : range
    };
  }
  if (held.toggle) {
    return {
      ...state,
      focus: index,
      anchor: index,
      selected: state.selected.has(index)
        ? state.selected.without(index)
        : state.selected.union(span(index, index))
    };
  }
  return { ...state, focus: index, anchor: index, selected: span(index, index) };
}

/** A rectangle was dragged over some items; with toggle they are added to what was selected before. */
export function drag(
  before: Selection,
  covered: readonly (readonly [number, number])[],
  held: Modifiers = {}
): Selection {
  const inside = new Ranges(
    covered.map(([a, b]) => [Math.max(0, a), Math.min(before.count - 1, b)] as const)
  );
  const last = inside.spans.at(-1)?.[1] ?? before.focus;
  const first = inside.spans[0]?.[0] ?? before.anchor;
  return {
    ...before,
    focus: last,
    anchor: first,
    selected: held.toggle || held.extend ? before.selected.union(inside) : inside
  };
}

/** A movement of the focus by keyboard; `columns` is how many items a row holds. */
export type Move = 'left' | 'right' | 'up' | 'down' | 'pageUp' | 'pageDown' | 'home' | 'end';

/** Moves the focus. Alone the selection follows, with extend it grows, with toggle it stays. */
export function move(
  state: Selection,
  where: Move,
  columns: number,
  rowsPerPage: number,
  held: Modifiers = {}
): Selection {
  if (state.count === 0) {
    return state;
  }
  const page = columns * Math.max(1, rowsPerPage);
  const by: Record<Move, number> = {
    left: -1,
    right: 1,
    up: -columns,
    down: columns,
    pageUp: -page,
    pageDown: page,
    home: -state.count,
    end: state.count
  };
  const from = Math.max(0, state.focus);
  const wanted = from + by[where];
  const jumps = where === 'home' || where === 'end';
  // Up from the first row and down from the last stay where they are, as in a grid of files.
  const target =
    wanted >= 0 && wanted < state.count
      ? wanted
      : jumps || where === 'pageUp' || where === 'pageDown' || where === 'left' || where === 'right'
        ? Math.min(Math.max(wanted, 0), state.count - 1)
        : from;
  if (held.extend) {
    const anchor = state.anchor >= 0 ? state.anchor : from;
    return { ...state, focus: target, anchor, selected: span(anchor, target) };
  }
  if (held.toggle) {
    return { ...state, focus: target };
  }
  return { ...state, focus: target, anchor: target, selected: span(target, target) };
}

export const selectAll = (state: Selection): Selection =>
  state.count === 0
    ? state
    : { ...state, anchor: 0, focus: state.count - 1, selected: span(0, state.count - 1) };

export const clear = (state: Selection): Selection => ({ ...state, selected: new Ranges() });

/** The list got longer or shorter: what is beyond its end is dropped. */
export function resize(state: Selection, count: number): Selection {
  const clamp = (index: number) => (count === 0 ? -1 : Math.min(Math.max(index, 0), count - 1));
  return {
    count,
    focus: clamp(state.focus),
    anchor: clamp(state.anchor),
    selected: new Ranges(
      state.selected.spans.map(([first, last]) => [first, Math.min(last, count - 1)] as const)
    )
  };
}
