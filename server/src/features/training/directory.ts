import type { Transaction } from '../../db/database.ts';
import { ServiceToken } from '../../services.ts';

/** A run, as other features see it. */
export interface RunRef {
  readonly id: string;
  readonly projectId: string;
  readonly name: string;
  /** Its persistent-model on the host. */
  readonly persistentModel: string;
}

/** What other features ask of training runs. */
export interface RunDirectory {
  find(runId: string): RunRef | undefined;
  /** Is told in the transaction that deletes a run. */
  onDeleted(listener: (tx: Transaction, runId: string) => void): void;
}

export const runDirectory = new ServiceToken<RunDirectory>('training runs');
