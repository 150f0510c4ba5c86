import { sentence } from '@topsdl/contract';
import type { Database } from '../../db/database.ts';
import { isDiskFull, ProblemError } from '../../http/problem.ts';
import { reason } from '../../reconcile/reasons.ts';
import type { Workload } from '../../reconcile/table.ts';
import type { SetService } from '../../sets/service.ts';
import type { SetVersionRow } from '../../sets/table.ts';
import { note } from './journal.ts';
import { nameOf, type Runs } from './runs.ts';

/** Makes model versions of what runs leave in their persistent-model. */
export class Sealer {
  readonly #db: Database;
  readonly #runs: Runs;
  readonly #models: () => SetService;

  constructor(db: Database, runs: Runs, models: () => SetService) {
    this.#db = db;
    this.#runs = runs;
    this.#models = models;
  }

  /**
   * Keeps the results of an attempt that completed, once, where the run names a model set. What goes
   * wrong is noted with the run, whose results stay where they are and can be saved by hand.
   */
  async sealCompleted(workload: Workload): Promise<void> {
    const run = this.#runs.find(workload.ownerId);
    const setId = run?.configuration.saveModelSetId ?? null;
    if (!run || setId === null || run.sealedAttempt >= workload.attempt) {
      return;
    }
    try {
      await this.#take(run.id, setId, workload.createdBy, workload.attempt, () => undefined);
    } catch (error) {
      const why =
        error instanceof ProblemError && error.code === 'nothing-to-save'
          ? reason('nothing-to-save')
          : reason('run.model-failed', { detail: detailOf(error) });
      this.#db.write(tx => note(tx, run.id, workload.attempt, why, 'warning'));
    }
  }

  /**
   * Saves what an ended run left as a model version, because somebody asks for it.
   *
   * @throws ProblemError `wrong-state`, `nothing-to-save`
   */
  async save(runId: string, setId: string, userId: string): Promise<SetVersionRow> {
    const { workload } = this.#runs.get(runId);
    const require = (state: string) => {
      if (state !== 'stopped' && state !== 'failed' && state !== 'lost' && state !== 'completed') {
        throw new ProblemError('wrong-state', { state });
      }
    };
    require(workload.state);
    return this.#take(runId, setId, userId, workload.attempt, () =>
      // Resumed meanwhile: the copy would be of something that changes.
      require(this.#runs.get(runId).workload.state)
    );
  }

  async #take(
    runId: string,
    setId: string,
    userId: string | null,
    attempt: number,
    check: () => void
  ): Promise<SetVersionRow> {
    const results = this.#runs.results(runId);
    const { files } = await results.measure();
    if (files === 0) {
      throw new ProblemError('nothing-to-save');
    }
    const { run } = this.#runs.get(runId);
    const { sets, contents } = this.#models();
    return contents.take(
      sets,
      {
        setId,
        origin: { kind: 'training-run', runId, name: nameOf(run) },
        sealed: true,
        userId
      },
      results,
      (tx, version, { skipped }) => {
        check();
        const after = this.#runs.update(tx, runId, {
          modelVersionId: version.id,
          sealedAttempt: attempt
        });
        const model = sets.get(setId, tx).name;
        note(tx, runId, attempt, reason('run.model-saved', { model, number: version.number }));
        if (skipped[0] !== undefined) {
          const { length } = skipped;
          const why = reason('run.model-skipped', { count: length, path: skipped[0] });
          note(tx, runId, attempt, why, 'warning');
        }
        this.#runs.emit(tx, 'updated', after, userId);
      }
    );
  }
}

function detailOf(error: unknown): string {
  if (isDiskFull(error)) {
    return sentence('disk-full');
  }
  return error instanceof Error ? error.message : String(error);
}
