import { ADDRESSES, API_SERVER, IMAGES, KUBECONFIG, nodeAddresses } from './layout.ts';
import { Machine } from './machine.ts';
import { readState } from './state.ts';

/** Programs that run on each machine while the cluster is whole. */
function servicesOf(machine: string, standin: boolean): string[] {
  if (machine !== 'control') {
    return ['containerd', 'kubelet', 'cards', 'kube-proxy'];
  }
  const plane = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'coredns'];
  return standin ? [...plane, 'volcano-standin'] : plane;
}

/** What tests and people need to know of the cluster. */
export interface ClusterFacts {
  readonly up: boolean;
  readonly kubeconfig: string;
  readonly server: string;
  readonly image: string;
  readonly volume: string;
  readonly standin: boolean;
  readonly cards: Readonly<Record<string, number>>;
  readonly addresses: { readonly host: string; readonly pods: string; readonly services: string };
  readonly machines: readonly {
    readonly name: string;
    readonly address: string;
    readonly up: boolean;
    /** Programs that should run, and whether they do. */
    readonly services: Readonly<Record<string, boolean>>;
    readonly logs: string;
  }[];
}

/** What is known of the cluster; undefined where none was brought up. */
export async function clusterFacts(): Promise<ClusterFacts | undefined> {
  const state = readState();
  if (!state) {
    return undefined;
  }
  const { choices } = state;
  const places = [{ name: 'control', address: ADDRESSES.control }, ...nodeAddresses(choices.nodes)];
  const machines = await Promise.all(
    places.map(async ({ name, address }) => {
      const machine = new Machine(name);
      const running = machine.isUp ? await machine.services() : {};
      const services = servicesOf(name, choices.standin).map(
        service => [service, running[service]?.running === true] as const
      );
      return {
        ...{ name, address, up: machine.isUp, logs: machine.logs },
        services: Object.fromEntries(services)
      };
    })
  );
  return {
    up: machines.every(machine => machine.up && Object.values(machine.services).every(Boolean)),
    kubeconfig: KUBECONFIG,
    server: API_SERVER,
    image: IMAGES.workload,
    volume: choices.volume,
    standin: choices.standin,
    cards: choices.cards,
    addresses: { host: ADDRESSES.host, pods: ADDRESSES.pods, services: ADDRESSES.services },
    machines
  };
}

/** Prints what is known of the cluster. Gives whether all of it runs. */
export async function status(json: boolean): Promise<boolean> {
  const facts = await clusterFacts();
  if (json) {
    process.stdout.write(`${JSON.stringify(facts ?? { up: false }, undefined, 2)}\n`);
    return facts?.up === true;
  }
  if (!facts) {
    process.stdout.write('no cluster is up\n');
    return false;
  }
  const lines = [
    ['kubeconfig', facts.kubeconfig],
    ['API server', facts.server],
    ['image', facts.image],
    ['volume', facts.volume],
    [
      'cards of a node',
      Object.entries(facts.cards)
        .map(offer => offer.join('='))
        .join(' ')
    ],
    ['pods, Services', `${facts.addresses.pods}, ${facts.addresses.services} (reached from here)`],
    ['Volcano', facts.standin ? "the project's stand-in" : 'none, unless you installed it'],
    ...facts.machines.map(({ name, address, up, services, logs }) => {
      const missing = Object.keys(services).filter(service => !services[service]);
      const state = !up ? 'down' : missing.length > 0 ? `without ${missing.join(', ')}` : 'up';
      return [name, `${address}  ${state}  ${logs}`];
    })
  ];
  process.stdout.write(lines.map(([name = '', text]) => `${name.padEnd(16)} ${text}\n`).join(''));
  return facts.up;
}
