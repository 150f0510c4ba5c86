/** Wakes those who wait for the next change of something. */
export class Changes {
  readonly #waiting = new Map<string, Set<() => void>>();

  /** Resolves when something has changed, or at once or later when the signal says so. */
  next(id: string, signal: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      const waiters = this.#waiting.get(id) ?? new Set();
      this.#waiting.set(id, waiters);
      const wake = () => {
        signal.removeEventListener('abort', wake);
        waiters.delete(wake);
        if (waiters.size === 0 && this.#waiting.get(id) === waiters) {
          this.#waiting.delete(id);
        }
        resolve();
      };
      waiters.add(wake);
      if (signal.aborted) {
        wake();
      } else {
        signal.addEventListener('abort', wake, { once: true });
      }
    });
  }

  tell(id: string): void {
    [...(this.#waiting.get(id) ?? [])].forEach(wake => wake());
  }
}
