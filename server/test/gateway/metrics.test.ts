import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  BUCKETS,
  bucketEndMs,
  bucketMs,
  bucketOf,
  percentiles
} from '../../src/gateway/histogram.ts';
import { Series, STEPS } from '../../src/gateway/metrics.ts';

test('a latency read back is off by at most a thirty-second', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.064, max: 134_000, noNaN: true }), ms => {
      const bucket = bucketOf(ms);
      expect(bucket).toBeGreaterThanOrEqual(0);
      expect(bucket).toBeLessThan(BUCKETS);
      expect(ms).toBeLessThanOrEqual(bucketEndMs(bucket) + 0.001);
      expect(Math.abs(bucketMs(bucket) - ms) / ms).toBeLessThanOrEqual(1 / 32 + 0.016);
    })
  );
});

test.each([
  [0, 0],
  [0.01, 0],
  [200_000, BUCKETS - 1],
  [1e12, BUCKETS - 1]
])('%p ms lies in bucket %p', (ms, bucket) => {
  expect(bucketOf(ms)).toBe(bucket);
});

test('percentiles are those of the sorted values', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.1, max: 10_000, noNaN: true }), { minLength: 1, maxLength: 300 }),
      values => {
        const counts = new Uint32Array(BUCKETS);
        values.forEach(ms => counts[bucketOf(ms)]!++);
        const sorted = values.toSorted((a, b) => a - b);
        const ranks = [0.5, 0.9, 0.99];
        percentiles(counts, 0, ranks).forEach((ms, i) => {
          const exact = sorted[Math.ceil(ranks[i]! * sorted.length) - 1]!;
          expect(bucketOf(exact)).toBe(bucketOf(ms!));
        });
      }
    )
  );
});

test('each step of five seconds has its own figures, and old ones fall off', () => {
  const series = new Series(1_000_000);
  series.record(1_000_000, 10, false);
  series.record(1_001_000, 20, true);
  series.record(1_005_000, 40, false);
  const window = series.window(1_006_000, 3);
  expect(window.requests).toEqual([0, 2, 1]);
  expect(window.errors).toEqual([0, 1, 0]);
  expect(window.p50Ms[0]).toBeNull();
  expect(window.p50Ms[1]).toBeCloseTo(10, 0);
  expect(window.p99Ms[1]).toBeCloseTo(20, -1);
  const later = series.window(1_006_000 + (STEPS - 1) * 5000, STEPS);
  expect(later.requests[0]).toBe(1);
  expect(later.requests.reduce((a, b) => a + b)).toBe(1);
  expect(series.window(1_006_000 + STEPS * 20_000, STEPS).requests.every(n => n === 0)).toBe(true);
  expect(series.totals()).toEqual({ requests: 3, errors: 1 });
});

test('the cumulative histogram counts every request once', () => {
  const series = new Series(0);
  for (const ms of [0.5, 3, 3, 700, 60_000]) {
    series.record(0, ms, false);
  }
  const { bounds, counts, count, sumSeconds } = series.cumulative();
  expect(count).toBe(5);
  expect(sumSeconds).toBeCloseTo(60.7065);
  expect(counts[bounds.indexOf(0.001)]).toBe(1);
  expect(counts[bounds.indexOf(0.005)]).toBe(3);
  expect(counts[bounds.indexOf(1)]).toBe(4);
  expect(counts.at(-1)).toBe(4);
});
