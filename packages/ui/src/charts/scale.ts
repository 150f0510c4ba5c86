/**
 * Round numbers between two limits, about as many as wanted.
 *
 * @param binary round in powers of 1024, as sizes are read
 */
export function ticks(low: number, high: number, about: number, binary = false): number[] {
  if (!(high > low)) {
    return [low];
  }
  const rough = (high - low) / Math.max(1, about);
  const unit = binary ? 1024 ** Math.max(0, Math.floor(Math.log2(rough) / 10)) : 1;
  const power = 10 ** Math.floor(Math.log10(rough / unit)) * unit;
  const step = [1, 2, 2.5, 5, 10].map(f => f * power).find(s => s >= rough) ?? 10 * power;
  const result: number[] = [];
  for (let index = Math.ceil(low / step); index * step <= high + step * 1e-9; index += 1) {
    // Adding up steps would gather errors: 0.30000000000000004.
    result.push(Number((index * step).toPrecision(12)));
  }
  return result;
}

const SECOND = 1000;
const TIME_STEPS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400,
  172_800, 604_800, 1_209_600, 2_592_000
].map(seconds => seconds * SECOND);

/** Round times between two, in milliseconds, about as many as wanted; round in local time. */
export function timeTicks(low: number, high: number, about: number): number[] {
  const rough = (high - low) / Math.max(1, about);
  const step = TIME_STEPS.find(s => s >= rough) ?? TIME_STEPS.at(-1) ?? rough;
  const offset = new Date(low).getTimezoneOffset() * 60 * SECOND;
  const result: number[] = [];
  for (let time = Math.ceil((low - offset) / step) * step + offset; time <= high; time += step) {
    result.push(time);
  }
  return result;
}

/** The path of a line; a gap where a value is missing. */
export function linePath(
  points: readonly (readonly [number, number | null])[],
  x: (value: number) => number,
  y: (value: number) => number,
  steps = false
): string {
  let path = '';
  let before: number | null = null;
  for (const [at, value] of points) {
    if (value === null || !Number.isFinite(value)) {
      before = null;
      continue;
    }
    const [px, py] = [round(x(at)), round(y(value))];
    path += before === null ? `M${px} ${py}` : steps ? `H${px}V${py}` : `L${px} ${py}`;
    before = value;
  }
  return path;
}

/** Points without a neighbour, of which a path shows nothing. */
export function lonePoints(
  points: readonly (readonly [number, number | null])[]
): readonly (readonly [number, number])[] {
  const isThere = (index: number) => Number.isFinite(points[index]?.[1] ?? NaN);
  return points.flatMap(([at, value], index) =>
    value !== null && isThere(index) && !isThere(index - 1) && !isThere(index + 1)
      ? [[at, value] as const]
      : []
  );
}

/** Index of the point nearest to `at`, in points sorted by x; -1 where there is none. */
export function nearest(points: readonly (readonly [number, number | null])[], at: number): number {
  let low = 0;
  let high = points.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.[0] ?? 0) < at) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  const here = points[low]?.[0];
  const left = points[low - 1]?.[0];
  if (here === undefined) {
    return -1;
  }
  return left !== undefined && at - left < here - at ? low - 1 : low;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
