import type { WorkloadStats } from '../engine.ts';
import type { RunMember } from './runMember.ts';

/** What a supervisor can ask of a run, of whichever kind. */
export interface SupervisedRun {
  /** Brings it up. The run's record tells how that went. */
  start(): Promise<void>;
  /** Ends it: SIGTERM now, SIGKILL after the grace. */
  stop(graceMs: number): void;
  /** @throws Error `not_a_service` */
  scale(replicas: number): void;
  stats(): WorkloadStats;
  members(): readonly RunMember[];
}
