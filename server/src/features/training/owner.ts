import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import type { Transaction } from '../../db/database.ts';
import type { DatasetMounts } from '../../library/mounting.ts';
import type { Prepared, WorkloadOwner } from '../../reconcile/owner.ts';
import { reason } from '../../reconcile/reasons.ts';
import { isEnded } from '../../reconcile/states.ts';
import type { Workload } from '../../reconcile/table.ts';
import { note, noteChange } from './journal.ts';
import type { Metrics } from './metrics.ts';
import type { Runs } from './runs.ts';
import type { Sealer } from './seal.ts';
import { specOf } from './spec.ts';

/** Sees to the workloads of training runs. */
export class TrainingOwner implements WorkloadOwner {
  readonly kind = 'training-run' as const;
  readonly #runs: Runs;
  readonly #sealer: Sealer;
  readonly #metrics: Metrics;
  readonly #datasets: () => DatasetMounts;

  constructor(options: {
    runs: Runs;
    sealer: Sealer;
    metrics: Metrics;
    datasets: () => DatasetMounts;
  }) {
    this.#runs = options.runs;
    this.#sealer = options.sealer;
    this.#metrics = options.metrics;
    this.#datasets = options.datasets;
  }

  /** Makes the datasets' files ready; sets were taken when the run was started. */
  async prepare(workload: Workload, signal: AbortSignal): Promise<Prepared> {
    const { run } = this.#runs.get(workload.ownerId);
    const { configuration } = run;
    const datasets = new Map<string, string>();
    for (const { versionId } of configuration.datasets) {
      datasets.set(versionId, await this.#datasets().materialize(versionId, run.id, signal));
    }
    const directory = join(this.#runs.directory(run.id), String(workload.attempt));
    await fs.mkdir(directory, { recursive: true, mode: 0o700 });
    const spec = specOf({ ...run, attempt: workload.attempt }, configuration, {
      persistentModel: this.#runs.persistentModel(run.id),
      source: (kind, versionId) =>
        kind === 'dataset'
          ? (datasets.get(versionId) ?? '')
          : this.#runs.snapshot(run.id, versionId)
    });
    return { spec, directory };
  }

  changed(tx: Transaction, workload: Workload, before: Workload | null): void {
    noteChange(tx, workload, before);
    const run = this.#runs.find(workload.ownerId, tx);
    if (!run) {
      return;
    }
    const ended = before !== null && isEnded(workload.state) && !isEnded(before.state);
    const type = before === null && workload.attempt === 1 ? 'created' : 'updated';
    this.#runs.emit(tx, type, run, workload.createdBy, before === null || ended);
    if (workload.state === 'running' && before?.state !== 'running') {
      tx.afterCommit(() => this.#metrics.follow(run.id));
    }
  }

  attached(tx: Transaction, workload: Workload): void {
    note(tx, workload.ownerId, workload.attempt, reason('run.attached'));
    tx.afterCommit(() => this.#metrics.follow(workload.ownerId));
  }

  async settle(workload: Workload): Promise<void> {
    await this.#runs.reclaim(workload.ownerId);
    await this.#metrics.finish(workload.ownerId);
    if (workload.state === 'completed') {
      await this.#sealer.sealCompleted(workload);
    }
    if (this.#runs.get(workload.ownerId).run.configuration.datasets.length > 0) {
      this.#datasets().release(workload.ownerId);
    }
  }
}
