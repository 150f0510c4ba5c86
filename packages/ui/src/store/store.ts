import type { Client } from '@topsdl/client';
import type { InputOf, Operation, Page, ResponseOf } from '@topsdl/contract';
import type { ITopsEvents } from '@topsdl/lab';
import type { Entry, Rollback } from './entry.ts';
import { PagedList, type Identified, type ListOptions } from './list.ts';
import { Query } from './query.ts';
import type { Watch } from './watch.ts';

/** The rows of an operation that answers with a page. */
export type RowOf<O extends Operation> =
  ResponseOf<O> extends { items: (infer T)[] } ? (T extends Identified ? T : never) : never;

/** How many entries that nobody shows are kept, for when somebody comes back. */
const KEPT = 100;

/** What the panels know of the server: a cache that events keep right. Nothing here asks by the clock. */
export class Store {
  readonly client: Client;
  private readonly entries = new Map<string, Entry>();

  constructor(client: Client, events: ITopsEvents) {
    this.client = client;
    events.changed.connect((_, event) => {
      for (const entry of this.entries.values()) {
        entry.onEvent(event);
      }
    });
    events.reset.connect(() => this.invalidate());
  }

  /** The answer to a call; `watch` says which changes make it old. */
  query<O extends Operation>(
    operation: O,
    input: InputOf<O>,
    watch: readonly Watch[]
  ): Query<ResponseOf<O>> {
    return this.entry(
      key('query', operation, input),
      () => new Query(signal => this.client.call(operation, input, { signal }), watch)
    );
  }

  /** A list in pages. */
  list<O extends Operation>(
    operation: O,
    input: InputOf<O>,
    options: Omit<ListOptions<RowOf<O>>, 'fetch'> & { readonly pageSize?: number }
  ): PagedList<RowOf<O>> {
    const { pageSize = 100, ...rest } = options;
    const { query } = input as { query?: object };
    const fetch = async (cursor: string | undefined) =>
      (await this.client.call(operation, {
        ...input,
        query: { ...query, limit: pageSize, ...(cursor === undefined ? {} : { cursor }) }
      })) as unknown as Page<RowOf<O>>;
    return this.entry(key('list', operation, input), () => new PagedList({ ...rest, fetch }));
  }

  /**
   * Shows a change before the server has confirmed it, wherever the object is shown.
   *
   * @returns takes it back
   */
  patch<T extends Identified>(id: string, change: (old: T) => T): Rollback {
    return this.everywhere(entry => entry.patch(id, change as (old: unknown) => unknown));
  }

  /** Hides an object before the server has confirmed that it is gone. */
  hide(id: string): Rollback {
    return this.everywhere(entry => entry.hide(id));
  }

  /** Marks everything as old; what is shown is asked for at once. */
  invalidate(): void {
    for (const entry of this.entries.values()) {
      entry.invalidate();
    }
  }

  /**
   * Forgets everything, because the user is another.
   *
   * @param ask whether somebody is signed in, for whom what is on the screen is asked for anew
   */
  clear(ask: boolean): void {
    for (const [name, entry] of this.entries) {
      if (!ask || !entry.used) {
        this.entries.delete(name);
      }
    }
    this.invalidate();
  }

  private everywhere(change: (entry: Entry) => Rollback | null): Rollback {
    const rollbacks = [...this.entries.values()].map(change);
    return () => {
      for (const rollback of rollbacks) {
        rollback?.();
      }
    };
  }

  private entry<E extends Entry>(name: string, make: () => E): E {
    const known = this.entries.get(name);
    if (known) {
      // Moved to the end: the oldest are dropped first.
      this.entries.delete(name);
      this.entries.set(name, known);
      return known as E;
    }
    const made = make();
    this.entries.set(name, made);
    this.dropOld();
    return made;
  }

  private dropOld(): void {
    const idle = [...this.entries].filter(([, entry]) => !entry.used);
    // The newest is being made and has no listener yet.
    for (const [name] of idle.slice(0, Math.max(0, idle.length - KEPT))) {
      this.entries.delete(name);
    }
  }
}

function key(kind: string, operation: Operation, input: unknown): string {
  return `${kind} ${operation.id} ${JSON.stringify(input)}`;
}
