const FIRST = 500;
const LONGEST = 15_000;

/** How long to wait after so many failures in a row until the next try, in milliseconds: ever longer, up to a bound. */
export function pauseAfter(failures: number): number {
  return Math.min(LONGEST, FIRST * 2 ** (failures - 1));
}
