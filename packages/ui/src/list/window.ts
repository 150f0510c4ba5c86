import {
  useCallback,
  useLayoutEffect,
  useRef,
  useState,
  type RefObject,
  type UIEvent
} from 'react';

export interface Window {
  readonly first: number;
  /** One past the last. */
  readonly end: number;
}

/** Which of `count` rows of one height have to be drawn, with some above and below. */
export function windowOf(
  scrollTop: number,
  height: number,
  rowHeight: number,
  count: number,
  overscan = 8
): Window {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - overscan);
  const end = Math.min(count, Math.ceil((scrollTop + height) / rowHeight) + overscan);
  return { first: Math.min(first, end), end };
}

/** Where to scroll so that a row is seen, or null where it is seen already. */
export function scrollFor(
  index: number,
  scrollTop: number,
  height: number,
  rowHeight: number
): number | null {
  const top = index * rowHeight;
  if (top < scrollTop) {
    return top;
  }
  return top + rowHeight > scrollTop + height ? top + rowHeight - height : null;
}

/** The part of a long list that is drawn. */
export function useWindow(
  count: number,
  rowHeight: number
): Window & {
  readonly ref: RefObject<HTMLDivElement>;
  readonly height: number;
  onScroll(event: UIEvent): void;
  show(index: number): void;
} {
  const ref = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 0 });

  useLayoutEffect(() => {
    const node = ref.current;
    if (!node) {
      return undefined;
    }
    const measure = () =>
      setView(old =>
        old.height === node.clientHeight ? old : { ...old, height: node.clientHeight }
      );
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(node);
    return () => observer.disconnect();
  }, []);

  const onScroll = useCallback((event: UIEvent) => {
    const { scrollTop } = event.currentTarget;
    setView(old => ({ ...old, top: scrollTop }));
  }, []);

  const show = useCallback(
    (index: number) => {
      const node = ref.current;
      if (node) {
        const to = scrollFor(index, node.scrollTop, node.clientHeight, rowHeight);
        if (to !== null) {
          node.scrollTop = to;
        }
      }
    },
    [rowHeight]
  );

  return {
    ref,
    height: view.height,
    onScroll,
    show,
    ...windowOf(view.top, view.height, rowHeight, count)
  };
}
