import type { Job, Task } from './objects.ts';
import { replicasOf } from './objects.ts';

export function podName(job: Job, task: Task, index: number): string {
  return `${job.metadata.name}-${task.name}-${index}`;
}

/** The names under which the pods of a task find each other: `<host name>.<subdomain>`. */
export function hostsOf(job: Job, task: Task): string[] {
  const { hostname, subdomain = job.metadata.name } = task.template.spec;
  if (hostname !== undefined) {
    // A template that names its host gives the same name to all of its pods.
    return replicasOf(task) > 0 ? [`${hostname}.${subdomain}`] : [];
  }
  return Array.from(
    { length: replicasOf(task) },
    (_, index) => `${podName(job, task, index)}.${subdomain}`
  );
}

/** A task's name where only letters, digits and `_` may stand. */
export function variableName(task: Task): string {
  return task.name.replaceAll('-', '_');
}
