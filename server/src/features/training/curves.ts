import type { MetricSeries } from '@topsdl/contract';

/** One point of a curve: the step, the value, and when it was written in seconds since 1970. */
export interface Point {
  readonly step: number;
  readonly value: number;
  readonly wallTime: number;
}

/** Points of a curve that are kept, and that are shown. */
const KEPT = 10_000;
const SHOWN = 1_000;
/** Curves of one run; a program that makes up names without end gets no more. */
const MOST_TAGS = 1_000;

/** The curve by which a program says how many steps there will be. */
const TOTAL = 'progress/total';

function isTotal(tag: string): boolean {
  return tag === TOTAL || tag.endsWith(`/${TOTAL}`);
}

/**
 * The curves of a run. Where a step was written twice, as after a resume from an older checkpoint,
 * the later value counts.
 */
export class Curves {
  readonly #tags = new Map<string, Map<number, Point>>();

  add(tag: string, point: Point): void {
    let points = this.#tags.get(tag);
    if (!points) {
      if (this.#tags.size >= MOST_TAGS) {
        return;
      }
      points = new Map();
      this.#tags.set(tag, points);
    }
    const there = points.get(point.step);
    if (!there || there.wallTime <= point.wallTime) {
      points.set(point.step, point);
    }
    if (points.size > 2 * KEPT) {
      this.#tags.set(tag, new Map(thin(sorted(points), KEPT).map(each => [each.step, each])));
    }
  }

  /** How many steps the program says that there will be: the newest value, in whatever folder. */
  total(): number | null {
    const said = [...this.#tags]
      .filter(([tag]) => isTotal(tag))
      .flatMap(([, points]) => [...points.values()]);
    return said.sort((a, b) => a.wallTime - b.wallTime).at(-1)?.value ?? null;
  }

  /** The largest step of any curve. */
  lastStep(): number | null {
    let last: number | null = null;
    for (const points of this.#tags.values()) {
      for (const step of points.keys()) {
        last = last === null || step > last ? step : last;
      }
    }
    return last;
  }

  /** The curves by name, each with at most 1,000 points. A value that is no number is null. */
  series(): MetricSeries[] {
    return [...this.#tags]
      .filter(([tag]) => !isTotal(tag))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([tag, points]) => {
        const shown = thin(sorted(points), SHOWN);
        return {
          tag,
          steps: shown.map(({ step }) => step),
          values: shown.map(({ value }) => (Number.isFinite(value) ? value : null)),
          times: shown.map(({ wallTime }) => wallTime)
        };
      });
  }
}

function sorted(points: ReadonlyMap<number, Point>): Point[] {
  return [...points.values()].sort((a, b) => a.step - b.step);
}

/**
 * At most `most` of the points: the first and the last one, and of each stretch between them the
 * smallest and the largest, so that no peak is lost.
 */
export function thin(points: readonly Point[], most: number): Point[] {
  const first = points[0];
  const last = points.at(-1);
  if (points.length <= most || !first || !last) {
    return [...points];
  }
  const stretches = Math.floor((most - 2) / 2);
  const inner = points.slice(1, -1);
  const kept = [first];
  for (let index = 0; index < stretches; index++) {
    const stretch = inner.slice(
      Math.floor((index * inner.length) / stretches),
      Math.floor(((index + 1) * inner.length) / stretches)
    );
    let low = stretch[0];
    let high = stretch[0];
    for (const point of stretch) {
      if (low && point.value < low.value) {
        low = point;
      }
      if (high && point.value > high.value) {
        high = point;
      }
    }
    const pair = [low, high].filter(point => point !== undefined);
    kept.push(...new Set(pair.sort((a, b) => a.step - b.step)));
  }
  kept.push(last);
  return kept;
}
