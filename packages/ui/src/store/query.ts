import type { ChangeEvent } from '@topsdl/contract';
import { Entry, type Rollback } from './entry.ts';
import { concerns, type Watch } from './watch.ts';

export interface QueryState<T> {
  /** What is known; kept while it is asked for anew. */
  readonly data: T | undefined;
  /** Why the last asking failed. */
  readonly error: unknown;
  readonly loading: boolean;
}

/** The answer to one call, asked again when an event says that it is old. */
export class Query<T> extends Entry {
  private readonly ask: (signal: AbortSignal) => Promise<T>;
  private readonly watch: readonly Watch[];
  private state: QueryState<T> = { data: undefined, error: undefined, loading: true };
  private stale = true;
  private running: AbortController | null = null;
  private again = false;

  constructor(ask: (signal: AbortSignal) => Promise<T>, watch: readonly Watch[]) {
    super();
    this.ask = ask;
    this.watch = watch;
  }

  readonly getState = (): QueryState<T> => this.state;

  override onEvent(event: ChangeEvent): void {
    if (concerns(this.watch, event)) {
      this.invalidate();
    }
  }

  override invalidate(): void {
    this.stale = true;
    if (this.used) {
      void this.reload();
    }
  }

  /** Asks now; while an asking is under way, once more after it, however often it is called. */
  async reload(): Promise<void> {
    if (this.running) {
      this.again = true;
      return;
    }
    do {
      this.again = false;
      this.stale = false;
      const controller = new AbortController();
      this.running = controller;
      this.set({ ...this.state, loading: true });
      try {
        this.set({ data: await this.ask(controller.signal), error: undefined, loading: false });
      } catch (error) {
        this.stale = true;
        this.set({ ...this.state, error, loading: false });
      }
      this.running = null;
    } while (this.again);
  }

  override patch(id: string, change: (old: unknown) => unknown): Rollback | null {
    const { data } = this.state;
    if (!isObject(data) || data['id'] !== id) {
      return null;
    }
    const changed = change(data) as T;
    this.set({ ...this.state, data: changed });
    return () => {
      if (this.state.data === changed) {
        this.set({ ...this.state, data: data as T });
      }
    };
  }

  override hide(): Rollback | null {
    return null;
  }

  protected override wake(): void {
    if (this.stale) {
      void this.reload();
    }
  }

  private set(state: QueryState<T>): void {
    this.state = state;
    this.emit();
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
