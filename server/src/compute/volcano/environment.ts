import { isReservedVariable, pythonPath } from '../local/environment.ts';
import type { WorkloadSpec } from '../engine.ts';

/** Whether a spec may not set this variable: the engine or the cluster does, or it changes how the node's own programs start. */
export function isReservedInPods(name: string): boolean {
  return isReservedVariable(name) || name.startsWith('KUBERNETES_') || name === 'HOSTNAME';
}

/** The variables of a node's programs beside those of the image and of Volcano's plugins. PATH stays the image's. */
export function podEnvironment(
  spec: WorkloadSpec,
  run: { runId: string; slots: number; cards: number }
): Record<string, string> {
  const layer = spec.image.layer !== undefined;
  const modules = pythonPath(layer, spec.env?.PYTHONPATH);
  const cpu = spec.resources?.cpu ?? 0;
  return {
    HOME: '/root',
    USER: 'root',
    LOGNAME: 'root',
    SHELL: '/bin/bash',
    LANG: 'C.UTF-8',
    PYTHONUNBUFFERED: '1',
    TOPSDL_RUN: run.runId,
    TOPSDL_CARDS: String(run.cards),
    // Libraries ask the machine for its cores and would start too many threads for the limit.
    ...(cpu > 0 ? { OMP_NUM_THREADS: String(Math.max(1, Math.floor(cpu))) } : {}),
    ...(spec.kind === 'service' ? {} : mpiEnvironment(run.slots)),
    ...spec.env,
    ...(modules === undefined ? {} : { PYTHONPATH: modules })
  };
}

/** What makes the manual's `mpirun` work without a word about hosts, as Kubeflow's Trainer sets it. */
function mpiEnvironment(slots: number): Record<string, string> {
  return {
    OMPI_MCA_orte_default_hostfile: '/etc/mpi/hostfile',
    OMPI_MCA_orte_keep_fqdn_hostnames: 'true',
    OMPI_MCA_orte_set_default_slots: String(slots),
    OMPI_MCA_plm_rsh_args: '-o ConnectionAttempts=10',
    // A pod's processes may not read each other's memory by the system call for it.
    OMPI_MCA_btl_vader_single_copy_mechanism: 'none',
    // A pod sees all cores of its machine and would bind its first process to the same one as every other pod.
    OMPI_MCA_hwloc_base_binding_policy: 'none'
  };
}
