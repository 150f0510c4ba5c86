import type { ChangeEvent, Page } from '@topsdl/contract';
import { Entry, type Rollback } from './entry.ts';
import { concerns, type Watch } from './watch.ts';

export interface Identified {
  readonly id: string;
}

export interface ListState<T> {
  readonly items: readonly T[];
  /** How many there are on the server. */
  readonly total: number;
  readonly error: unknown;
  /** The first page is asked for. */
  readonly loading: boolean;
  /** A further page is asked for. */
  readonly loadingMore: boolean;
  readonly hasMore: boolean;
}

export interface ListOptions<T> {
  readonly fetch: (cursor: string | undefined) => Promise<Page<T>>;
  readonly watch: readonly Watch[];
  /** Fetches one row anew; without it a change asks for the first page again. */
  readonly item?: ((id: string) => Promise<T>) | undefined;
  /**
   * What of a row its place goes by, where new rows are not put at the top: with it, a new row or a
   * change of this asks for all anew that is known of the list.
   */
  readonly placedBy?: ((item: T) => unknown) | undefined;
  /** The row that an event is about; by itself the object's own id, if it is of the first watched kind. */
  readonly rowOf?: ((event: ChangeEvent) => string | null) | undefined;
  /** How long events are collected before something is asked, in milliseconds. */
  readonly collect?: number;
}

/** Above this many rows changed at once, the first page is cheaper than each row. */
const MANY_ROWS = 10;
const EMPTY: ListState<never> = {
  items: [],
  total: 0,
  error: undefined,
  loading: true,
  loadingMore: false,
  hasMore: false
};

/** A list in pages by cursor. An event costs a request for its row, or for the first page, however long the list is. */
export class PagedList<T extends Identified> extends Entry {
  private readonly options: ListOptions<T>;
  private state: ListState<T> = EMPTY;
  private next: string | undefined;
  private stale = true;
  private asking: Promise<void> | null = null;
  private askAgain = false;
  private readonly dirtyRows = new Set<string>();
  private dirtyTop = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ListOptions<T>) {
    super();
    this.options = options;
  }

  readonly getState = (): ListState<T> => this.state;

  override onEvent(event: ChangeEvent): void {
    const { watch, rowOf, item } = this.options;
    if (!concerns(watch, event)) {
      return;
    }
    const own = event.kind === watch[0]?.kinds[0];
    const row = rowOf ? rowOf(event) : own ? event.id : null;
    if (own && event.type === 'deleted') {
      this.hide(event.id);
      return;
    }
    if (item && row !== null && this.state.items.some(({ id }) => id === row)) {
      this.dirtyRows.add(row);
    } else {
      this.dirtyTop = true;
    }
    if (!this.used) {
      this.stale = true;
      return;
    }
    this.timer ??= setTimeout(() => void this.flush(), this.options.collect ?? 120);
  }

  override invalidate(): void {
    this.stale = true;
    if (this.used) {
      void this.reload();
    }
  }

  /** Asks for the first page; what is further down stays until it is asked for, unless rows are placed by themselves. */
  reload(): Promise<void> {
    if (this.asking) {
      this.askAgain = true;
      return this.asking;
    }
    this.stale = false;
    this.set({ ...this.state, loading: true });
    this.asking = this.askFirst().finally(() => {
      this.asking = null;
      if (this.askAgain) {
        this.askAgain = false;
        void this.reload();
      }
    });
    return this.asking;
  }

  /** Asks for the page after what is known. */
  async more(): Promise<void> {
    if (this.next === undefined || this.state.loadingMore) {
      return;
    }
    const cursor = this.next;
    this.set({ ...this.state, loadingMore: true });
    try {
      const page = await this.options.fetch(cursor);
      // The first page may have been laid anew meanwhile: its rows are not taken twice.
      const known = new Set(this.state.items.map(({ id }) => id));
      const items = [...this.state.items, ...page.items.filter(({ id }) => !known.has(id))];
      this.next = page.next;
      this.set({
        ...this.state,
        items,
        total: page.total,
        error: undefined,
        loadingMore: false,
        hasMore: page.next !== undefined
      });
    } catch (error) {
      this.set({ ...this.state, error, loadingMore: false });
    }
  }

  override patch(id: string, change: (old: unknown) => unknown): Rollback | null {
    const old = this.state.items.find(item => item.id === id);
    if (!old) {
      return null;
    }
    const changed = change(old) as T;
    this.replace(old, changed);
    return () => this.replace(changed, old);
  }

  override hide(id: string): Rollback | null {
    const index = this.state.items.findIndex(item => item.id === id);
    const old = this.state.items[index];
    if (!old) {
      return null;
    }
    const { items, total } = this.state;
    this.set({ ...this.state, items: items.filter(item => item !== old), total: total - 1 });
    return () => {
      const back = this.state.items.toSpliced(index, 0, old);
      this.set({ ...this.state, items: back, total: this.state.total + 1 });
    };
  }

  protected override wake(): void {
    if (this.stale) {
      void this.reload();
    }
  }

  private async flush(): Promise<void> {
    this.timer = undefined;
    const rows = [...this.dirtyRows];
    const top = this.dirtyTop || rows.length > MANY_ROWS;
    this.dirtyRows.clear();
    this.dirtyTop = false;
    if (top) {
      await this.reload();
    }
    if (rows.length <= MANY_ROWS) {
      await Promise.all(rows.map(id => this.refreshRow(id)));
    }
  }

  private async refreshRow(id: string): Promise<void> {
    try {
      const fresh = await this.options.item?.(id);
      const old = this.state.items.find(item => item.id === id);
      if (fresh && old) {
        this.replace(old, fresh);
        const { placedBy } = this.options;
        if (placedBy && placedBy(fresh) !== placedBy(old)) {
          await this.reload();
        }
      }
    } catch {
      // It is gone, or its event is yet to come: the first page tells.
      await this.reload();
    }
  }

  private async askFirst(): Promise<void> {
    try {
      const page = await this.options.fetch(undefined);
      if (this.options.placedBy) {
        await this.askFurther(page);
      }
      const fresh = new Set(page.items.map(({ id }) => id));
      const keepRest = page.next !== undefined && this.state.items.length > page.items.length;
      const rest = keepRest ? this.state.items.filter(({ id }) => !fresh.has(id)) : [];
      if (!keepRest) {
        this.next = page.next;
      }
      this.set({
        items: [...page.items, ...rest],
        total: page.total,
        error: undefined,
        loading: false,
        loadingMore: this.state.loadingMore,
        hasMore: this.next !== undefined
      });
    } catch (error) {
      this.stale = true;
      this.set({ ...this.state, error, loading: false });
    }
  }

  /** Adds to the first page what follows, as far as the list is known. */
  private async askFurther(page: Page<T>): Promise<void> {
    while (page.next !== undefined && page.items.length < this.state.items.length) {
      const further = await this.options.fetch(page.next);
      page.items.push(...further.items);
      page.next = further.next;
    }
  }

  private replace(old: T, changed: T): void {
    const index = this.state.items.indexOf(old);
    if (index >= 0) {
      this.set({ ...this.state, items: this.state.items.with(index, changed) });
    }
  }

  private set(state: ListState<T>): void {
    this.state = state;
    this.emit();
  }
}
