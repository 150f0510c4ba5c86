/** Ends what nobody has used for a while. */
export class Idle {
  readonly #afterMs: number;
  readonly #end: (id: string) => void;
  readonly #onError: (error: unknown) => void;
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(afterMs: number, end: (id: string) => void, onError: (error: unknown) => void) {
    this.#afterMs = afterMs;
    this.#end = end;
    this.#onError = onError;
  }

  /** Somebody uses it now. */
  touch(id: string): void {
    const timer = this.#timers.get(id);
    if (timer) {
      timer.refresh();
      return;
    }
    const fresh = setTimeout(() => {
      this.#timers.delete(id);
      try {
        this.#end(id);
      } catch (error) {
        // As on a full disk: it is ended another time.
        this.#onError(error);
        this.touch(id);
      }
    }, this.#afterMs);
    fresh.unref();
    this.#timers.set(id, fresh);
  }

  forget(id: string): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }

  close(): void {
    this.#timers.forEach(timer => clearTimeout(timer));
    this.#timers.clear();
  }
}
