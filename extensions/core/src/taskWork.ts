import { operations, type Task } from '@topsdl/contract';
import type { WorkReader, WorkReport } from '@topsdl/lab';
import { speak } from '@topsdl/ui';

const STATES: Readonly<Record<Task['state'], WorkReport['state']>> = {
  queued: 'active',
  running: 'active',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'stopped'
};

/** How a task stands. */
const readTask: WorkReader = async ({ client, registry, translation }, id) => {
  const task = await client.call(operations.tasks.get, { params: { taskId: id } });
  const { kind, problem, subject } = task;
  const known = registry.taskKind(kind);
  return {
    name: translation.trans.__('%1 (%2)', registry.taskTitle(kind), subject.name),
    by: known?.silent ? null : (task.createdBy?.id ?? null),
    state: STATES[task.state],
    reason: problem ? speak(translation, problem.code, problem.params, problem.detail) : undefined,
    endedAt: task.endedAt,
    panels: [
      ...(known?.panel === undefined ? [] : [{ kind: known.panel, id: subject.id }]),
      { kind: subject.kind, id: subject.id },
      { kind: 'activity', id: 'project' }
    ]
  };
};

export default readTask;
