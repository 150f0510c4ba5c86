import type { InputOf, Operation, ResponseOf } from '@topsdl/contract';
import { useCallback, useMemo, useState, useSyncExternalStore } from 'react';
import { reportError } from '../feedback/report.ts';
import { useTops } from '../host.tsx';
import type { Rollback } from './entry.ts';
import type { ListOptions, ListState } from './list.ts';
import type { QueryState } from './query.ts';
import type { RowOf } from './store.ts';
import type { Watch } from './watch.ts';

const nothing = () => () => undefined;
const NO_QUERY: QueryState<never> = { data: undefined, error: undefined, loading: false };
const NO_LIST: ListState<never> = {
  items: [],
  total: 0,
  error: undefined,
  loading: false,
  loadingMore: false,
  hasMore: false
};

/**
 * The answer to a call, kept right by events.
 *
 * @param input null asks for nothing, while something that it needs is not known
 * @param watch which changes make the answer old
 */
export function useQuery<O extends Operation>(
  operation: O,
  input: InputOf<O> | null,
  watch: readonly Watch[] = []
): QueryState<ResponseOf<O>> & { reload(): void } {
  const { store } = useTops();
  const text = input && JSON.stringify(input);
  const query = useMemo(
    () => (text === null ? null : store.query(operation, JSON.parse(text) as InputOf<O>, watch)),
    // The watch belongs to the call: the same input has the same one.
    [store, operation, text]
  );
  const state = useSyncExternalStore(
    query?.subscribe ?? nothing,
    query?.getState ?? (() => NO_QUERY)
  );
  const reload = useCallback(() => void query?.reload(), [query]);
  return { ...state, reload };
}

/** A list in pages, kept right by events; see `useQuery`. */
export function useList<O extends Operation>(
  operation: O,
  input: InputOf<O> | null,
  options: Omit<ListOptions<RowOf<O>>, 'fetch'>
): ListState<RowOf<O>> & { reload(): void; more(): void } {
  const { store } = useTops();
  const text = input && JSON.stringify(input);
  const list = useMemo(
    () => (text === null ? null : store.list(operation, JSON.parse(text) as InputOf<O>, options)),
    [store, operation, text]
  );
  const state = useSyncExternalStore(list?.subscribe ?? nothing, list?.getState ?? (() => NO_LIST));
  const reload = useCallback(() => void list?.reload(), [list]);
  const more = useCallback(() => void list?.more(), [list]);
  return { ...state, reload, more };
}

export interface RunOptions {
  /** Shows the change at once; taken back when the server refuses. */
  readonly optimistic?: () => Rollback;
}

/** Runs what a button does: one at a time, its fault shown as a notification. */
export function useRun(): {
  readonly running: boolean;
  /** @returns what the work gave, or undefined where it failed */
  run<T>(work: () => Promise<T>, options?: RunOptions): Promise<T | undefined>;
} {
  const host = useTops();
  const [running, setRunning] = useState(0);
  const run = useCallback(
    async <T>(work: () => Promise<T>, options: RunOptions = {}): Promise<T | undefined> => {
      setRunning(count => count + 1);
      const rollback = options.optimistic?.();
      try {
        return await work();
      } catch (error) {
        rollback?.();
        reportError(host, error);
        return undefined;
      } finally {
        setRunning(count => count - 1);
      }
    },
    [host]
  );
  return { running: running > 0, run };
}
