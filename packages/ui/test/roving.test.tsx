/** @jest-environment jsdom */
import { beforeEach, expect, test } from '@jest/globals';
import { one, press, render } from './dom.tsx';
import { act, useState } from 'react';
import { FileList, treeOf } from '../src/files/FileList.tsx';
import { heightFor } from '../src/list/Resizer.tsx';
import { RowList } from '../src/list/RowList.tsx';
import { Table } from '../src/list/Table.tsx';

beforeEach(() => document.body.replaceChildren());

const names = (count: number) => Array.from({ length: count }, (_, index) => `row ${index}`);
const tabStops = (root: HTMLElement) =>
  [...root.querySelectorAll<HTMLElement>('[tabindex="0"]')].map(
    node => node.getAttribute('aria-label') ?? node.getAttribute('role')
  );

let remove: (name: string) => void;

function Rows() {
  const [rows, setRows] = useState(names(4));
  remove = name => setRows(old => old.filter(row => row !== name));
  return (
    <RowList
      label="Things"
      rows={rows.map(label => ({
        id: label,
        label,
        actions: [{ id: 'add', label: `Add to ${label}`, inline: true, run: () => undefined }]
      }))}
      open={new Set()}
      onOpenChange={() => undefined}
    />
  );
}

test('a list is one stop, and its focused row another with its own buttons', async () => {
  const root = render(<Rows />);
  expect(tabStops(root)).toEqual(['treeitem', 'Add to row 0']);
  const first = one(root, '[role="treeitem"]');
  act(() => first.focus());
  await press(first, 'End');
  expect(document.activeElement?.textContent).toBe('row 3');
  expect(tabStops(root)).toEqual(['treeitem', 'Add to row 3']);
});

test('when the focused row is taken away, the row in its place has the focus', async () => {
  const root = render(<Rows />);
  const first = one(root, '[role="treeitem"]');
  act(() => first.focus());
  await press(first, 'ArrowDown');
  act(() => remove('row 1'));
  expect(document.activeElement?.textContent).toBe('row 2');
  act(() => remove('row 2'));
  act(() => remove('row 3'));
  expect(document.activeElement?.textContent).toBe('row 0');
  // Nothing takes the focus from elsewhere.
  act(() => (document.activeElement as HTMLElement).blur());
  act(() => remove('row 0'));
  expect(document.activeElement).toBe(document.body);
});

test('a row of a table that is far away takes the focus, and is drawn', async () => {
  const root = render(
    <Table
      label="Things"
      columns={[{ id: 'name', label: 'Name', cell: (name: string) => <button>{name}</button> }]}
      items={names(10_000)}
      id={name => name}
    />
  );
  const rows = () => [...root.querySelectorAll('[data-row]')];
  expect(rows().length).toBeLessThan(60);
  act(() => (rows()[0] as HTMLElement).focus());
  await press(rows()[0] as Element, 'End');
  expect(document.activeElement?.textContent).toBe('row 9999');
  expect(rows().length).toBeLessThan(60);
});

test('a long list of files draws what is seen, and its tree is made at once', () => {
  const items = Array.from({ length: 20_000 }, (_, index) => ({
    name: `file-${index}.txt`,
    path: `folder/file-${index}.txt`,
    kind: 'file' as const,
    bytes: 1,
    modifiedAt: '2026-01-01T00:00:00Z'
  }));
  const began = performance.now();
  expect(treeOf(items, new Set(['folder']))).toHaveLength(20_001);
  expect(performance.now() - began).toBeLessThan(2000);
  const root = render(<FileList label="Files" items={items} />);
  expect(root.querySelectorAll('[role="treeitem"]')).toHaveLength(1);
});

test('the edge of a section moves by keys, no further than its header and two rows', () => {
  expect(heightFor('ArrowDown', 100)).toBe(124);
  expect(heightFor('ArrowUp', 80)).toBe(76);
  expect(heightFor('Home', 300)).toBe(76);
  expect(heightFor('End', 300)).toBeNull();
  expect(heightFor('a', 300)).toBeUndefined();
});
