import { availableParallelism } from 'node:os';
import { join } from 'node:path';

import type { WorkloadResources } from '../engine.ts';
import type { HostPython } from './config.ts';
import type { PlannedNode } from './runPlan.ts';

const RESERVED = new Set([
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'PYTHONHOME',
  'BASH_ENV',
  'ENV',
  'LD_PRELOAD',
  'LD_AUDIT',
  'NODE_OPTIONS',
  'VC_TASK_INDEX',
  'VK_TASK_INDEX',
  'TOPSDL_RUN',
  'TOPSDL_CARDS'
]);
const RESERVED_PREFIXES = ['OMPI_', 'PMIX_', 'VC_', 'BASH_FUNC_'];

/** Whether a spec may not set this variable: the engine does itself, or it changes how the node's own programs start. */
export function isReservedVariable(name: string): boolean {
  return RESERVED.has(name) || RESERVED_PREFIXES.some(prefix => name.startsWith(prefix));
}

/**
 * The whole environment of a node but for the spec's own variables and the ones that differ between nodes. Nothing of the companion's
 * environment gets in.
 */
export function systemEnvironment(options: {
  python?: HostPython;
  layer: boolean;
  resources: WorkloadResources;
  runId: string;
  nodes: PlannedNode[];
  slots: number;
  cards: number;
}): Record<string, string> {
  const { python, layer, resources, nodes } = options;
  const path = [
    ...(layer ? ['/layer/bin'] : []),
    ...(python === undefined ? [] : [join(python.prefix, 'bin')]),
    '/usr/local/bin',
    '/usr/bin',
    '/bin',
    '/usr/local/sbin',
    '/usr/sbin',
    '/sbin'
  ];
  const env: Record<string, string> = {
    PATH: path.join(':'),
    HOME: '/root',
    USER: 'root',
    LOGNAME: 'root',
    SHELL: '/bin/bash',
    LANG: 'C.UTF-8',
    PYTHONUNBUFFERED: '1',
    TOPSDL_RUN: options.runId,
    TOPSDL_CARDS: String(options.cards)
  };
  if (resources.cpu !== undefined && resources.cpu > 0) {
    // Libraries ask the machine for its cores and would start too many threads for the limit; a spec may
    // promise more than this machine has.
    const cores = Math.min(resources.cpu, availableParallelism());
    env.OMP_NUM_THREADS = String(Math.max(1, Math.floor(cores)));
  }
  if (nodes[0]?.role === 'replica') {
    return env;
  }
  const workers = nodes.filter(node => node.role === 'worker').map(node => node.name);
  return {
    ...env,
    VC_MASTER_HOSTS: nodes[0]?.name ?? '',
    VC_MASTER_NUM: '1',
    VC_WORKER_HOSTS: workers.join(','),
    VC_WORKER_NUM: String(workers.length),
    ...mpiEnvironment(options.slots)
  };
}

/** PYTHONPATH with the layer's packages before the spec's own; undefined where there is neither. */
export function pythonPath(layer: boolean, own: string | undefined): string | undefined {
  const parts = [
    ...(layer ? ['/layer/python'] : []),
    ...(own === undefined || own === '' ? [] : [own])
  ];
  return parts.length === 0 ? undefined : parts.join(':');
}

/** What lets Open MPI take the nodes for machines of their own, so that the manual's commands work as they stand. */
function mpiEnvironment(slots: number): Record<string, string> {
  return {
    OMPI_MCA_btl: 'tcp,self',
    OMPI_MCA_btl_tcp_if_include: 'lo',
    OMPI_MCA_oob_tcp_if_include: 'lo',
    // Processes of different nodes share memory on this machine, but not their process ids.
    OMPI_MCA_btl_vader_single_copy_mechanism: 'none',
    OMPI_MCA_orte_default_hostfile: '/etc/mpi/hostfile',
    OMPI_MCA_orte_keep_fqdn_hostnames: 'true',
    OMPI_MCA_orte_set_default_slots: String(slots),
    OMPI_MCA_plm_rsh_args: '-o ConnectionAttempts=10',
    // Every node believes that it has the machine alone, and would bind its first process to the same core.
    OMPI_MCA_hwloc_base_binding_policy: 'none',
    OMPI_MCA_mpi_yield_when_idle: '1'
  };
}
