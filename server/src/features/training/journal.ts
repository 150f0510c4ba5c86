import { asc, eq } from 'drizzle-orm';
import type { Orm, Transaction } from '../../db/database.ts';
import { reason, type StoredReason } from '../../reconcile/reasons.ts';
import type { Workload } from '../../reconcile/table.ts';
import { runEvents, type RunEventRow } from './table.ts';

/** Notes what happened to a run. */
export function note(
  tx: Transaction,
  runId: string,
  attempt: number,
  why: StoredReason,
  type: 'normal' | 'warning' = 'normal'
): void {
  tx.insert(runEvents).values({ runId, attempt, type, reason: why, time: Date.now() }).run();
}

/** What happened to a run, oldest first. */
export function eventsOf(orm: Orm, runId: string): RunEventRow[] {
  return orm
    .select()
    .from(runEvents)
    .where(eq(runEvents.runId, runId))
    .orderBy(asc(runEvents.seq))
    .all();
}

/** Notes what a change of a run's workload means for people. */
export function noteChange(tx: Transaction, workload: Workload, before: Workload | null): void {
  const add = (why: StoredReason, type: 'normal' | 'warning' = 'normal') =>
    note(tx, workload.ownerId, workload.attempt, why, type);
  if (before === null) {
    add(
      workload.attempt === 1
        ? reason('run.created')
        : reason('run.resumed', { attempt: workload.attempt })
    );
    return;
  }
  if (before.state === workload.state) {
    if (before.handle === null && workload.handle !== null) {
      add(reason('run.started', { nodes: workload.nodes }));
    } else if (isNewWait(workload, before)) {
      add(workload.reason as StoredReason);
    }
    return;
  }
  switch (workload.state) {
    case 'pending':
      return;
    case 'starting':
      add(reason('run.admitted'));
      return;
    case 'running':
      add(reason('run.running'));
      return;
    case 'stopping':
      add(reason('run.stopping', { name: workload.stoppedBy ?? '' }));
      return;
    case 'completed':
      add(reason('run.completed'));
      return;
    case 'stopped':
      add(workload.reason ?? reason('stopped'));
      return;
    case 'failed':
    case 'lost':
      add(workload.reason ?? reason('run-lost', { detail: '' }), 'warning');
  }
}

/**
 * Whether it waits for something else than before: how much of it is in use, and whose, changes all the time, and every run on a
 * cluster is in a queue for a moment.
 */
function isNewWait(workload: Workload, before: Workload): boolean {
  return (
    workload.reason !== null &&
    workload.reason.code !== 'waits-in-queue' &&
    (kindOf(workload.reason) !== kindOf(before.reason) ||
      workload.reason.params.resource !== before.reason?.params.resource)
  );
}

/** The code; one for all that tell of the cluster's machines. */
function kindOf(why: StoredReason | null): string | undefined {
  return why?.code.replace(/^(waits-for-machines).*/, '$1');
}
