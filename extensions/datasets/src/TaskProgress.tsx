import { operations, type Task } from '@topsdl/contract';
import { Button, ProgressBar, useRun, useTops } from '@topsdl/ui';
import type { JSX } from 'react';

/** How far a task is, and its cancel button. */
export function TaskProgress({ task }: { readonly task: Task }): JSX.Element {
  const { client, trans, translation } = useTops();
  const { run } = useRun();
  const number = (value: number) => value.toLocaleString(translation.locale);
  const cancel = () => client.call(operations.tasks.cancel, { params: { taskId: task.id } });
  return (
    <div className="topsdl-TaskProgress" role="status">
      <ProgressBar share={task.total ? task.done / task.total : null} />
      <span>
        {number(task.done)}
        {task.total ? ` / ${number(task.total)}` : ''}
      </span>
      <Button onClick={() => void run(cancel)}>{trans.__('Cancel')}</Button>
    </div>
  );
}
