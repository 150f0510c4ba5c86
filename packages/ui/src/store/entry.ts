import type { ChangeEvent } from '@topsdl/contract';

/** Undoes an optimistic change. */
export type Rollback = () => void;

/** Something that is cached: it can be listened to, and says when it changed. */
export abstract class Entry {
  private readonly listeners = new Set<() => void>();

  /** Called with each change; an entry nobody listens to is not kept up to date, only marked as old. */
  readonly subscribe = (listener: () => void): (() => void) => {
    const first = this.listeners.size === 0;
    this.listeners.add(listener);
    if (first) {
      this.wake();
    }
    return () => {
      this.listeners.delete(listener);
    };
  };

  get used(): boolean {
    return this.listeners.size > 0;
  }

  protected emit(): void {
    for (const listener of [...this.listeners]) {
      listener();
    }
  }

  /** Somebody listens: ask, where nothing is known or what is known is old. */
  protected abstract wake(): void;
  /** A change was committed on the server. */
  abstract onEvent(event: ChangeEvent): void;
  /** Everything may have changed. */
  abstract invalidate(): void;
  /** Changes the object of this id, where the entry holds it. */
  abstract patch(id: string, change: (old: unknown) => unknown): Rollback | null;
  /** Takes the object of this id away, where the entry lists it. */
  abstract hide(id: string): Rollback | null;
}
