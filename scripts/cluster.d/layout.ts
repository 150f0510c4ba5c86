/** Where the test cluster keeps its things, and the numbers that its parts agree on. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

const HERE = import.meta.dirname;
export const ROOT = resolve(HERE, '../..');

/** What was built, by version. It may be deleted while no cluster is up. */
export const CACHE = join(
  process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'),
  'topsdl',
  'cluster'
);

/** What belongs to the cluster that is up: one on a machine, for it has one set of addresses. */
export const RUN = '/run/topsdl-cluster';
/** Disks of the nodes and, unless another directory was given, the volume. No memory: overlays need a real file system. */
export const DATA = '/var/lib/topsdl-cluster';

export const KEYS = join(RUN, 'keys');
export const LOGS = join(RUN, 'logs');
export const KUBECONFIG = join(RUN, 'kubeconfig');
export const STATE = join(RUN, 'cluster.json');
export const DEFAULT_VOLUME = join(DATA, 'volume');
/** Below every hierarchy of control groups. */
export const CONTROL_GROUP = 'topsdl-cluster';

export const PROGRAM_SOURCES = join(HERE, 'programs');
export const STANDIN = join(HERE, 'standin');

export const IMAGES = { pause: 'topsdl.local/pause:1', workload: 'topsdl.local/workload:1' };

/**
 * Nothing of these is routed beyond this machine. Machines have 10.239.0.0/24, pods 10.239.64.0/18 with a /24
 * for each node, Services 10.239.128.0/18.
 */
export const ADDRESSES = {
  all: '10.239.0.0/16',
  machines: 24,
  control: '10.239.0.1',
  host: '10.239.0.254',
  pods: '10.239.64.0/18',
  services: '10.239.128.0/18',
  kubernetesService: '10.239.128.1'
} as const;

export const API_PORT = 6443;
export const API_SERVER = `https://${ADDRESSES.control}:${API_PORT}`;
export const WEBHOOK_PORT = 6444;

/** One of the machines that are nodes, counted from 1. */
export interface NodeAddress {
  readonly name: string;
  readonly address: string;
  readonly pods: string;
}

export const MOST_NODES = 8;

export function nodeAddress(number: number): NodeAddress {
  return {
    name: `node-${number}`,
    address: `10.239.0.${10 + number}`,
    pods: `10.239.${64 + number}.0/24`
  };
}

export function nodeAddresses(count: number): NodeAddress[] {
  return Array.from({ length: count }, (_, index) => nodeAddress(index + 1));
}

/** The network namespace of a machine. */
export function networkOf(machine: string): string {
  return `topsdl-${machine}`;
}
