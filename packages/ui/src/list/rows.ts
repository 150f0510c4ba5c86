import type { LabIcon } from '@jupyterlab/ui-components';
import type { ReactNode } from 'react';

/** What a state means to people: done well, at work, waits, failed, over. */
export type Tone = 'good' | 'busy' | 'wait' | 'bad' | 'idle';

/** Something that one can do with a thing. */
export interface Action {
  readonly id: string;
  readonly label: string;
  readonly icon?: LabIcon;
  run(): unknown;
  /** False greys it out; say why in `why`. */
  readonly enabled?: boolean;
  /** Why it cannot be done now. */
  readonly why?: string;
  readonly danger?: boolean;
  /** Shown as a button on the row too. */
  readonly inline?: boolean;
  /** A key that does it while the row is focused. */
  readonly key?: 'Delete' | 'F2';
  /** Begins a new group in the menu. */
  readonly separator?: boolean;
}

/** How a row of a compact list looks and what it does. */
export interface RowView {
  readonly id: string;
  readonly label: string;
  /** State, as a dot; `stateText` says it to those who do not see the colour. */
  readonly tone?: Tone;
  readonly stateText?: string;
  readonly icon?: LabIcon;
  /** Beside the label, muted. */
  readonly note?: ReactNode;
  /** At the right edge. */
  readonly detail?: ReactNode;
  /** Share of 1, as a small bar before the detail. */
  readonly progress?: number | null;
  readonly title?: string;
  open?(): void;
  readonly actions?: readonly Action[];
  /** The newest versions or runs, folded under the row. */
  readonly children?: readonly RowView[];
  /** Leads to the children that are not among the newest. */
  readonly more?: { readonly label: string; open(): void };
  /** Python that appears when the row is dragged into a cell. */
  readonly python?: string;
}

/** A row as it is drawn. */
export interface FlatRow {
  readonly key: string;
  readonly view: RowView;
  readonly level: 1 | 2;
  /** From 1, among its siblings. */
  readonly position: number;
  readonly siblings: number;
  /** Undefined for rows without children. */
  readonly expanded: boolean | undefined;
  readonly parent: number | null;
  /** A row that only leads to more. */
  readonly link?: boolean;
}

/** Lays folded rows out in one list. */
export function flatten(views: readonly RowView[], open: ReadonlySet<string>): FlatRow[] {
  const rows: FlatRow[] = [];
  views.forEach((view, index) => {
    const children = view.children ?? [];
    const foldable = children.length > 0 || view.more !== undefined;
    const expanded = foldable ? open.has(view.id) : undefined;
    const parent = rows.length;
    rows.push({
      key: view.id,
      view,
      level: 1,
      position: index + 1,
      siblings: views.length,
      expanded,
      parent: null
    });
    if (!expanded) {
      return;
    }
    const siblings = children.length + (view.more ? 1 : 0);
    children.forEach((child, position) =>
      rows.push({
        key: `${view.id}/${child.id}`,
        view: child,
        level: 2,
        position: position + 1,
        siblings,
        expanded: undefined,
        parent
      })
    );
    if (view.more) {
      const { label, open: run } = view.more;
      rows.push({
        key: `${view.id}/more`,
        view: { id: 'more', label, open: run },
        level: 2,
        position: siblings,
        siblings,
        expanded: undefined,
        parent,
        link: true
      });
    }
  });
  return rows;
}

export type Move =
  | { readonly kind: 'focus'; readonly index: number }
  | { readonly kind: 'toggle'; readonly index: number }
  | { readonly kind: 'open'; readonly index: number }
  | { readonly kind: 'action'; readonly index: number; readonly key: 'Delete' | 'F2' }
  | { readonly kind: 'menu'; readonly index: number };

/** What a key does in a tree of rows, as the WAI-ARIA practices have it; null for keys of others. */
export function moveFor(
  key: string,
  modifiers: { readonly shift: boolean },
  index: number,
  rows: readonly FlatRow[],
  pageRows: number
): Move | null {
  const row = rows[index];
  if (!row) {
    return rows.length > 0 ? { kind: 'focus', index: 0 } : null;
  }
  const focus = (to: number): Move => ({
    kind: 'focus',
    index: Math.max(0, Math.min(rows.length - 1, to))
  });
  switch (key) {
    case 'ArrowDown':
      return focus(index + 1);
    case 'ArrowUp':
      return focus(index - 1);
    case 'PageDown':
      return focus(index + pageRows);
    case 'PageUp':
      return focus(index - pageRows);
    case 'Home':
      return focus(0);
    case 'End':
      return focus(rows.length - 1);
    case 'ArrowRight':
      return row.expanded === false
        ? { kind: 'toggle', index }
        : row.expanded
          ? focus(index + 1)
          : null;
    case 'ArrowLeft':
      return row.expanded
        ? { kind: 'toggle', index }
        : row.parent !== null
          ? focus(row.parent)
          : null;
    case 'Enter':
    case ' ':
      return row.view.open
        ? { kind: 'open', index }
        : row.expanded !== undefined
          ? { kind: 'toggle', index }
          : null;
    case 'Delete':
    case 'F2':
      return { kind: 'action', index, key };
    case 'ContextMenu':
      return { kind: 'menu', index };
    case 'F10':
      return modifiers.shift ? { kind: 'menu', index } : null;
    default:
      return null;
  }
}
