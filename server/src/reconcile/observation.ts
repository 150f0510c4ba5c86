import type { WorkloadObservation } from '../compute/engine.ts';
import { fromEngine } from './reasons.ts';
import { nameHolders } from './room.ts';
import type { Happening } from './states.ts';
import type { Workload } from './table.ts';

/** What the engine's word means for a workload; null where it changes no state. */
export function happeningOf(
  observation: WorkloadObservation,
  workload: Workload
): Happening | null {
  switch (observation.state) {
    case 'running':
      return 'run';
    case 'succeeded':
      return 'succeed';
    case 'failed':
      return 'fail';
    case 'stopped':
      // Something that people reach through its ports may be ended from inside: that is no failure.
      return workload.kind === 'training-run' || workload.kind === 'package-version'
        ? 'fail'
        : 'succeed';
    case 'lost':
      return 'lose';
    case 'absent':
    case 'pending':
    case 'starting':
      return null;
  }
}

/**
 * The columns that what the engine says changes; empty where the row says so already.
 *
 * @param find the workload of an id
 */
export function observedChange(
  observation: WorkloadObservation,
  workload: Workload,
  find: (id: string) => Workload | undefined
): Partial<Workload> {
  const seen = observation.reason
    ? nameHolders(fromEngine(observation.reason), workload.projectId, find)
    : null;
  const said: Partial<Workload> = {
    ...(observation.nodes.length > 0 ? { observed: observation.nodes } : {}),
    ...(observation.startedAt === undefined ? {} : { startedAt: observation.startedAt }),
    ...(observation.endedAt === undefined ? {} : { endedAt: observation.endedAt }),
    ...(observation.exitCode === undefined ? {} : { exitCode: observation.exitCode }),
    reason: observation.state === 'absent' ? workload.reason : seen
  };
  return Object.fromEntries(
    Object.entries(said).filter(
      ([column, value]) =>
        JSON.stringify(value) !== JSON.stringify(workload[column as keyof Workload])
    )
  );
}
