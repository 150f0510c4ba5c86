import { and, eq, inArray, notInArray } from 'drizzle-orm';
import { operations } from '@topsdl/contract';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { notFound } from '../access/access.ts';
import type { App } from '../app.ts';
import { type Ordering } from '../db/paging.ts';
import { listRows, mapPage } from '../db/rows.ts';
import { sendDownload } from '../http/download.ts';
import { presentTask } from './present.ts';
import { tasks, type TaskRow } from './table.ts';

const newestFirst: Ordering<TaskRow> = {
  name: 'tasks',
  columns: [tasks.id],
  direction: 'descending',
  keys: row => [row.id]
};

const ACTIVE = ['queued', 'running'] as const;

/** The operations on tasks: what the Activity view shows. */
export function registerTasks(app: App): void {
  const { api, db, access } = app;
  const userRef = (id: string | null) => access.userRef(id);

  access.registerOwner('/tasks/{taskId}', id => {
    const row = app.tasks.get(id);
    return row && { projectId: row.projectId };
  });

  api.implement(operations.tasks.list, ({ params, query, caller, language }) => {
    const filter = and(
      eq(tasks.projectId, params.projectId),
      query.mine ? eq(tasks.createdBy, caller.userId) : undefined,
      query.state === 'active' ? inArray(tasks.state, [...ACTIVE]) : undefined,
      query.state === 'ended' ? notInArray(tasks.state, [...ACTIVE]) : undefined
    );
    return mapPage(listRows(db.orm, tasks, newestFirst, filter, query), row =>
      presentTask(row, language, userRef)
    );
  });

  api.implement(operations.tasks.get, ({ params, language }) =>
    presentTask(found(app.tasks.get(params.taskId)), language, userRef)
  );

  api.implement(operations.tasks.log, async ({ params, req, res, signal }) => {
    const path = app.tasks.logPath(params.taskId);
    const size = await stat(path).then(
      info => info.size,
      () => 0
    );
    await sendDownload(
      req,
      res,
      {
        size,
        contentType: 'text/plain; charset=utf-8',
        open: range => (size === 0 ? Readable.from([]) : createReadStream(path, range))
      },
      signal
    );
  });

  api.implement(operations.tasks.cancel, ({ params, language }) =>
    presentTask(found(app.tasks.cancel(params.taskId)), language, userRef)
  );
}

function found(row: TaskRow | undefined): TaskRow {
  if (!row) {
    throw notFound('task');
  }
  return row;
}
