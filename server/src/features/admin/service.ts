import { eq } from 'drizzle-orm';
import { notFound } from '../../access/access.ts';
import type { App } from '../../app.ts';
import type { Transaction } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import { settings } from '../../db/table.ts';
import { requireFreeName } from '../../db/rows.ts';
import { ProblemError } from '../../http/problem.ts';
import type { ComputeSpecDirectory } from './directory.ts';
import { INSTALLED, type SpecInput } from './installed.ts';
import { computeSpecs, type ComputeSpecRow } from './table.ts';

/** Keeps the compute specs. */
export class SpecService implements ComputeSpecDirectory {
  readonly #app: App;

  constructor(app: App) {
    this.#app = app;
  }

  find(specId: string): ComputeSpecRow | undefined {
    return this.#app.db.orm.select().from(computeSpecs).where(eq(computeSpecs.id, specId)).get();
  }

  get(specId: string): ComputeSpecRow {
    const row = this.find(specId);
    if (!row) {
      throw notFound('compute-spec');
    }
    return row;
  }

  /** Adds the installed specs, once: those that an administrator deletes stay deleted. */
  ensureInstalled(): void {
    this.#app.db.write(tx => {
      const first = tx
        .insert(settings)
        .values({ name: 'specs-installed', value: new Date().toISOString() })
        .onConflictDoNothing()
        .run();
      if (first.changes > 0) {
        for (const input of INSTALLED) {
          this.create(input, null);
        }
      }
    });
  }

  create(input: SpecInput, by: string | null): ComputeSpecRow {
    return this.#app.db.write(tx => {
      requireFreeName(tx, computeSpecs, input.name);
      const sound = consistent(input);
      const row = tx
        .insert(computeSpecs)
        .values({ ...sound, id: newId(), createdAt: Date.now() })
        .returning()
        .get();
      this.#emit(tx, 'created', row, by);
      return row;
    });
  }

  update(specId: string, input: Partial<SpecInput>, by: string): ComputeSpecRow {
    return this.#app.db.write(tx => {
      const before = this.get(specId);
      if (input.name !== undefined && input.name !== before.name) {
        requireFreeName(tx, computeSpecs, input.name);
      }
      const { id: _, createdAt: __, ...values } = before;
      const row = tx
        .update(computeSpecs)
        .set(consistent({ ...values, ...input }))
        .where(eq(computeSpecs.id, specId))
        .returning()
        .get();
      this.#emit(tx, 'updated', row, by);
      return row;
    });
  }

  /** @throws ProblemError `still-used` by a definition or a service */
  delete(specId: string, by: string): void {
    this.#app.db.write(tx => {
      const row = this.get(specId);
      this.#app.uses.refuseUsed('compute-spec', specId);
      tx.delete(computeSpecs).where(eq(computeSpecs.id, specId)).run();
      this.#emit(tx, 'deleted', row, by);
    });
  }

  #emit(
    tx: Transaction,
    type: 'created' | 'updated' | 'deleted',
    row: ComputeSpecRow,
    by: string | null
  ) {
    tx.emit({
      type,
      kind: 'compute-spec',
      id: row.id,
      projectId: null,
      byUserId: by,
      name: row.name
    });
  }
}

/** Cards have a resource name, and without cards there is none. */
function consistent(input: SpecInput): SpecInput {
  if (input.cards > 0 && input.cardResource === null) {
    throw new ProblemError('invalid', {}, undefined, {
      fields: [{ field: 'body.cardResource', code: 'rule.required', params: {} }]
    });
  }
  return input.cards === 0 ? { ...input, cardResource: null } : input;
}
