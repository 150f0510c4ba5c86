import { useEffect, type JSX, type KeyboardEvent, type MouseEvent, type ReactNode } from 'react';
import { useTops } from '../host.tsx';
import { openMenu } from './menu.ts';
import { dragPython, withPython } from './python.ts';
import { useRoving } from './roving.ts';
import type { Action } from './rows.ts';

export interface Column<T> {
  readonly id: string;
  readonly label: string;
  /** A CSS grid track; `1fr` unless said otherwise. */
  readonly width?: string;
  readonly align?: 'end';
  cell(item: T): ReactNode;
}

export interface TableProps<T> {
  readonly label: string;
  readonly columns: readonly Column<T>[];
  readonly items: readonly T[];
  id(item: NoInfer<T>): string;
  open?(item: NoInfer<T>): void;
  actions?(item: NoInfer<T>): readonly Action[];
  /** Python that gives the thing: it can be copied, and appears where the row is dropped. */
  python?(item: NoInfer<T>): string;
  onEnd?(): void;
  readonly selected?: string | null;
  readonly rowHeight?: number;
  /** Grows with its rows instead of scrolling; for short tables. */
  readonly whole?: boolean;
}

/** A table of objects in a panel: virtual, by mouse and keyboard. */
export function Table<T>(props: TableProps<T>): JSX.Element {
  const { columns, items, rowHeight = 32, onEnd, python } = props;
  const host = useTops();
  const actions =
    props.actions || python
      ? (item: T) => withPython(host, props.actions?.(item) ?? [], python?.(item))
      : undefined;
  const roving = useRoving(items, props.id, rowHeight, props.whole);
  const { ref, height, end, focused } = roving;
  const tracks = columns.map(({ width }) => width ?? 'minmax(0, 1fr)').join(' ');

  useEffect(() => {
    if (!props.whole && end >= items.length && height > 0) {
      onEnd?.();
    }
  }, [end, items.length, height, onEnd, props.whole]);

  const menu = (item: T, x: number, y: number) => openMenu(actions?.(item) ?? [], x, y);
  const onKeyDown = (event: KeyboardEvent) => {
    const { target } = event;
    const onRow = target instanceof Element && target.getAttribute('role') === 'row';
    if (!onRow || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const item = items[focused];
    const page = Math.max(1, Math.floor(height / rowHeight) - 1);
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: focused + 1,
      ArrowUp: focused - 1,
      PageDown: focused + page,
      PageUp: focused - page,
      Home: 0,
      End: items.length - 1
    };
    const step = steps[event.key];
    if (step !== undefined) {
      event.preventDefault();
      roving.moveTo(Math.max(0, Math.min(items.length - 1, step)));
    } else if (item !== undefined) {
      const byKey = actions?.(item).find(action => action.key === event.key);
      if (byKey && (byKey.enabled ?? true)) {
        event.preventDefault();
        void byKey.run();
      } else if (event.key === 'Enter' && props.open) {
        event.preventDefault();
        props.open(item);
      } else if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
        event.preventDefault();
        const box = target.getBoundingClientRect();
        menu(item, box.left + 24, box.bottom);
      }
    }
  };

  return (
    <div
      className={`topsdl-Table ${props.whole ? 'topsdl-mod-whole' : ''}`}
      role="grid"
      aria-label={props.label}
      aria-rowcount={items.length + 1}
    >
      <div className="topsdl-Table-columns" role="none">
        <div className="topsdl-Table-head" role="row" style={{ gridTemplateColumns: tracks }}>
          {columns.map(column => (
            <span key={column.id} role="columnheader" data-align={column.align}>
              {column.label}
            </span>
          ))}
        </div>
        <div
          ref={ref}
          className="topsdl-Table-body"
          role="rowgroup"
          onScroll={roving.onScroll}
          onKeyDown={onKeyDown}
        >
          <div style={{ height: items.length * rowHeight, position: 'relative' }} role="none">
            {roving.drawn.map(index => {
              const item = items[index];
              if (item === undefined) {
                return null;
              }
              const id = props.id(item);
              return (
                <div
                  key={id}
                  role="row"
                  data-row
                  className={`topsdl-Table-row ${props.open ? 'topsdl-mod-open' : ''}`}
                  aria-rowindex={index + 2}
                  aria-selected={id === props.selected}
                  tabIndex={index === focused ? 0 : -1}
                  style={{ top: index * rowHeight, height: rowHeight, gridTemplateColumns: tracks }}
                  draggable={python !== undefined}
                  onDragStart={event => dragPython(event, python?.(item) ?? '')}
                  onFocus={() => roving.onFocus(id)}
                  onClick={(event: MouseEvent) => {
                    if (!(
                      event.target instanceof Element && event.target.closest('button, a, input')
                    )) {
                      props.open?.(item);
                    }
                  }}
                  onContextMenu={event => {
                    if (actions) {
                      event.preventDefault();
                      menu(item, event.clientX, event.clientY);
                    }
                  }}
                >
                  {columns.map(column => (
                    <span key={column.id} role="gridcell" data-align={column.align}>
                      {column.cell(item)}
                    </span>
                  ))}
                </div>
              );
            })}
          </div>
        </div>
      </div>
    </div>
  );
}
