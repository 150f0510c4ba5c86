import { caretDownIcon, caretRightIcon, fileIcon, folderIcon } from '@jupyterlab/ui-components';
import type { FileEntry } from '@topsdl/contract';
import { formatBytes } from '@topsdl/lab';
import { useMemo, useState, type JSX, type KeyboardEvent } from 'react';
import { TimeAgo } from '../feedback/time.tsx';
import { Button } from '../feedback/states.tsx';
import { useTops } from '../host.tsx';
import { openMenu } from '../list/menu.ts';
import type { Action } from '../list/rows.ts';

export interface FileListProps {
  readonly label: string;
  /** Files and directories at any depth, by path. */
  readonly items: readonly FileEntry[];
  actions?(entry: FileEntry): readonly Action[];
  open?(entry: FileEntry): void;
  /** Of a directory that was folded out whose content is asked for only then. */
  expand?(entry: FileEntry): void;
}

interface Node {
  readonly entry: FileEntry;
  readonly depth: number;
  readonly children: boolean;
}

/** A tree of files with sizes and times. */
export function FileList(props: FileListProps): JSX.Element {
  const { trans, translation } = useTops();
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const nodes = useMemo(() => treeOf(props.items, open), [props.items, open]);
  const toggle = (entry: FileEntry) => {
    const next = new Set(open);
    if (!next.delete(entry.path)) {
      next.add(entry.path);
      props.expand?.(entry);
    }
    setOpen(next);
  };
  const activate = (entry: FileEntry) =>
    entry.kind === 'directory' ? toggle(entry) : props.open?.(entry);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('[role="treeitem"]')];
    const index = rows.indexOf(document.activeElement as HTMLElement);
    const node = nodes[index];
    const to = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: rows.length - 1 }[
      event.key
    ];
    if (to !== undefined) {
      event.preventDefault();
      rows[Math.max(0, Math.min(rows.length - 1, to))]?.focus();
    } else if (node && event.target === rows[index]) {
      const folder = node.entry.kind === 'directory';
      const unfolded = open.has(node.entry.path);
      if (
        event.key === 'Enter' ||
        (folder && event.key === (unfolded ? 'ArrowLeft' : 'ArrowRight'))
      ) {
        event.preventDefault();
        activate(node.entry);
      } else {
        const action = props.actions?.(node.entry).find(({ key }) => key === event.key);
        if (action && (action.enabled ?? true)) {
          event.preventDefault();
          void action.run();
        }
      }
    }
  };

  return (
    <div className="topsdl-Files" role="tree" aria-label={props.label} onKeyDown={onKeyDown}>
      {nodes.map(({ entry, depth, children }, index) => {
        const folder = entry.kind === 'directory';
        const Icon = folder ? folderIcon : fileIcon;
        const Caret = open.has(entry.path) ? caretDownIcon : caretRightIcon;
        const actions = props.actions?.(entry) ?? [];
        return (
          <div
            key={entry.path}
            role="treeitem"
            className="topsdl-Files-row"
            aria-level={depth + 1}
            aria-selected={false}
            aria-expanded={folder ? open.has(entry.path) : undefined}
            tabIndex={index === 0 ? 0 : -1}
            style={{ paddingLeft: 8 + depth * 16 }}
            onDoubleClick={() => !folder && props.open?.(entry)}
            onClick={() => folder && toggle(entry)}
            onContextMenu={event => {
              if (actions.length > 0) {
                event.preventDefault();
                openMenu(actions, event.clientX, event.clientY);
              }
            }}
          >
            <span className="topsdl-Row-caret">
              {folder && (children || props.expand) && <Caret.react tag="span" width="16px" />}
            </span>
            <Icon.react tag="span" width="14px" />
            <span className="topsdl-Files-name">{entry.name}</span>
            <span className="topsdl-Files-actions">
              {actions
                .filter(action => action.inline)
                .map(action => (
                  <Button
                    key={action.id}
                    minimal
                    icon={action.icon}
                    label={action.label}
                    onClick={event => {
                      event.stopPropagation();
                      void action.run();
                    }}
                  />
                ))}
            </span>
            <span className="topsdl-Files-size">
              {folder ? '' : formatBytes(entry.bytes, translation.locale)}
            </span>
            <span className="topsdl-Files-time">
              <TimeAgo time={entry.modifiedAt} />
            </span>
          </div>
        );
      })}
      {nodes.length === 0 && <p className="topsdl-Files-none">{trans.__('No files.')}</p>}
    </div>
  );
}

/** The entries in the order of a tree, directories first, folded ones without what is in them. */
export function treeOf(items: readonly FileEntry[], open: ReadonlySet<string>): Node[] {
  const byParent = new Map<string, FileEntry[]>();
  const known = new Set(items.map(({ path }) => path));
  for (const entry of withParents(items, known)) {
    const parent = entry.path.includes('/') ? entry.path.slice(0, entry.path.lastIndexOf('/')) : '';
    byParent.set(parent, [...(byParent.get(parent) ?? []), entry]);
  }
  const nodes: Node[] = [];
  const walk = (parent: string, depth: number) => {
    const children = (byParent.get(parent) ?? []).toSorted(
      (a, b) =>
        a.kind.localeCompare(b.kind) || a.name.localeCompare(b.name, undefined, { numeric: true })
    );
    for (const entry of children) {
      nodes.push({ entry, depth, children: byParent.has(entry.path) });
      if (entry.kind === 'directory' && open.has(entry.path)) {
        walk(entry.path, depth + 1);
      }
    }
  };
  walk('', 0);
  return nodes;
}

/** A listing of files only still has directories: they are made from the paths. */
function withParents(items: readonly FileEntry[], known: ReadonlySet<string>): FileEntry[] {
  const made = new Map<string, FileEntry>();
  for (const entry of items) {
    const parts = entry.path.split('/');
    for (let length = 1; length < parts.length; length += 1) {
      const path = parts.slice(0, length).join('/');
      if (!known.has(path) && !made.has(path)) {
        made.set(path, {
          name: parts[length - 1] ?? path,
          path,
          kind: 'directory',
          bytes: 0,
          modifiedAt: entry.modifiedAt
        });
      }
    }
  }
  return [...items, ...made.values()];
}
