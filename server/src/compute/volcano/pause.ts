import { setTimeout as sleep } from 'node:timers/promises';

/** Waits, or less long when the signal comes; never rejects. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { ...(signal ? { signal } : {}), ref: false });
  } catch {
    // What waited looks at its signal.
  }
}

/** Grows from the first time to the longest, doubled at each step, and differs between those that wait: from half to the whole. */
export class Backoff {
  readonly #firstMs: number;
  readonly #longestMs: number;
  readonly #random: () => number;
  #steps = 0;

  constructor(firstMs: number, longestMs: number, random: () => number = Math.random) {
    this.#firstMs = firstMs;
    this.#longestMs = longestMs;
    this.#random = random;
  }

  next(): number {
    const whole = Math.min(this.#longestMs, this.#firstMs * 2 ** this.#steps);
    this.#steps = Math.min(this.#steps + 1, 30);
    return whole * (0.5 + this.#random() / 2);
  }

  reset(): void {
    this.#steps = 0;
  }
}
