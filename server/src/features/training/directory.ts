import { ServiceToken } from '../../services.ts';

/** A run, as other features see it. */
export interface RunRef {
  readonly id: string;
  readonly projectId: string;
  readonly name: string;
  /** Where things about it can be kept on the host; removed with the run. */
  readonly directory: string;
  /** Its persistent-model on the host. */
  readonly persistentModel: string;
}

/** What other features ask of training runs. */
export interface RunDirectory {
  find(runId: string): RunRef | undefined;
  /** Is asked before a run is deleted, to end what looks at it. */
  beforeDelete(end: (runId: string, signal: AbortSignal) => Promise<void>): void;
}

export const runDirectory = new ServiceToken<RunDirectory>('training runs');
