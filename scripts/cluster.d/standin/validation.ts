import type { Job, JobSpec, Policy, Queue } from './objects.ts';
import { ACTIONS, EVENTS, replicasOf } from './objects.ts';
import { PLUGINS } from './plugins.ts';
import { milliseconds } from './policies.ts';

/** What `spec` becomes where it leaves something open, as a JSON patch (RFC 6902). */
export function defaults(job: Job): { op: 'add'; path: string; value: unknown }[] {
  const { minAvailable, maxRetry, tasks } = job.spec;
  const spec: Partial<JobSpec> = {
    ...(maxRetry ? {} : { maxRetry: 3 }),
    tasks: tasks.map(({ replicas = 0, ...task }, index) => ({
      ...task,
      name: task.name || `default${index}`,
      ...(replicas === 0 ? {} : { replicas }),
      minAvailable: task.minAvailable ?? replicas
    })),
    ...(minAvailable
      ? {}
      : {
          minAvailable: tasks.reduce(
            (sum, task) => sum + (task.minAvailable ?? replicasOf(task)),
            0
          )
        })
  };
  return Object.entries(spec).map(([name, value]) => ({ op: 'add', path: `/spec/${name}`, value }));
}

/** What is wrong with a new job, in the words that Volcano has for it; empty when nothing is. */
export function faultsOf(job: Job, queue: Queue | undefined, children: number): string[] {
  const { spec, metadata } = job;
  const faults: string[] = [];
  const names = new Set<string>();
  let replicas = 0;
  for (const task of spec.tasks) {
    if (task.minAvailable !== undefined && task.minAvailable > replicasOf(task)) {
      faults.push(
        `'minAvailable' is greater than 'replicas' in task: ${task.name}, job: ${metadata.name}`
      );
    }
    if (names.has(task.name)) {
      faults.push(`duplicated task name ${task.name}`);
    }
    names.add(task.name);
    replicas += replicasOf(task);
    faults.push(...policyFaults(task.policies, 'spec.tasks.policies'));
    faults.push(...nameFaults(`${metadata.name}-${task.name}-${replicasOf(task)}`));
  }
  if (replicas < spec.minAvailable) {
    faults.push("job 'minAvailable' should not be greater than total replicas in tasks");
  }
  faults.push(...policyFaults(spec.policies, 'spec.policies'));
  for (const name of Object.keys(spec.plugins ?? {}).filter(plugin => !(plugin in PLUGINS))) {
    faults.push(`unable to find job plugin: ${name}`);
  }
  return [...faults, ...queueFaults(spec.queue, queue, children)];
}

function nameFaults(pod: string): string[] {
  return /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(pod) && pod.length <= 63
    ? []
    : [`create pod with name ${pod} validate failed`];
}

function queueFaults(name: string, queue: Queue | undefined, children: number): string[] {
  if (queue === undefined) {
    return [`unable to find job queue: queue.scheduling.volcano.sh "${name}" not found`];
  }
  const state = queue.status?.state ?? '';
  return [
    ...(state === 'Open'
      ? []
      : [
          `can only submit job to queue with state \`Open\`, queue \`${name}\` status is \`${state}\``
        ]),
    ...(name === 'root' ? ['can not submit job to root queue'] : []),
    ...(name !== 'root' && children > 0
      ? [`can only submit job to leaf queue, queue \`${name}\` has ${children} child queues`]
      : [])
  ];
}

function policyFaults(policies: readonly Policy[] = [], path: string): string[] {
  const events = policies.flatMap(policy => [...(policy.events ?? []), policy.event ?? []].flat());
  const repeated = events.find((event, index) => events.indexOf(event) !== index);
  return [
    ...policies.flatMap(policy => policyFault(policy, path)),
    ...(repeated ? [`duplicate event ${repeated} across different policy`] : []),
    ...(events.includes('*') && events.length > 1
      ? ['if there is * here, no other policy should be here']
      : [])
  ];
}

function policyFault(policy: Policy, path: string): string[] {
  const events = [...(policy.events ?? []), ...(policy.event ? [policy.event] : [])];
  const valid = `valid events are [${EVENTS.join(' ')}], valid actions are [${ACTIONS.join(' ')}]`;
  if (events.length === 0 && policy.exitCode === undefined) {
    return ['either event and exitCode should be specified'];
  }
  if (events.length > 0 && policy.exitCode !== undefined) {
    return ['must not specify event and exitCode simultaneously'];
  }
  if (policy.exitCode === 0) {
    return ['0 is not a valid error code'];
  }
  if (events.some(event => !EVENTS.includes(event))) {
    return [`${path}: Invalid value: invalid policy event; ${valid}`];
  }
  if (!ACTIONS.includes(policy.action)) {
    return [`${path}: Invalid value: invalid policy action; ${valid}`];
  }
  try {
    milliseconds(policy.timeout ?? '0s');
    return [];
  } catch (error) {
    return [`${path}: Invalid value: ${(error as Error).message}`];
  }
}

/** Why a job may not be changed like this: of a job that is there only its size is open. */
export function changeFault(before: Job, after: Job): string | undefined {
  const rest = ({ spec }: Job): string =>
    JSON.stringify({
      ...spec,
      minAvailable: 0,
      priorityClassName: '',
      tasks: spec.tasks.map(task => ({ ...task, replicas: 0, minAvailable: 0 }))
    });
  if (before.spec.tasks.length !== after.spec.tasks.length) {
    return 'job updates may not add or remove tasks';
  }
  const small = after.spec.tasks.find(
    ({ minAvailable = 0, replicas = 0 }) => minAvailable > replicas
  );
  if (small) {
    return `'minAvailable' must be <= 'replicas' in task: ${small.name}`;
  }
  if (after.spec.minAvailable > after.spec.tasks.reduce((sum, task) => sum + replicasOf(task), 0)) {
    return "job 'minAvailable' must not be greater than total replicas";
  }
  return rest(before) === rest(after)
    ? undefined
    : 'job updates may not change fields other than `minAvailable`, `tasks[*].replicas under spec` and `PriorityClassName`';
}
