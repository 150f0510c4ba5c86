/** How a grid of equal cells lies in a viewport; lengths in CSS pixels. */
export interface GridLayout {
  readonly count: number;
  readonly columns: number;
  readonly rows: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  readonly gap: number;
  /** Height of all rows together. */
  readonly height: number;
}

/**
 * Fits as many columns of at least `minimum` as the width holds and shares out what is left.
 *
 * @param width of the viewport
 * @param minimum width of a cell
 * @param extra height of a cell beyond its square picture
 */
export function layout(
  count: number,
  width: number,
  minimum: number,
  extra: number,
  gap: number
): GridLayout {
  const columns = Math.max(1, Math.floor((width + gap) / (minimum + gap)));
  const cellWidth = Math.max(1, (width - gap * (columns - 1)) / columns);
  const cellHeight = cellWidth + extra;
  const rows = Math.ceil(count / columns);
  return {
    count,
    columns,
    rows,
    cellWidth,
    cellHeight,
    gap,
    height: Math.max(0, rows * (cellHeight + gap) - gap)
  };
}

/** The items to draw: `[first, last]`, with `overscan` rows on either side; empty when last < first. */
export function visible(
  grid: GridLayout,
  scrollTop: number,
  viewHeight: number,
  overscan: number
): readonly [number, number] {
  const pitch = grid.cellHeight + grid.gap;
  const firstRow = Math.max(0, Math.floor(scrollTop / pitch) - overscan);
  const lastRow = Math.min(grid.rows - 1, Math.floor((scrollTop + viewHeight) / pitch) + overscan);
  return [firstRow * grid.columns, Math.min(grid.count - 1, (lastRow + 1) * grid.columns - 1)];
}

/** Left and top of a cell. */
export function position(grid: GridLayout, index: number): { left: number; top: number } {
  return {
    left: (index % grid.columns) * (grid.cellWidth + grid.gap),
    top: Math.floor(index / grid.columns) * (grid.cellHeight + grid.gap)
  };
}

/** The item at a point of the grid, or -1 in a gap or beyond the end. */
export function indexAt(grid: GridLayout, x: number, y: number): number {
  const column = Math.floor(x / (grid.cellWidth + grid.gap));
  const row = Math.floor(y / (grid.cellHeight + grid.gap));
  if (x < 0 || y < 0 || column >= grid.columns) {
    return -1;
  }
  const inside =
    x - column * (grid.cellWidth + grid.gap) < grid.cellWidth &&
    y - row * (grid.cellHeight + grid.gap) < grid.cellHeight;
  const index = row * grid.columns + column;
  return inside && index < grid.count ? index : -1;
}

/** The items that a rectangle touches, one `[first, last]` a row. */
export function covered(
  grid: GridLayout,
  rectangle: { left: number; top: number; right: number; bottom: number }
): (readonly [number, number])[] {
  const pitchX = grid.cellWidth + grid.gap;
  const pitchY = grid.cellHeight + grid.gap;
  // A rectangle that begins in a gap begins with the next cell.
  const firstColumn = Math.max(0, Math.ceil((rectangle.left - grid.cellWidth) / pitchX));
  const lastColumn = Math.min(grid.columns - 1, Math.floor(rectangle.right / pitchX));
  const firstRow = Math.max(0, Math.ceil((rectangle.top - grid.cellHeight) / pitchY));
  const lastRow = Math.min(grid.rows - 1, Math.floor(rectangle.bottom / pitchY));
  const spans: (readonly [number, number])[] = [];
  for (let row = firstRow; row <= lastRow && firstColumn <= lastColumn; row++) {
    const first = row * grid.columns + firstColumn;
    const last = Math.min(grid.count - 1, row * grid.columns + lastColumn);
    if (first <= last) {
      spans.push([first, last]);
    }
  }
  return spans;
}

/** Where to scroll so that an item is seen whole; the same as now when it is. */
export function reveal(
  grid: GridLayout,
  index: number,
  scrollTop: number,
  viewHeight: number
): number {
  const { top } = position(grid, index);
  if (top < scrollTop) {
    return top;
  }
  return Math.max(scrollTop, top + grid.cellHeight - viewHeight);
}
