import { useCallback, useEffect, useRef, useState, type RefObject, type UIEvent } from 'react';
import { useWindow } from './window.ts';

/** What Tab reaches inside of a row; what is greyed out it passes over by itself. */
const CONTROLS = 'button, a[href], input, select, textarea';

export interface Roving {
  /** What scrolls. */
  readonly ref: RefObject<HTMLDivElement>;
  /** Pixels of it that are seen. */
  readonly height: number;
  /** One past the last row in sight. */
  readonly end: number;
  /** Rows to draw: those in sight, and the one that has the focus wherever it is. */
  readonly drawn: readonly number[];
  /** The one row that Tab reaches. */
  readonly focused: number;
  /** To be called when a row takes the focus. */
  onFocus(key: string): void;
  onScroll(event: UIEvent): void;
  /** Moves the focus, and brings the row into sight. */
  moveTo(index: number): void;
}

/**
 * The focus of a long list of which only a part is drawn. The list is one stop of the Tab key, and the
 * row that has the focus another with its own controls; when that row is taken away, its place keeps
 * the focus.
 *
 * @param whole all rows are drawn, however many there are
 */
export function useRoving<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  rowHeight: number,
  whole = false
): Roving {
  const { ref, height, onScroll, show, ...view } = useWindow(items.length, rowHeight);
  const [place, setPlace] = useState<{ readonly key: string | null; readonly index: number }>({
    key: null,
    index: 0
  });
  const wanted = useRef(false);
  const inside = useRef(false);
  const first = whole ? 0 : view.first;
  const end = whole ? items.length : view.end;
  const found = items.findIndex(item => keyOf(item) === place.key);
  const focused = found >= 0 ? found : Math.max(0, Math.min(items.length - 1, place.index));

  useEffect(() => {
    const node = ref.current;
    const watch = (event: FocusEvent) => {
      inside.current = event.type === 'focusin';
    };
    node?.addEventListener('focusin', watch);
    node?.addEventListener('focusout', watch);
    return () => {
      node?.removeEventListener('focusin', watch);
      node?.removeEventListener('focusout', watch);
    };
  }, [ref]);

  useEffect(() => {
    const node = ref.current;
    for (const row of node?.querySelectorAll('[data-row]') ?? []) {
      const current = row.getAttribute('tabindex') === '0';
      for (const control of row.querySelectorAll<HTMLElement>(CONTROLS)) {
        control.tabIndex = current ? 0 : -1;
      }
    }
    // A row that is taken away takes the focus with it, without a word.
    const lost = inside.current && document.activeElement === document.body;
    if (wanted.current || lost) {
      wanted.current = false;
      node?.querySelector<HTMLElement>('[data-row][tabindex="0"]')?.focus({ preventScroll: true });
    }
  });

  const drawn = Array.from({ length: Math.max(0, end - first) }, (_, offset) => first + offset);
  if (items.length > 0 && (focused < first || focused >= end)) {
    drawn.push(focused);
  }
  const index = useRef(items);
  index.current = items;
  return {
    ref,
    height,
    end,
    drawn,
    focused,
    onScroll,
    onFocus: useCallback(
      (key: string) =>
        setPlace({ key, index: index.current.findIndex(item => keyOf(item) === key) }),
      [keyOf]
    ),
    moveTo: to => {
      const item = items[to];
      if (item !== undefined) {
        wanted.current = true;
        setPlace({ key: keyOf(item), index: to });
        show(to);
      }
    }
  };
}
