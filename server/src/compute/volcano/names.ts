/** Names of objects. They are made, never taken from what people write: what people call a thing is an annotation. */
import { createHash } from 'node:crypto';

/** Prefix of our labels and annotations. */
const OURS = 'topsdl';

export const LABELS = {
  managedBy: 'app.kubernetes.io/managed-by',
  /** Which installation an object belongs to. */
  instance: `${OURS}/instance`,
  /** The name of a run's objects. */
  run: `${OURS}/run`,
  /** The name of a project's namespace, on everything in it. */
  project: `${OURS}/project`,
  /** `none` or `egress`. */
  network: `${OURS}/network`
} as const;

export const ANNOTATIONS = {
  /** The run's id, by which a job that is there already is known as the same. */
  run: `${OURS}/run-id`,
  /** What was planned, as a hash. */
  plan: `${OURS}/plan`,
  /** What people call it. */
  name: `${OURS}/name`,
  project: `${OURS}/project-id`
} as const;

export const MANAGER = 'topsdl';

/** The namespace of a project, and its queue. */
export function namespaceName(prefix: string, projectId: string): string {
  return `${prefix}-${createHash('sha256').update(projectId).digest('hex').slice(0, 12)}`;
}

/** The namespace of a project: that which is given for its name, or its own. */
export function projectNamespace(
  config: {
    readonly namespaces: Readonly<Record<string, string>>;
    readonly namespacePrefix: string;
  },
  { id, name }: { readonly id: string; readonly name: string }
): string {
  const given = Object.hasOwn(config.namespaces, name) ? config.namespaces[name] : undefined;
  return given ?? namespaceName(config.namespacePrefix, id);
}

/** A value of a label, from any text. */
export function labelValue(text: string): string {
  return /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/.test(text)
    ? text
    : createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** Nodes of a batch workload, the master first: pods are called so by Volcano's controller. */
export function nodeNames(job: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) =>
    i === 0 ? `${job}-master-0` : `${job}-worker-${i - 1}`
  );
}

/** The name of a service's replica, as it is shown. */
export function replicaName(index: number): string {
  return `replica-${index}`;
}

/** The place of a pod: for nodes 0 is the master. Undefined for a pod that is none of the workload's. */
export function podIndex(name: string, pod: string): number | undefined {
  const rest = pod.startsWith(`${name}-`) ? pod.slice(name.length + 1) : '';
  const match = /^(?:(master-0)|worker-(\d{1,4})|(\d{1,4}))$/.exec(rest);
  if (match === null) {
    return undefined;
  }
  return match[1] !== undefined
    ? 0
    : match[2] !== undefined
      ? Number(match[2]) + 1
      : Number(match[3]);
}

/** Labels of everything that belongs to an installation. */
export function ownLabels(instance: string): Record<string, string> {
  return { [LABELS.managedBy]: MANAGER, [LABELS.instance]: labelValue(instance) };
}

/** Selects what belongs to an installation. */
export function ownSelector(instance: string): string {
  return Object.entries(ownLabels(instance))
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
}
