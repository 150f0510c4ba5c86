import { and, inArray, isNull, notInArray } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Database, Orm, Transaction } from '../../../db/database.ts';
import { datasetVersions } from '../../../library/table.ts';
import { tasks } from '../../../tasks/table.ts';
import { exports, imports, trainingData } from '../table.ts';
import type { ArtifactPlaces } from './places.ts';

/**
 * Removes what was made of versions that are gone: imports with their reports, exports, training data.
 * What a task still works on is left to the next time.
 */
export function forgetGone(db: Database, places: ArtifactPlaces): void {
  db.write(tx => {
    const gone = <T extends { versionId: SQLiteColumn; taskId: SQLiteColumn }>(table: T) =>
      and(notInArray(table.versionId, living(tx)), notInArray(table.taskId, active(tx)));
    tx.delete(imports).where(gone(imports)).run();
    const oldExports = tx.delete(exports).where(gone(exports)).returning().all();
    const oldData = tx.delete(trainingData).where(gone(trainingData)).returning().all();
    tx.afterCommit(() => {
      for (const { id } of oldExports) {
        rmSync(places.export(id), { force: true });
      }
      for (const { directory } of oldData) {
        if (directory !== null) {
          rmSync(join(places.trainingData, directory), { recursive: true, force: true });
        }
      }
    });
  });
  removeUnknown(db.orm, places);
}

/** Removes files that no row knows and no task is making: a killed process renamed them and told nobody, or was about to remove them. */
function removeUnknown(orm: Orm, places: ArtifactPlaces): void {
  const known = new Set([
    ...orm
      .select({ id: exports.id })
      .from(exports)
      .all()
      .map(({ id }) => places.export(id)),
    ...orm
      .select({ directory: trainingData.directory })
      .from(trainingData)
      .all()
      .map(({ directory }) => join(places.trainingData, directory ?? ''))
  ]);
  const making = active(orm)
    .all()
    .map(({ id }) => id);
  for (const place of [places.exports, places.trainingData]) {
    for (const name of readdirSync(place)) {
      const path = join(place, name);
      if (!name.startsWith('.') && !known.has(path) && !making.some(id => name.endsWith(id))) {
        rmSync(path, { recursive: true, force: true });
      }
    }
  }
}

const living = (tx: Transaction) =>
  tx.select({ id: datasetVersions.id }).from(datasetVersions).where(isNull(datasetVersions.hidden));

const active = (orm: Orm) =>
  orm
    .select({ id: tasks.id })
    .from(tasks)
    .where(inArray(tasks.state, ['queued', 'running']));
