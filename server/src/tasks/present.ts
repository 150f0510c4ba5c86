import { sentence, type Language, type Task, type UserRef } from '@topsdl/contract';
import type { TaskRow } from './table.ts';

/** A task as clients get it. */
export function presentTask(
  row: TaskRow,
  language: Language,
  userRef: (id: string | null) => UserRef | null
): Task {
  const time = (value: number | null) => (value === null ? null : new Date(value).toISOString());
  return {
    id: row.id,
    projectId: row.projectId,
    kind: row.kind,
    subject: { kind: row.subjectKind, id: row.subjectId, name: row.subjectName },
    state: row.state,
    done: row.done,
    total: row.total,
    step: row.step,
    problem:
      row.problemCode === null
        ? null
        : {
            code: row.problemCode,
            params: { ...row.problemParams },
            detail: sentence(row.problemCode, row.problemParams ?? {}, language)
          },
    createdAt: new Date(row.createdAt).toISOString(),
    startedAt: time(row.startedAt),
    endedAt: time(row.endedAt),
    createdBy: userRef(row.createdBy)
  };
}
