import { z } from 'zod';
import { access, operation } from './operation.ts';
import { page, PageQuery } from './page.ts';
import { Id, Time, UserRef } from './rules.ts';

/** Long work: a durable row with progress, a log and a cancel button. */
export const Task = z
  .object({
    id: Id,
    projectId: Id,
    kind: z.enum(['dataset-import', 'dataset-export', 'training-data', 'materialize']),
    /** What it works on, to open from the Activity view. */
    subject: z.object({ kind: z.string(), id: Id, name: z.string() }),
    state: z.enum(['queued', 'running', 'completed', 'failed', 'cancelled']),
    /** Units done of `total`; `total` is null until it is known. */
    done: z.number().int(),
    total: z.number().int().nullable(),
    /** What it is doing, a stable word such as `hashing`. */
    step: z.string().nullable(),
    problem: z
      .object({ code: z.string(), params: z.record(z.string(), z.unknown()), detail: z.string() })
      .nullable(),
    createdAt: Time,
    startedAt: Time.nullable(),
    endedAt: Time.nullable(),
    createdBy: UserRef.nullable()
  })
  .meta({ id: 'Task' });
export type Task = z.infer<typeof Task>;

const TaskParams = z.object({ taskId: Id });

export const tasks = {
  list: operation({
    id: 'tasks.list',
    method: 'GET',
    path: '/projects/{projectId}/tasks',
    summary: 'Long work of a project, newest first.',
    access: access.read('platform', 'data', 'admin'),
    params: z.object({ projectId: Id }),
    query: PageQuery.omit({ search: true }).extend({
      state: z.enum(['active', 'ended']).optional()
    }),
    response: page(Task)
  }),
  get: operation({
    id: 'tasks.get',
    method: 'GET',
    path: '/tasks/{taskId}',
    summary: 'One task.',
    access: access.read('platform', 'data', 'admin'),
    params: TaskParams,
    response: Task
  }),
  log: operation({
    id: 'tasks.log',
    method: 'GET',
    path: '/tasks/{taskId}/log',
    summary: "A task's log as text.",
    access: access.read('platform', 'data', 'admin'),
    params: TaskParams,
    rawResponse: { contentType: 'text/plain', description: 'UTF-8 lines' }
  }),
  cancel: operation({
    id: 'tasks.cancel',
    method: 'POST',
    path: '/tasks/{taskId}/cancel',
    summary: 'Cancel a task; it leaves nothing half done.',
    access: access.write('platform', 'data', 'admin'),
    params: TaskParams,
    response: Task,
    status: 202
  })
};
