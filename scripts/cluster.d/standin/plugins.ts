import type { KubeObject } from '../api.ts';
import { flags, isTrue } from './flags.ts';
import { hostsOf, podName, variableName } from './hosts.ts';
import type { Container, Job, Pod, Task } from './objects.ts';
import { LABELS, PATHS, ownedBy, pathOf } from './objects.ts';
import { keyPair } from './sshKeys.ts';

/** Something that a plugin makes for a job: where it belongs, its name, and what is in it. */
export interface Made {
  readonly collection: string;
  readonly name: string;
  readonly content: () => object | Promise<object>;
}

/** What Volcano calls a plugin of a job. */
export interface JobPlugin {
  /** Objects that the pods need, made before them and deleted when the job ends. */
  objects(job: Job, args: readonly string[]): Made[];
  /** Changes a pod before it is made. */
  pod(pod: Pod, job: Job, task: Task, index: number, args: readonly string[]): void;
}

function containersOf(pod: Pod): Container[] {
  return [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
}

function addVariables(pod: Pod, variables: NonNullable<Container['env']>): void {
  containersOf(pod).forEach(container => (container.env ??= []).push(...variables));
}

function addVolume(
  pod: Pod,
  volume: Record<string, unknown> & { name: string },
  mount: { mountPath: string; subPath?: string }
): void {
  (pod.spec.volumes ??= []).push(volume);
  containersOf(pod).forEach(container =>
    (container.volumeMounts ??= []).push({ name: volume.name, ...mount })
  );
}

/** What everything that belongs to a job has in common. */
export function own(job: Job, name: string): KubeObject['metadata'] {
  return { name, namespace: job.metadata.namespace, ownerReferences: [ownedBy(job)] };
}

const selector = (job: Job): Record<string, string> => ({
  [LABELS.job]: job.metadata.name,
  [LABELS.namespace]: job.metadata.namespace ?? ''
});

const env: JobPlugin = {
  objects: () => [],
  pod(pod, _job, _task, index) {
    addVariables(
      pod,
      ['VK_TASK_INDEX', 'VC_TASK_INDEX'].map(name => ({ name, value: String(index) }))
    );
  }
};

/** Names: a headless Service, the lists of hosts in a ConfigMap, and a NetworkPolicy that lets in nobody but the job's own pods. */
const svc: JobPlugin = {
  objects(job, args) {
    const given = flags(args);
    const { name, namespace } = job.metadata;
    const lists: Made = {
      collection: pathOf(PATHS.core, namespace, 'configmaps'),
      name: `${name}-svc`,
      content: () => ({ data: hostLists(job) })
    };
    const service: Made = {
      collection: pathOf(PATHS.core, namespace, 'services'),
      name,
      content: () => ({
        spec: {
          clusterIP: 'None',
          selector: selector(job),
          publishNotReadyAddresses: isTrue(given.get('publish-not-ready-addresses'))
        }
      })
    };
    const policy: Made = {
      collection: pathOf(PATHS.networking, namespace, 'networkpolicies'),
      name,
      content: () => ({
        spec: {
          podSelector: { matchLabels: selector(job) },
          ingress: [{ from: [{ podSelector: { matchLabels: selector(job) } }] }],
          policyTypes: ['Ingress']
        }
      })
    };
    const open = isTrue(given.get('disable-network-policy'));
    return open ? [lists, service] : [lists, service, policy];
  },
  pod(pod, job) {
    const name = `${job.metadata.name}-svc`;
    pod.spec.hostname ??= pod.metadata.name;
    pod.spec.subdomain ??= job.metadata.name;
    addVariables(
      pod,
      Object.keys(hostLists(job))
        .filter(key => key.startsWith('VC_'))
        .map(key => ({ name: key, valueFrom: { configMapKeyRef: { name, key } } }))
    );
    addVolume(pod, { name, configMap: { name } }, { mountPath: '/etc/volcano' });
  }
};

/** A file and two variables for each task. The files have no newline at their end. */
function hostLists(job: Job): Record<string, string> {
  const lists: Record<string, string> = {};
  for (const task of job.spec.tasks) {
    const hosts = hostsOf(job, task);
    const name = variableName(task);
    lists[`${name}.host`] = hosts.join('\n');
    lists[`VC_${name.toUpperCase()}_HOSTS`] = hosts.join(',');
    lists[`VC_${name.toUpperCase()}_NUM`] = String(hosts.length);
  }
  return lists;
}

const SSH_FILES = ['id_rsa', 'id_rsa.pub', 'authorized_keys', 'config'];
const SSH_DIRECTORY = '/root/.ssh';

/** One pair of keys for all pods of the job, and what a client needs to know to use it. */
const ssh: JobPlugin = {
  objects(job, args) {
    const content = async (): Promise<object> => {
      const pair = await keyPair();
      return {
        stringData: {
          id_rsa: pair.privateKey,
          'id_rsa.pub': pair.publicKey,
          authorized_keys: pair.publicKey,
          config: clientConfig(job, flags(args).get('ssh-port') ?? '22')
        }
      };
    };
    const { name, namespace } = job.metadata;
    return [{ collection: pathOf(PATHS.core, namespace, 'secrets'), name: `${name}-ssh`, content }];
  },
  pod(pod, job, _task, _index, args) {
    const mountPath = flags(args).get('ssh-key-file-path') ?? SSH_DIRECTORY;
    const secret = {
      secretName: `${job.metadata.name}-ssh`,
      // Elsewhere than in root's own directory they are for a user who is not root.
      defaultMode: mountPath === SSH_DIRECTORY ? 0o600 : 0o644,
      items: SSH_FILES.map(key => ({ key, path: `.ssh/${key}` }))
    };
    addVolume(pod, { name: secret.secretName, secret }, { mountPath, subPath: '.ssh' });
  }
};

/** Open MPI drops the domain of a name before it calls ssh; the aliases add it again. */
function clientConfig(job: Job, port: string): string {
  const hosts = job.spec.tasks.flatMap(task => hostsOf(job, task));
  const aliases = hosts.map(
    host => `Host ${host.split('.')[0]}\n  HostName ${host}\n  Port ${port}\n`
  );
  return `StrictHostKeyChecking no\nUserKnownHostsFile /dev/null\n${aliases.join('')}`;
}

export const PLUGINS: Readonly<Record<string, JobPlugin>> = { env, ssh, svc };

/** Keeps a pod from being bound until its whole gang can be. */
export const GATE = 'volcano-standin/gang';

/** The pod of a task as the job and its plugins want it. */
export function podOf(job: Job, task: Task, index: number): Pod {
  const { metadata, spec } = structuredClone(task.template);
  const { name, namespace = '' } = job.metadata;
  const labels = {
    [LABELS.job]: name,
    [LABELS.namespace]: namespace,
    [LABELS.task]: task.name,
    [LABELS.index]: String(index),
    [LABELS.queue]: job.spec.queue
  };
  const annotations = {
    [LABELS.job]: name,
    [LABELS.task]: task.name,
    [LABELS.index]: String(index),
    [LABELS.queue]: job.spec.queue,
    [LABELS.version]: String(job.status?.version ?? 0),
    [LABELS.retryCount]: String(job.status?.retryCount ?? 0),
    [LABELS.group]: podGroupName(job)
  };
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...own(job, podName(job, task, index)),
      labels: { ...metadata?.labels, ...labels },
      annotations: { ...metadata?.annotations, ...annotations }
    },
    spec: {
      ...spec,
      schedulerName: spec.schedulerName ?? job.spec.schedulerName,
      schedulingGates: [{ name: GATE }],
      ...(job.spec.priorityClassName && {
        priorityClassName: spec.priorityClassName ?? job.spec.priorityClassName
      })
    }
  };
  for (const [plugin, args] of Object.entries(job.spec.plugins ?? {})) {
    PLUGINS[plugin]?.pod(pod, job, task, index, args);
  }
  return pod;
}

export function podGroupName(job: Job): string {
  return `${job.metadata.name}-${job.metadata.uid}`;
}
