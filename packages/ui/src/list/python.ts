import { copyIcon } from '@jupyterlab/ui-components';
import { PYTHON_MIME } from '@topsdl/lab';
import type { DragEvent } from 'react';
import { copyText } from '../feedback/copy.ts';
import { notify, reportError } from '../feedback/report.ts';
import type { Host } from '../host.tsx';
import type { Action, RowView } from './rows.ts';

/** Lets a thing be dragged: notebooks make sure that its Python runs, everything else takes the text. */
export function dragPython(event: DragEvent, python: string): void {
  event.dataTransfer.setData(PYTHON_MIME, python);
  event.dataTransfer.setData('text/plain', python);
  event.dataTransfer.effectAllowed = 'copy';
}

/** What can be done with a thing, and that its Python can be copied: dragging needs a pointer. */
export function withPython(
  host: Host,
  actions: readonly Action[],
  python: string | undefined
): readonly Action[] {
  if (python === undefined) {
    return actions;
  }
  const { trans } = host;
  const copy: Action = {
    id: 'python',
    label: trans.__('Copy as Python'),
    icon: copyIcon,
    run: () =>
      copyText(`import topsdl\n\n${python}\n`).then(
        () => notify(trans.__('Copied as Python.')),
        (error: unknown) => reportError(host, error)
      )
  };
  // What deletes stays last, in a group of its own.
  const group = actions.findIndex(({ separator }) => separator);
  return group < 0 ? [...actions, copy] : actions.toSpliced(group, 0, copy);
}

/** A row, and those folded under it, with their Python among the actions. */
export function rowWithPython(host: Host, view: RowView): RowView {
  return {
    ...view,
    actions: withPython(host, view.actions ?? [], view.python),
    ...(view.children && { children: view.children.map(child => rowWithPython(host, child)) })
  };
}
