import { setTimeout as delay } from 'node:timers/promises';

const SHORTEST_DELAY_MS = 50;
const LONGEST_DELAY_MS = 5_000;

/**
 * Does what is asked for one after the other for each key, and for different keys at once. What fails is done again after a while, before
 * anything later of the same key.
 */
export class Worker<R> {
  private readonly waiting = new Map<string, R[]>();
  private readonly handle: (key: string, request: R) => Promise<void>;
  private readonly same: (a: R, b: R) => boolean;

  /** @param same whether the second of two requests in a row may be left out */
  constructor(handle: (key: string, request: R) => Promise<void>, same: (a: R, b: R) => boolean) {
    this.handle = handle;
    this.same = same;
  }

  add(key: string, request: R): void {
    const queue = this.waiting.get(key);
    if (queue === undefined) {
      this.waiting.set(key, [request]);
      void this.work(key);
      return;
    }
    // The first one is being worked on, and may have looked too early.
    const last = queue.length > 1 ? queue.at(-1) : undefined;
    if (last === undefined || !this.same(last, request)) {
      queue.push(request);
    }
  }

  private async work(key: string): Promise<void> {
    const queue = this.waiting.get(key) ?? [];
    for (let pause = SHORTEST_DELAY_MS; queue.length > 0;) {
      try {
        await this.handle(key, queue[0] as R);
        queue.shift();
        pause = SHORTEST_DELAY_MS;
      } catch (error) {
        console.log(`${key}: ${(error as Error).message}; again in ${pause} ms`);
        await delay(pause);
        pause = Math.min(LONGEST_DELAY_MS, pause * 2);
      }
    }
    this.waiting.delete(key);
  }
}
