import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { PLUGINS, podOf } from '../plugins.ts';
import { keyPair } from '../sshKeys.ts';
import { job, task } from './samples.ts';

const mpi = job({
  plugins: { ssh: [], svc: [], env: [] },
  tasks: [task('master'), task('big-worker', { replicas: 2 })]
});

/** What a plugin makes, by the kind and name of each object. */
async function made(plugin: string, ...args: string[]): Promise<Record<string, object>> {
  const all = PLUGINS[plugin]?.objects(mpi, args) ?? [];
  const named = all.map(async ({ collection, name, content }) => [
    `${collection.split('/').at(-1)}/${name}`,
    await content()
  ]);
  return Object.fromEntries(await Promise.all(named)) as Record<string, object>;
}

describe('svc', () => {
  test('lists the hosts of each task, without a newline at the end', async () => {
    const { 'configmaps/j-svc': lists } = await made('svc');
    expect(lists).toEqual({
      data: {
        'master.host': 'j-master-0.j',
        VC_MASTER_HOSTS: 'j-master-0.j',
        VC_MASTER_NUM: '1',
        'big_worker.host': 'j-big-worker-0.j\nj-big-worker-1.j',
        VC_BIG_WORKER_HOSTS: 'j-big-worker-0.j,j-big-worker-1.j',
        VC_BIG_WORKER_NUM: '2'
      }
    });
  });

  test('shuts out everybody else unless told otherwise', async () => {
    expect(Object.keys(await made('svc'))).toContain('networkpolicies/j');
    expect(Object.keys(await made('svc', '--disable-network-policy=true'))).toEqual([
      'configmaps/j-svc',
      'services/j'
    ]);
  });

  test.each([
    [[], false],
    [['--publish-not-ready-addresses=true'], true],
    [['-publish-not-ready-addresses'], true],
    [['--publish-not-ready-addresses=false'], false]
  ])('names pods that are not ready where it is told to: %j', async (args, expected) => {
    const { 'services/j': service } = await made('svc', ...args);
    expect(service).toMatchObject({
      spec: { clusterIP: 'None', publishNotReadyAddresses: expected }
    });
  });
});

describe('ssh', () => {
  test('makes a pair of keys that OpenSSH takes for one', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'topsdl-keys-'));
    const { privateKey, publicKey } = await keyPair();
    const file = join(directory, 'id_rsa');
    writeFileSync(file, privateKey, { mode: 0o600 });
    const derived = execFileSync('ssh-keygen', ['-y', '-f', file], { encoding: 'utf8' });
    rmSync(directory, { recursive: true });
    expect(derived.trim().split(' ').slice(0, 2).join(' ')).toBe(publicKey.trim());
  });

  test('gives the client an alias for every pod', async () => {
    const { 'secrets/j-ssh': secret } = await made('ssh', '--ssh-port=2222');
    expect(secret).toMatchObject({
      stringData: {
        config: expect.stringContaining(
          'Host j-big-worker-1\n  HostName j-big-worker-1.j\n  Port 2222\n'
        ) as string
      }
    });
  });
});

describe('a pod', () => {
  const pod = podOf(mpi, mpi.spec.tasks[1]!, 1);

  test('belongs to its job and says its place in it', () => {
    expect(pod.metadata).toMatchObject({
      name: 'j-big-worker-1',
      ownerReferences: [{ kind: 'Job', uid: 'u', controller: true }],
      labels: {
        'volcano.sh/job-name': 'j',
        'volcano.sh/job-namespace': 'n',
        'volcano.sh/task-spec': 'big-worker',
        'volcano.sh/task-index': '1',
        'volcano.sh/queue-name': 'default'
      },
      annotations: {
        'scheduling.k8s.io/group-name': 'j-u',
        'volcano.sh/job-version': '0',
        'volcano.sh/job-retry-count': '0'
      }
    });
    expect(pod.spec).toMatchObject({
      hostname: 'j-big-worker-1',
      subdomain: 'j',
      schedulerName: 'volcano'
    });
  });

  test('finds hosts, keys and its number', () => {
    const [container] = pod.spec.containers;
    expect(container?.volumeMounts).toEqual([
      { name: 'j-ssh', mountPath: '/root/.ssh', subPath: '.ssh' },
      { name: 'j-svc', mountPath: '/etc/volcano' }
    ]);
    expect(container?.env).toContainEqual({ name: 'VC_TASK_INDEX', value: '1' });
    expect(container?.env).toContainEqual({
      name: 'VC_BIG_WORKER_HOSTS',
      valueFrom: { configMapKeyRef: { name: 'j-svc', key: 'VC_BIG_WORKER_HOSTS' } }
    });
  });

  test.each([
    ['/root/.ssh', 0o600],
    ['/etc/keys', 0o644]
  ])('has its keys in %s with mode %i', (path, defaultMode) => {
    const other = job({ plugins: { ssh: [`--ssh-key-file-path=${path}`] } });
    const { spec } = podOf(other, other.spec.tasks[0]!, 0);
    expect(spec.volumes).toMatchObject([{ secret: { defaultMode } }]);
    expect(spec.containers[0]?.volumeMounts?.[0]?.mountPath).toBe(path);
  });

  test('leaves the template of its job as it is', () => {
    const before = JSON.stringify(mpi);
    podOf(mpi, mpi.spec.tasks[0]!, 0);
    expect(JSON.stringify(mpi)).toBe(before);
  });
});
