import type { Caller } from './caller.ts';

/** Something that goes on for as long as its caller may have it: a stream, a download, a socket. */
interface Held {
  caller: Caller;
  /** Throws when the caller, as it is now, may not have it any more. */
  readonly recheck: (caller: Caller) => void;
  readonly revoke: () => void;
}

const LONGEST_TIMEOUT = 2 ** 31 - 1;

/** What is open now. When sessions, permissions or members change, what is not allowed any more ends at once. */
export class Live {
  readonly #refresh: (caller: Caller) => Caller | undefined;
  readonly #held = new Set<Held>();
  readonly #listeners: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;
  #wakesAt = Infinity;

  constructor(refresh: (caller: Caller) => Caller | undefined) {
    this.#refresh = refresh;
  }

  /**
   * Keeps an eye on something open.
   *
   * @returns to be called when it has ended by itself
   */
  hold(caller: Caller, recheck: (caller: Caller) => void, revoke: () => void): () => void {
    const held: Held = { caller, recheck, revoke };
    this.#held.add(held);
    this.#wakeFor(caller);
    return () => {
      this.#held.delete(held);
    };
  }

  /** Is told of every change of who may do what, before anything else is. */
  onRecheck(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Looks at everything that is open; call it after a commit that changed who may do what. */
  recheck(): void {
    this.#listeners.forEach(listener => listener());
    for (const held of [...this.#held]) {
      const caller = this.#refresh(held.caller);
      try {
        if (!caller) {
          throw new Error('the session has ended');
        }
        held.recheck(caller);
        held.caller = caller;
        this.#wakeFor(caller);
      } catch {
        this.#held.delete(held);
        held.revoke();
      }
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#held.clear();
  }

  /** One timer, for the session that ends first. */
  #wakeFor({ expiresAt }: Caller): void {
    if (expiresAt === null || expiresAt >= this.#wakesAt) {
      return;
    }
    this.#wakesAt = expiresAt;
    clearTimeout(this.#timer);
    const delay = Math.min(Math.max(expiresAt - Date.now(), 0) + 1, LONGEST_TIMEOUT);
    this.#timer = setTimeout(() => {
      this.#wakesAt = Infinity;
      this.recheck();
    }, delay);
    this.#timer.unref();
  }
}
