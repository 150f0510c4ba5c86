/** The manual's job: a master and two workers with a card each, and its recipe word by word. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { KubeObject } from '../api.ts';
import { PATHS } from '../standin/objects.ts';
import { Ground, task } from './cluster.ts';

const RECIPE =
  'mkdir -p /etc/mpi && echo "localhost slots=1" > /etc/mpi/hostfile && ' +
  'cat /etc/volcano/worker.host | sed "s/$/& slots=1/g" >> /etc/mpi/hostfile && ' +
  'mpirun --hostfile /etc/mpi/hostfile --allow-run-as-root -mca btl ^openib -np 3 hostname';
/** The manual leaves it to chance that the workers are there before the master. */
const WAIT =
  'for host in $(cat /etc/volcano/worker.host); do ' +
  'for i in $(seq 100); do ssh -o ConnectTimeout=2 $host true 2>/dev/null && break; sleep 0.2; done; done';
const SSHD = 'mkdir -p /run/sshd && ssh-keygen -A >/dev/null && exec /usr/sbin/sshd -D -e';

const ground = new Ground();
before(() => ground.make());
after(() => ground.clear());

describe('the job of the manual', () => {
  test('prints the names of its three pods and leaves its log', async () => {
    await ground.submit('mpi', {
      minAvailable: 3,
      plugins: { ssh: [], svc: ['--publish-not-ready-addresses=true'], env: [] },
      tasks: [
        task('master', `cat /etc/volcano/worker.host; echo; env | sort; ${WAIT}; ${RECIPE}`, {
          cards: 1,
          policies: [{ event: 'TaskCompleted', action: 'CompleteJob' }]
        }),
        task('worker', SSHD, { cards: 1, replicas: 2 })
      ]
    });
    const lists = await ground.until(
      ground.path(PATHS.core, 'configmaps'),
      ({ metadata }: KubeObject & { data: Record<string, string> }) => metadata.name === 'mpi-svc'
    );
    assert.deepEqual(lists.data, {
      'master.host': 'mpi-master-0.mpi',
      'worker.host': 'mpi-worker-0.mpi\nmpi-worker-1.mpi',
      VC_MASTER_HOSTS: 'mpi-master-0.mpi',
      VC_MASTER_NUM: '1',
      VC_WORKER_HOSTS: 'mpi-worker-0.mpi,mpi-worker-1.mpi',
      VC_WORKER_NUM: '2'
    });
    await ground.phase('mpi', 'Completed');
    const lines = (await ground.log('mpi-master-0')).split('\n');
    for (const name of ['mpi-master-0', 'mpi-worker-0', 'mpi-worker-1']) {
      assert.ok(lines.includes(name), `${name} is missing in:\n${lines.join('\n')}`);
    }
    for (const line of ['VC_TASK_INDEX=0', 'VK_TASK_INDEX=0', 'VC_WORKER_NUM=2']) {
      assert.ok(lines.includes(line), `${line} is missing`);
    }
    assert.match(lines.join('\n'), /^VISIBLE_CARDS=\d+$/m);
  });

  test('is over with nothing left of it but the pod that ended', async () => {
    for (const worker of ['mpi-worker-0', 'mpi-worker-1']) {
      await ground.gone(ground.path(PATHS.core, 'pods'), worker);
    }
    const left = [
      [PATHS.core, 'configmaps', 'mpi-svc'],
      [PATHS.core, 'secrets', 'mpi-ssh'],
      [PATHS.core, 'services', 'mpi'],
      [PATHS.networking, 'networkpolicies', 'mpi']
    ] as const;
    for (const [group, plural, name] of left) {
      assert.equal(
        await ground.exists(group, plural, name),
        false,
        `${plural}/${name} is still there`
      );
    }
    assert.deepEqual(
      (await ground.pods('mpi')).map(({ metadata }) => metadata.name),
      ['mpi-master-0']
    );
    const [group] = await ground.groups();
    if (group) {
      await ground.gone(ground.path(PATHS.scheduling, 'podgroups'), group.metadata.name);
    }
  });
});
