import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { PYTHON_MIME } from '@topsdl/lab';
import { edits, knowsTopsdl } from './pythonCells.ts';

type Cell = NotebookPanel['content']['widgets'][number];

/**
 * Lets things be dropped on notebooks: into the code under the pointer, or as a cell below it all.
 * A notebook that has not said so yet gets the import as well, so that what is dropped runs.
 */
export function installDropping(tracker: INotebookTracker): void {
  const notebookAt = (target: EventTarget | null): NotebookPanel | undefined =>
    target instanceof Node ? tracker.find(panel => panel.content.node.contains(target)) : undefined;
  const isOurs = (event: DragEvent) => event.dataTransfer?.types.includes(PYTHON_MIME) ?? false;

  // Editors take text by themselves; what is around them has to be told that it may be dropped on.
  document.addEventListener('dragover', event => {
    if (isOurs(event) && event.dataTransfer && notebookAt(event.target)) {
      event.preventDefault();
      event.dataTransfer.dropEffect = 'copy';
    }
  });

  // Before the editor under the pointer, which would put in the text alone.
  document.addEventListener(
    'drop',
    event => {
      const panel = isOurs(event) ? notebookAt(event.target) : undefined;
      if (panel && event.dataTransfer) {
        event.preventDefault();
        event.stopPropagation();
        drop(panel, event, event.dataTransfer.getData(PYTHON_MIME));
        // The editor did not see the drop: this ends what it shows while something is dragged.
        event.target?.dispatchEvent(new DragEvent('dragend', { bubbles: true }));
      }
    },
    true
  );
}

function drop(panel: NotebookPanel, event: DragEvent, python: string): void {
  const notebook = panel.content;
  const cells = notebook.model?.sharedModel;
  if (!cells) {
    return;
  }
  const known = cells.cells.some(
    cell => cell.cell_type === 'code' && knowsTopsdl(cell.getSource())
  );
  const index = notebook.widgets.findIndex(
    cell => event.target instanceof Node && cell.node.contains(event.target)
  );
  const under = notebook.widgets[index];
  if (under?.model.type === 'code' && under.editor) {
    notebook.activeCellIndex = index;
    insert(under, event, python, known);
    return;
  }
  const at = index < 0 ? cells.cells.length : index + 1;
  cells.insertCell(at, {
    cell_type: 'code',
    source: known ? python : `import topsdl\n\n${python}`
  });
  notebook.activeCellIndex = at;
}

/** Puts Python where the pointer is in a cell, as one step of its undo. */
function insert(cell: Cell, { clientX, clientY }: DragEvent, python: string, known: boolean): void {
  const { editor } = cell;
  const { sharedModel } = cell.model;
  if (!editor) {
    return;
  }
  const position = editor.getPositionForCoordinate({
    left: clientX,
    right: clientX,
    top: clientY,
    bottom: clientY
  });
  const source = sharedModel.getSource();
  const offset = position ? editor.getOffsetAt(position) : source.length;
  const all = edits(source, offset, python, known);
  sharedModel.transact(() => {
    for (const { at, text } of all) {
      sharedModel.updateSource(at, at, text);
    }
  });
  editor.focus();
  const behind = offset + all.reduce((sum, { text }) => sum + text.length, 0);
  editor.setCursorPosition(editor.getPositionAt(behind) ?? { line: 0, column: 0 });
}
