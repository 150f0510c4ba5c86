/** Parts of a whole request. A billion, so that a share with up to nine decimals is kept exactly. */
const WHOLE = 1_000_000_000;

/**
 * Decides request by request which go to the gray version, by carrying the rounding error on
 * (Bresenham's line). Unlike a coin it is exact: among any N consecutive requests gray gets
 * `share · N` rounded down or up, and among the first N exactly `round(share · N)`.
 */
export class Split {
  #step = 0;
  #carried = WHOLE / 2;

  /** @param share gray's share of the requests, 0–1. */
  constructor(share: number) {
    this.share = share;
  }

  get share(): number {
    return this.#step / WHOLE;
  }

  /** Changes the share and keeps the error carried so far, so that a change is no way to gain a request. */
  set share(share: number) {
    if (!(share >= 0 && share <= 1)) {
      throw new RangeError(`a share lies between 0 and 1, not ${share}`);
    }
    this.#step = Math.round(share * WHOLE);
  }

  /** True when the next request belongs to gray. */
  next(): boolean {
    const carried = this.#carried + this.#step;
    if (carried >= WHOLE) {
      this.#carried = carried - WHOLE;
      return true;
    }
    this.#carried = carried;
    return false;
  }
}
