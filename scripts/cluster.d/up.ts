import { mkdirSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import type { KubeObject, ObjectList } from './api.ts';
import { Api } from './api.ts';
import type { Parts } from './build.ts';
import { build } from './build.ts';
import {
  CONTROL_MACHINE,
  apiServer,
  controllerManager,
  dns,
  etcd,
  scheduler,
  standin
} from './control.ts';
import { makeControlGroups } from './controlGroups.ts';
import { down } from './down.ts';
import { kubeconfigOf, makeKeys } from './keys.ts';
import type { NodeAddress } from './layout.ts';
import { nodeAddresses } from './layout.ts';
import type { Service } from './machine.ts';
import { Machine } from './machine.ts';
import { makeNetwork, networkIsThere } from './network.ts';
import { FIREWALL, cards, kubelet, nodeMachine, proxy } from './node.ts';
import { CONTAINERD, CONTAINERD_ANSWERS } from './runtime.ts';
import { Trouble, say } from './say.ts';
import type { Choices } from './state.ts';
import { readState, writeState } from './state.ts';

/**
 * Brings the cluster up as chosen: a new one, or what is missing of the one that is there. A cluster of another make is replaced.
 * @throws Trouble
 */
export async function up(choices: Choices): Promise<void> {
  const parts = await build();
  const before = readState();
  const isSame = isDeepStrictEqual(before, { choices, parts });
  if (!isSame || !networkIsThere(choices.nodes)) {
    if (before && !isSame) {
      say('the cluster that is up is of another make: replacing it');
    }
    await down();
    await prepare(choices, parts);
  }
  await startControlPlane(choices, parts);
  const api = Api.from(kubeconfigOf('admin'));
  try {
    const nodes = nodeAddresses(choices.nodes);
    await Promise.all(nodes.map(node => startNode(node, choices, parts)));
    await Promise.all(nodes.map(node => waitForNode(api, node, choices)));
    if (choices.standin) {
      await startStandin(api);
    }
  } finally {
    api.close();
  }
  say('the cluster is up');
}

/** What machines need before they start. Noted last, so that a start that was cut off begins anew. */
async function prepare(choices: Choices, parts: Parts): Promise<void> {
  mkdirSync(choices.volume, { recursive: true });
  await makeNetwork(choices.nodes);
  makeControlGroups(nodeAddresses(choices.nodes).map(node => node.name));
  await makeKeys(parts.programs, choices.nodes);
  writeState({ choices, parts });
}

async function startControlPlane(choices: Choices, { programs }: Parts): Promise<void> {
  const control = new Machine('control');
  if (!control.isUp) {
    await control.start(programs, CONTROL_MACHINE);
  }
  await start(control, etcd(programs));
  if (await start(control, apiServer(programs))) {
    await waitForApiServer(control);
  }
  await Promise.all(
    [controllerManager(programs), scheduler(programs, choices.standin), dns(programs)].map(
      service => start(control, service)
    )
  );
}

async function start(machine: Machine, service: Service): Promise<boolean> {
  const started = await machine.ensure(service);
  if (started) {
    say(`${machine.name}: ${service.name}`);
  }
  return started;
}

/** Waits for the API server, which says that it is ready to those who ask. @throws Trouble */
async function waitForApiServer(control: Machine): Promise<void> {
  const api = Api.from(kubeconfigOf('admin'));
  try {
    await answers(control, 'kube-apiserver', () => api.get('/readyz'));
  } finally {
    api.close();
  }
}

/** Asks a service of the control plane until it answers. @throws Trouble if it ends or takes more than two minutes */
async function answers(
  control: Machine,
  service: string,
  ask: () => Promise<unknown>
): Promise<void> {
  const end = performance.now() + 120_000;
  for (;;) {
    try {
      await ask();
      return;
    } catch (error) {
      const runs = (await control.services())[service]?.running;
      if (!runs || performance.now() > end) {
        throw new Trouble(
          `${service} is not ready (${(error as Error).message}): ${control.lastLines(service)}`
        );
      }
    }
    await delay(100);
  }
}

async function startNode(node: NodeAddress, choices: Choices, parts: Parts): Promise<void> {
  const machine = new Machine(node.name);
  if (!machine.isUp) {
    await machine.start(parts.programs, nodeMachine(machine, node, parts, choices.volume));
  }
  await machine.once(FIREWALL);
  if (await start(machine, CONTAINERD)) {
    await machine.run(CONTAINERD_ANSWERS);
  }
  await start(machine, kubelet(node));
  await start(machine, cards(choices.cards));
  await start(machine, proxy());
}

interface NodeObject extends KubeObject {
  status?: {
    conditions?: { type: string; status: string }[];
    allocatable?: Record<string, string>;
  };
}

/** @throws Trouble if the kubelet ends, or the node is not ready with all of its cards within two minutes */
async function waitForNode(api: Api, node: NodeAddress, choices: Choices): Promise<void> {
  const path = `/api/v1/nodes?fieldSelector=metadata.name%3D${node.name}`;
  const isReady = ({ status }: NodeObject): boolean =>
    status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ===
      true &&
    Object.entries(choices.cards).every(
      ([resource, count]) => Number(status.allocatable?.[resource]) === count
    );
  const list = await api.get<ObjectList<NodeObject>>(path);
  if (list.items.some(isReady)) {
    return;
  }
  const kubelet = new Machine(node.name);
  const given = new AbortController();
  const timer = setTimeout(() => given.abort(), 120_000);
  const ended = kubelet
    .end('kubelet', given.signal)
    .catch(() => undefined)
    .finally(() => given.abort());
  try {
    for await (const { object } of api.watch<NodeObject>(
      path,
      list.metadata.resourceVersion,
      given.signal
    )) {
      if (isReady(object)) {
        say(`${node.name} is ready`);
        return;
      }
    }
  } catch (error) {
    if (!given.signal.aborted) {
      throw error;
    }
  } finally {
    clearTimeout(timer);
    given.abort();
    await ended;
  }
  throw new Trouble(`${node.name} is not ready: ${kubelet.lastLines('kubelet')}`);
}

/** The stand-in is ready when a job would be taken, and completed by it. */
async function startStandin(api: Api): Promise<void> {
  const control = new Machine('control');
  await start(control, standin());
  const job = {
    metadata: { generateName: 'try-', name: '' },
    apiVersion: 'batch.volcano.sh/v1alpha1',
    kind: 'Job',
    spec: {
      tasks: [
        {
          name: 'none',
          replicas: 0,
          template: { spec: { containers: [{ name: 'none', image: 'none' }] } }
        }
      ]
    }
  };
  const path = '/apis/batch.volcano.sh/v1alpha1/namespaces/default/jobs?dryRun=All';
  await answers(control, 'volcano-standin', async () => {
    const { spec } = await api.create<typeof job & { spec: { maxRetry?: number } }>(path, job);
    if (spec.maxRetry === undefined) {
      throw new Error('its webhooks are not there yet');
    }
  });
}
