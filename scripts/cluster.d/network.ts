import { existsSync } from 'node:fs';
import { attempt, run } from './command.ts';
import { ADDRESSES, MOST_NODES, networkOf, nodeAddress, nodeAddresses } from './layout.ts';
import { Trouble } from './say.ts';

const CONTROL = networkOf('control');
const BRIDGE = 'machines';
/** The host's end of the cable to the bridge. */
const CABLE = 'topsdl-cluster';

/** `ip` in a network namespace, or on the host where none is given. */
function ip(network: string | undefined, ...args: string[]): Promise<string> {
  return run('ip', network === undefined ? args : ['-netns', network, ...args]);
}

/**
 * The machines are namespaces on one bridge, and the host has a cable to it: what runs beside the cluster reaches machines, pods and
 * Services by their addresses. Nothing is routed further.
 */
export async function makeNetwork(nodes: number): Promise<void> {
  await refuseTakenAddresses();
  await addNamespace('control');
  await ip(CONTROL, 'link', 'add', BRIDGE, 'type', 'bridge');
  await addAddress(CONTROL, BRIDGE, ADDRESSES.control);
  await plug(undefined, CABLE, 'host', ADDRESSES.host);
  for (const node of nodeAddresses(nodes)) {
    await addNamespace(node.name);
    await plug(networkOf(node.name), 'eth0', node.name, node.address);
  }
  await addRoutes(nodes);
}

/** Makes the network namespace of a machine, with nothing in it but itself. */
export async function addNamespace(machine: string): Promise<void> {
  const network = networkOf(machine);
  await ip(undefined, 'netns', 'add', network);
  await ip(network, 'link', 'set', 'lo', 'up');
  await run('nsenter', [
    `--net=/run/netns/${network}`,
    ...['sh', '-c', 'echo 1 >/proc/sys/net/ipv4/ip_forward']
  ]);
}

/** Removes the network namespace of a machine, if there is one. The machine has to be down. */
export async function removeNamespace(machine: string): Promise<void> {
  if (existsSync(`/run/netns/${networkOf(machine)}`)) {
    await ip(undefined, 'netns', 'delete', networkOf(machine));
  }
}

async function addAddress(
  network: string | undefined,
  device: string,
  address: string
): Promise<void> {
  await ip(network, 'address', 'add', `${address}/${ADDRESSES.machines}`, 'dev', device);
  await ip(network, 'link', 'set', device, 'up');
}

/** A cable from a namespace to the bridge. */
async function plug(
  network: string | undefined,
  device: string,
  port: string,
  address: string
): Promise<void> {
  const here = network === undefined ? [] : ['netns', network];
  await ip(
    undefined,
    'link',
    'add',
    device,
    ...here,
    'type',
    'veth',
    'peer',
    'name',
    port,
    'netns',
    CONTROL
  );
  await ip(CONTROL, 'link', 'set', port, 'master', BRIDGE, 'up');
  await addAddress(network, device, address);
}

/** Everyone knows the way to every node's pods, and those who are no node themselves one to the Services. */
async function addRoutes(nodes: number): Promise<void> {
  const all = nodeAddresses(nodes);
  for (const from of [undefined, CONTROL, ...all.map(node => networkOf(node.name))]) {
    for (const to of all.filter(node => networkOf(node.name) !== from)) {
      await ip(from, 'route', 'add', to.pods, 'via', to.address);
    }
  }
  for (const from of [undefined, CONTROL]) {
    await ip(from, 'route', 'add', ADDRESSES.services, 'via', nodeAddress(1).address);
  }
}

async function refuseTakenAddresses(): Promise<void> {
  const routes = await ip(undefined, '-json', 'route', 'show', 'root', ADDRESSES.all);
  const taken = JSON.parse(routes || '[]') as { dst: string; dev?: string }[];
  if (taken.length > 0) {
    throw new Trouble(
      `this machine routes ${taken.map(route => `${route.dst} to ${route.dev}`).join(', ')}; the cluster needs ${ADDRESSES.all} for itself`
    );
  }
}

/** Whether all of a cluster's network is there. */
export function networkIsThere(nodes: number): boolean {
  return ['control', ...nodeAddresses(nodes).map(({ name }) => name)].every(machine =>
    existsSync(`/run/netns/${networkOf(machine)}`)
  );
}

/** Removes what {@link makeNetwork} made, however far it came. The machines have to be down. */
export async function removeNetwork(): Promise<void> {
  await attempt('ip', ['link', 'delete', CABLE]);
  for (const machine of ['control', ...nodeAddresses(MOST_NODES).map(({ name }) => name)]) {
    await removeNamespace(machine);
  }
}
