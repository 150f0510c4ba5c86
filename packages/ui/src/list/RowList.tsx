import { caretDownIcon, caretRightIcon } from '@jupyterlab/ui-components';
import {
  memo,
  useCallback,
  useEffect,
  useMemo,
  type DragEvent,
  type JSX,
  type KeyboardEvent,
  type MouseEvent
} from 'react';
import { Dot, ProgressBar } from '../feedback/marks.tsx';
import { openMenu } from './menu.ts';
import { dragPython } from './python.ts';
import { useRoving } from './roving.ts';
import { flatten, moveFor, type FlatRow, type RowView } from './rows.ts';

export const ROW_HEIGHT = 24;
const keyOf = (row: FlatRow) => row.key;

export interface RowListProps {
  readonly label: string;
  readonly rows: readonly RowView[];
  /** Called when the end comes into sight, to bring more. */
  onEnd?(): void;
  /** Rows folded out; kept by the caller, so that they stay over a reload. */
  readonly open: ReadonlySet<string>;
  onOpenChange(open: ReadonlySet<string>): void;
}

/** Compact rows, folded, virtual, by mouse and keyboard: a tree as the WAI-ARIA practices describe it. */
export function RowList({ label, rows, onEnd, open, onOpenChange }: RowListProps): JSX.Element {
  const flat = useMemo(() => flatten(rows, open), [rows, open]);
  const roving = useRoving(flat, keyOf, ROW_HEIGHT);
  const { ref, height, end, focused } = roving;

  useEffect(() => {
    if (end >= flat.length && height > 0) {
      onEnd?.();
    }
  }, [end, flat.length, height, onEnd]);

  const toggle = useCallback(
    (id: string) => {
      const next = new Set(open);
      if (!next.delete(id)) {
        next.add(id);
      }
      onOpenChange(next);
    },
    [open, onOpenChange]
  );

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const page = Math.max(1, Math.floor(height / ROW_HEIGHT) - 1);
    const move = moveFor(event.key, { shift: event.shiftKey }, focused, flat, page);
    const row = move && flat[move.index];
    if (!move || !row) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    switch (move.kind) {
      case 'focus':
        roving.moveTo(move.index);
        break;
      case 'toggle':
        toggle(row.view.id);
        break;
      case 'open':
        row.view.open?.();
        break;
      case 'action': {
        const action = row.view.actions?.find(({ key }) => key === move.key);
        if (action && (action.enabled ?? true)) {
          void action.run();
        }
        break;
      }
      case 'menu': {
        const box = event.target instanceof Element && event.target.getBoundingClientRect();
        openMenu(row.view.actions ?? [], box ? box.left + 24 : 0, box ? box.bottom : 0);
        break;
      }
    }
  };

  return (
    <div
      ref={ref}
      className="topsdl-RowList"
      role="tree"
      aria-label={label}
      onScroll={roving.onScroll}
      onKeyDown={onKeyDown}
    >
      <div style={{ height: flat.length * ROW_HEIGHT, position: 'relative' }} role="none">
        {roving.drawn.map(index => {
          const row = flat[index];
          return (
            row && (
              <Row
                key={row.key}
                row={row}
                index={index}
                current={index === focused}
                onFocus={roving.onFocus}
                onToggle={toggle}
              />
            )
          );
        })}
      </div>
    </div>
  );
}

interface RowProps {
  readonly row: FlatRow;
  readonly index: number;
  readonly current: boolean;
  onFocus(key: string): void;
  onToggle(id: string): void;
}

const Row = memo(function Row({ row, index, current, onFocus, onToggle }: RowProps): JSX.Element {
  const { view, level, expanded } = row;
  const Caret = expanded ? caretDownIcon : caretRightIcon;
  const onContextMenu = (event: MouseEvent) => {
    if (view.actions?.length) {
      event.preventDefault();
      event.stopPropagation();
      openMenu(view.actions, event.clientX, event.clientY);
    }
  };
  const onDragStart = (event: DragEvent) => dragPython(event, view.python ?? '');
  return (
    <div
      role="treeitem"
      data-row
      className={`topsdl-Row ${row.link ? 'topsdl-mod-link' : ''}`}
      style={{ top: index * ROW_HEIGHT, height: ROW_HEIGHT }}
      tabIndex={current ? 0 : -1}
      aria-level={level}
      aria-posinset={row.position}
      aria-setsize={row.siblings}
      aria-expanded={expanded}
      aria-selected={current}
      title={view.title ?? view.label}
      draggable={view.python !== undefined}
      onDragStart={onDragStart}
      onFocus={() => onFocus(row.key)}
      onContextMenu={onContextMenu}
      onClick={event => {
        event.currentTarget.focus({ preventScroll: true });
        if (view.open) {
          view.open();
        } else if (expanded !== undefined) {
          onToggle(view.id);
        }
      }}
    >
      {level === 1 && (
        <span
          className="topsdl-Row-caret"
          aria-hidden="true"
          onClick={event => {
            if (expanded !== undefined) {
              event.stopPropagation();
              onToggle(view.id);
            }
          }}
        >
          {expanded !== undefined && <Caret.react tag="span" width="16px" />}
        </span>
      )}
      {level === 2 && <span className="topsdl-Row-indent" aria-hidden="true" />}
      {view.icon && <view.icon.react tag="span" className="topsdl-Row-icon" width="14px" />}
      {view.tone && <Dot tone={view.tone} text={view.stateText} />}
      <span className="topsdl-Row-label">{view.label}</span>
      {view.note !== undefined && <span className="topsdl-Row-note">{view.note}</span>}
      <span className="topsdl-Row-end">
        <span className="topsdl-Row-actions">
          {view.actions
            ?.filter(action => action.inline && (action.enabled ?? true))
            .map(action => (
              <button
                key={action.id}
                type="button"
                className="topsdl-IconButton"
                title={action.label}
                aria-label={action.label}
                onClick={event => {
                  event.stopPropagation();
                  void action.run();
                }}
              >
                {action.icon && <action.icon.react tag="span" width="14px" />}
              </button>
            ))}
        </span>
        {view.progress !== undefined && <ProgressBar share={view.progress} small />}
        {view.detail !== undefined && <span className="topsdl-Row-detail">{view.detail}</span>}
      </span>
    </div>
  );
});
