/** Lets one thing at a time be done under a name, in the order it was asked for. */
export class Locks {
  readonly #tails = new Map<string, Promise<void>>();

  async hold<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(name) ?? Promise.resolve();
    const { promise: done, resolve } = Promise.withResolvers<void>();
    const tail = before.then(() => done);
    this.#tails.set(name, tail);
    await before;
    try {
      return await work();
    } finally {
      resolve();
      if (this.#tails.get(name) === tail) {
        this.#tails.delete(name);
      }
    }
  }
}
