import { BUCKETS, bucketEndMs, bucketOf, percentiles } from './histogram.ts';

/** Seconds of one step of the ring. */
export const STEP_SECONDS = 5;
/** Steps kept: thirty minutes. */
export const STEPS = 360;
const STEP_MS = STEP_SECONDS * 1000;

/** Upper bounds, in seconds, of the buckets shown to Prometheus. */
const EXPORTED_BOUNDS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30
];

/** Figures over time: parallel arrays, oldest first, one entry per `STEP_SECONDS`. */
export interface SeriesWindow {
  requests: number[];
  errors: number[];
  /** Milliseconds; null where no request ended in the step. */
  p50Ms: (number | null)[];
  p90Ms: (number | null)[];
  p99Ms: (number | null)[];
}

/** Counters since the version is known to the gateway. */
export interface Totals {
  requests: number;
  errors: number;
}

/** A cumulative histogram in the form Prometheus wants. */
export interface CumulativeLatency {
  /** Upper bounds in seconds. */
  bounds: readonly number[];
  /** Requests at most that slow, one per bound. */
  counts: number[];
  sumSeconds: number;
  count: number;
}

/**
 * What happened to the requests of one version: counters and latencies, in a ring of five-second
 * steps. Recording writes into typed arrays and allocates nothing.
 */
export class Series {
  readonly #requests = new Uint32Array(STEPS);
  readonly #errors = new Uint32Array(STEPS);
  readonly #buckets = new Uint32Array(STEPS * BUCKETS);
  readonly #allBuckets = new Float64Array(BUCKETS);
  #sumMs = 0;
  #step: number;
  #totalRequests = 0;
  #totalErrors = 0;

  /** @param now milliseconds of a clock that never goes back */
  constructor(now: number) {
    this.#step = Math.floor(now / STEP_MS);
  }

  /** Counts a request that ended at `now` after `ms`. */
  record(now: number, ms: number, failed: boolean): void {
    const step = Math.floor(now / STEP_MS);
    if (step !== this.#step) {
      this.#advance(step);
    }
    const slot = step % STEPS;
    const bucket = bucketOf(ms);
    this.#requests[slot]!++;
    this.#buckets[slot * BUCKETS + bucket]!++;
    this.#allBuckets[bucket]!++;
    this.#sumMs += ms;
    this.#totalRequests++;
    if (failed) {
      this.#errors[slot]!++;
      this.#totalErrors++;
    }
  }

  totals(): Totals {
    return { requests: this.#totalRequests, errors: this.#totalErrors };
  }

  /** The newest `steps` steps, the one that `now` lies in last. */
  window(now: number, steps: number): SeriesWindow {
    const last = Math.floor(now / STEP_MS);
    this.#advance(last);
    const window: SeriesWindow = { requests: [], errors: [], p50Ms: [], p90Ms: [], p99Ms: [] };
    for (let step = last - steps + 1; step <= last; step++) {
      const slot = ((step % STEPS) + STEPS) % STEPS;
      const [p50, p90, p99] = percentiles(this.#buckets, slot * BUCKETS, [0.5, 0.9, 0.99]);
      window.requests.push(this.#requests[slot]!);
      window.errors.push(this.#errors[slot]!);
      window.p50Ms.push(p50 ?? null);
      window.p90Ms.push(p90 ?? null);
      window.p99Ms.push(p99 ?? null);
    }
    return window;
  }

  /** All latencies since the beginning, for Prometheus. */
  cumulative(): CumulativeLatency {
    const counts = EXPORTED_BOUNDS.map(() => 0);
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const seconds = bucketEndMs(bucket) / 1000;
      const count = this.#allBuckets[bucket]!;
      for (let i = 0; count > 0 && i < EXPORTED_BOUNDS.length; i++) {
        if (seconds <= EXPORTED_BOUNDS[i]!) {
          counts[i]! += count;
        }
      }
    }
    return {
      bounds: EXPORTED_BOUNDS,
      counts,
      sumSeconds: this.#sumMs / 1000,
      count: this.#totalRequests
    };
  }

  /** Empties the steps between the newest one written and `step`. */
  #advance(step: number): void {
    const from = Math.max(this.#step + 1, step - STEPS + 1);
    for (let cleared = from; cleared <= step; cleared++) {
      const slot = cleared % STEPS;
      this.#requests[slot] = 0;
      this.#errors[slot] = 0;
      this.#buckets.fill(0, slot * BUCKETS, (slot + 1) * BUCKETS);
    }
    this.#step = Math.max(this.#step, step);
  }
}
