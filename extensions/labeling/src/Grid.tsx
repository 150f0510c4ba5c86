import type { TranslationBundle } from '@jupyterlab/translation';
import {
  clear,
  click,
  layout,
  move,
  position,
  reveal,
  selectAll,
  visible,
  type Move,
  type Selection
} from '@topsdl/annotator';
import type { Image, Label } from '@topsdl/contract';
import {
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type PointerEvent
} from 'react';
import { Cell } from './Cell.tsx';
import { modifiers, Press, type Point } from './gestures.ts';

export interface GridProps {
  readonly trans: TranslationBundle;
  readonly count: number;
  readonly at: (index: number) => Image | undefined;
  /** These places are on screen. */
  readonly onLook: (first: number, last: number) => void;
  readonly labelOf: (image: Image) => Label | undefined;
  readonly thumbnail: (image: Image) => string;
  readonly selection: Selection;
  readonly onSelect: (selection: Selection) => void;
  /** Enter, or a double click, on an image. */
  readonly onOpen: (image: Image) => void;
  /** Width of a cell at least, in CSS pixels. */
  readonly cellWidth: number;
}

const CAPTION = 26;
const GAP = 8;
/** How near to an edge, and how far a frame, a drag scrolls: CSS pixels. */
const EDGE = 28;
const SCROLL_STEP = 18;

const MOVES: Readonly<Record<string, Move>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
  PageUp: 'pageUp',
  PageDown: 'pageDown',
  Home: 'home',
  End: 'end'
};

/** A virtual grid of thumbnails: only what is on screen is there, however many images there are. */
export function Grid(props: GridProps): JSX.Element {
  const { count, selection, onSelect, onLook, cellWidth, trans } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ width: 0, height: 0, top: 0 });
  const press = useRef<Press | undefined>(undefined);
  const [band, setBand] = useState<Press['rectangle']>(undefined);
  const grid = useMemo(
    () => layout(count, Math.max(1, view.width), cellWidth, CAPTION, GAP),
    [count, view.width, cellWidth]
  );
  const [first, last] = visible(grid, view.top, view.height, 2);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) {
      return;
    }
    const measure = () =>
      setView({
        width: element.clientWidth - 2 * GAP,
        height: element.clientHeight,
        top: element.scrollTop
      });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    if (view.width > 0) {
      onLook(first, last);
    }
  }, [first, last, view.width, onLook]);

  const onScroll = useCallback(() => {
    const top = scroller.current?.scrollTop ?? 0;
    setView(before => ({ ...before, top }));
  }, []);

  const pointOf = (event: { clientX: number; clientY: number }): Point => {
    const box = scroller.current?.getBoundingClientRect();
    return {
      x: event.clientX - (box?.left ?? 0) - GAP,
      y: event.clientY - (box?.top ?? 0) - GAP + (scroller.current?.scrollTop ?? 0)
    };
  };

  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    const element = scroller.current;
    const onScrollbar =
      element && event.clientX - element.getBoundingClientRect().left >= element.clientWidth;
    if (event.button !== 0 || !element || onScrollbar) {
      return;
    }
    event.preventDefault();
    element.focus({ preventScroll: true });
    element.setPointerCapture(event.pointerId);
    press.current = new Press(pointOf(event), modifiers(event), selection);
  };

  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    const element = scroller.current;
    if (!press.current || !element) {
      return;
    }
    const box = element.getBoundingClientRect();
    if (event.clientY > box.bottom - EDGE) {
      element.scrollTop += SCROLL_STEP;
    } else if (event.clientY < box.top + EDGE) {
      element.scrollTop -= SCROLL_STEP;
    }
    onSelect(press.current.move(pointOf(event), grid));
    setBand(press.current.rectangle);
  };

  const endPress = () => {
    if (press.current) {
      onSelect(press.current.end(grid));
      press.current = undefined;
      setBand(undefined);
    }
  };

  const openFocused = () => {
    const image = props.at(selection.focus);
    if (image) {
      props.onOpen(image);
    }
  };

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const where = MOVES[event.key];
    const held = modifiers(event);
    if (where) {
      const rows = Math.floor(view.height / (grid.cellHeight + GAP));
      const next = move(selection, where, grid.columns, rows, held);
      onSelect(next);
      if (scroller.current && next.focus >= 0) {
        scroller.current.scrollTop = reveal(
          grid,
          next.focus,
          scroller.current.scrollTop,
          view.height - 2 * GAP
        );
      }
    } else if (event.key === 'a' && held.toggle) {
      onSelect(selectAll(selection));
    } else if (event.key === 'Escape') {
      onSelect(clear(selection));
    } else if (event.key === ' ' && selection.focus >= 0) {
      onSelect(click(selection, selection.focus, { toggle: true }));
    } else if (event.key === 'Enter') {
      openFocused();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  const cells: JSX.Element[] = [];
  for (let index = first; index <= last; index++) {
    const { left, top } = position(grid, index);
    const image = props.at(index);
    cells.push(
      <Cell
        key={image?.id ?? `place-${index}`}
        trans={trans}
        index={index}
        count={count}
        image={image}
        label={image && props.labelOf(image)}
        source={image && props.thumbnail(image)}
        selected={selection.selected.has(index)}
        focused={selection.focus === index}
        style={{ left: left + GAP, top: top + GAP, width: grid.cellWidth, height: grid.cellHeight }}
      />
    );
  }

  return (
    <div
      ref={scroller}
      className="topsdl-ImageGrid"
      tabIndex={0}
      role="listbox"
      aria-multiselectable="true"
      aria-label={trans.__('Images')}
      {...(selection.focus >= first && selection.focus <= last
        ? { 'aria-activedescendant': `topsdl-image-${selection.focus}` }
        : {})}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={endPress}
      onPointerCancel={endPress}
      onDoubleClick={openFocused}
    >
      <div className="topsdl-ImageGrid-content" style={{ height: grid.height + 2 * GAP }}>
        {cells}
        {band && (
          <div
            className="topsdl-ImageGrid-band"
            style={{
              left: band.left + GAP,
              top: band.top + GAP,
              width: band.right - band.left,
              height: band.bottom - band.top
            }}
          />
        )}
      </div>
    </div>
  );
}
