import type { Action, EventName, Job, Policy } from './objects.ts';

/** What happened to a job, or what somebody wants of it. */
export interface Request {
  /** The job that is meant: another one may have its name by now. */
  readonly uid?: string;
  readonly event?: EventName;
  /** Asked for by a Command, or due by a policy with a timeout. */
  readonly action?: Action;
  readonly task?: string;
  readonly pod?: string;
  readonly podUid?: string;
  readonly exitCode?: number;
  /** The version of the job that the pod was made for. */
  readonly version?: number;
}

export interface Decision {
  readonly action: Action;
  /** Time until then, in milliseconds. */
  readonly after: number;
}

/** What a job's policies say to an event, the task's own before the job's; undefined where they say nothing. */
export function decide(job: Job, request: Request): Decision | undefined {
  if (request.action !== undefined) {
    return { action: request.action, after: 0 };
  }
  // Of pods that were ended on purpose nobody wants to hear.
  if (request.event === undefined || (request.version ?? 0) < (job.status?.version ?? 0)) {
    return undefined;
  }
  const task = job.spec.tasks.find(({ name }) => name === request.task);
  const policies = [...(task?.policies ?? []), ...(job.spec.policies ?? [])];
  const found = policies.find(policy => covers(policy, request));
  return found && { action: found.action, after: milliseconds(found.timeout ?? '0s') };
}

function covers(policy: Policy, { event, exitCode }: Request): boolean {
  if (policy.exitCode !== undefined && policy.exitCode !== 0 && policy.exitCode === exitCode) {
    return true;
  }
  const events = [...(policy.events ?? []), ...(policy.event ? [policy.event] : [])];
  const named = event !== undefined && (events.includes(event) || events.includes('*'));
  // Every pod is pending for a moment: without a time there would be no job.
  return named && (event !== 'PodPending' || policy.timeout !== undefined);
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** A duration as Go writes it, such as `1m30s`. @throws RangeError */
export function milliseconds(duration: string): number {
  const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== duration) {
    throw new RangeError(`${duration} is not a duration`);
  }
  return parts.reduce(
    (sum, [, amount, unit = 's']) => sum + Number(amount) * (UNITS[unit] ?? 0),
    0
  );
}
