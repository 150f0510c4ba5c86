import { caretDownIcon, caretRightIcon, fileIcon, folderIcon } from '@jupyterlab/ui-components';
import type { FileEntry } from '@topsdl/contract';
import { formatBytes } from '@topsdl/lab';
import { useMemo, useState, type JSX, type KeyboardEvent } from 'react';
import { TimeAgo } from '../feedback/time.tsx';
import { Button } from '../feedback/states.tsx';
import { useTops } from '../host.tsx';
import { openMenu } from '../list/menu.ts';
import { useRoving } from '../list/roving.ts';
import type { Action } from '../list/rows.ts';

const ROW_HEIGHT = 26;

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

const keyOf = ({ entry }: Node) => entry.path;

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
  const roving = useRoving(nodes, keyOf, ROW_HEIGHT);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const node = nodes[roving.focused];
    const { target } = event;
    if (!node || !(target instanceof Element && target.getAttribute('role') === 'treeitem')) {
      return;
    }
    const page = Math.max(1, Math.floor(roving.height / ROW_HEIGHT) - 1);
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: roving.focused + 1,
      ArrowUp: roving.focused - 1,
      PageDown: roving.focused + page,
      PageUp: roving.focused - page,
      Home: 0,
      End: nodes.length - 1
    };
    const to = steps[event.key];
    const folder = node.entry.kind === 'directory';
    const fold = open.has(node.entry.path) ? 'ArrowLeft' : 'ArrowRight';
    const actions = props.actions?.(node.entry) ?? [];
    const byKey = actions.find(({ key }) => key === event.key);
    if (to !== undefined) {
      roving.moveTo(Math.max(0, Math.min(nodes.length - 1, to)));
    } else if (event.key === 'Enter' || (folder && event.key === fold)) {
      activate(node.entry);
    } else if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
      const { left, bottom } = target.getBoundingClientRect();
      openMenu(actions, left + 24, bottom);
    } else if (byKey && (byKey.enabled ?? true)) {
      void byKey.run();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div
      ref={roving.ref}
      className="topsdl-Files"
      role="tree"
      aria-label={props.label}
      onKeyDown={onKeyDown}
      onScroll={roving.onScroll}
    >
      <div style={{ height: nodes.length * ROW_HEIGHT, position: 'relative' }} role="none">
        {roving.drawn.map(index => {
          const node = nodes[index];
          if (!node) {
            return null;
          }
          const { entry, depth, children } = node;
          const folder = entry.kind === 'directory';
          const Icon = folder ? folderIcon : fileIcon;
          const Caret = open.has(entry.path) ? caretDownIcon : caretRightIcon;
          const actions = props.actions?.(entry) ?? [];
          return (
            <div
              key={entry.path}
              role="treeitem"
              data-row
              className="topsdl-Files-row"
              aria-level={depth + 1}
              aria-selected={index === roving.focused}
              aria-expanded={folder ? open.has(entry.path) : undefined}
              tabIndex={index === roving.focused ? 0 : -1}
              style={{ top: index * ROW_HEIGHT, height: ROW_HEIGHT, paddingLeft: 8 + depth * 16 }}
              onFocus={() => roving.onFocus(entry.path)}
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
      </div>
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
    const siblings = byParent.get(parent);
    if (siblings) {
      siblings.push(entry);
    } else {
      byParent.set(parent, [entry]);
    }
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
