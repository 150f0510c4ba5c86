import { eq } from 'drizzle-orm';
import { setImmediate as turn } from 'node:timers/promises';
import type { Database, Transaction } from '../../../db/database.ts';
import { newId } from '../../../db/ids.ts';
import { ProblemError } from '../../../http/problem.ts';
import { discardLabels } from '../../../library/labels.ts';
import { discardStaged, Staging } from '../../../library/staging.ts';
import { datasetVersions } from '../../../library/table.ts';
import type { PackStore } from '../../../packs/store.ts';
import type { TaskContext, TaskDefinition } from '../../../tasks/definition.ts';
import type { UploadClaims } from '../../uploads/index.ts';
import { versionEvent, type Datasets } from '../service.ts';
import { imports, refusedEntries, type ImportRow } from '../table.ts';
import { runImportWorker, type Receiver } from './converse.ts';
import { nothingYet } from './counts.ts';
import type { Imports, ImportInput } from './imports.ts';
import type { ImportJob, WorkerImage, WorkerRefusal } from './messages.ts';
import { present } from './present.ts';

export interface ImportParts {
  readonly db: Database;
  readonly databasePath: string;
  readonly datasets: Datasets;
  readonly imports: Imports;
  readonly packs: PackStore;
  readonly uploads: () => UploadClaims;
  /** Called when images were discarded, whose bytes may be garbage now. */
  readonly onDiscarded: () => void;
}

/**
 * The import task. A worker reads; this thread adds what it finds to the version, out of sight, and
 * the task's last transaction shows it all. After a crash it begins anew: what was staged is discarded,
 * while bytes that were stored and committed are found again by their hash.
 */
export function importTask(parts: ImportParts): TaskDefinition<ImportInput> {
  const { db, packs, uploads } = parts;
  return {
    kind: 'dataset-import',
    onRestart: 'resume',
    async run(context) {
      const row = parts.imports.get(context.input.importId);
      const endWriting = packs.beginWriting();
      try {
        await discard(parts, row);
        return await (row.dryRun ? tryOut(parts, row, context) : take(parts, row, context));
      } finally {
        endWriting();
      }
    },
    async undo(_task, { importId }) {
      const row = parts.imports.get(importId);
      await discard(parts, row);
      db.write(tx => {
        tx.update(imports)
          .set({ counts: nothingYet(), labels: [], format: null })
          .where(eq(imports.id, importId))
          .run();
      });
    },
    onEnd(tx, task, state) {
      const { importId } = task.input as ImportInput;
      const row = parts.imports.get(importId);
      if (row.dryRun && state === 'completed') {
        uploads().release(importId);
      } else {
        uploads().consume(importId);
      }
      tx.update(datasetVersions)
        .set({ importId: null })
        .where(eq(datasetVersions.importId, importId))
        .run();
      const version = parts.datasets.findVersion(row.versionId);
      if (version) {
        const dataset = parts.datasets.get(version.datasetId);
        tx.emit({ ...versionEvent(version, dataset, task.createdBy), type: 'updated' });
        tx.emit({
          type: 'updated',
          kind: 'dataset',
          id: dataset.id,
          projectId: dataset.projectId,
          byUserId: task.createdBy
        });
      }
      tx.afterCommit(parts.onDiscarded);
    }
  };
}

/** Takes back what an earlier attempt has staged. */
async function discard({ db, datasets }: ImportParts, row: ImportRow): Promise<void> {
  const version = datasets.findVersion(row.versionId);
  if (version?.importId === row.id) {
    while (!db.write(() => discardStaged(db.sqlite, version.key))) {
      await turn();
    }
    db.write(() => discardLabels(db.sqlite, row.id));
  }
  db.write(tx => {
    tx.delete(refusedEntries).where(eq(refusedEntries.importId, row.id)).run();
  });
}

function jobOf(parts: ImportParts, row: ImportRow): ImportJob & { datasetId: string } {
  const version = parts.datasets.getVersion(row.versionId);
  return {
    databasePath: parts.databasePath,
    versionKey: version.key,
    datasetId: version.datasetId,
    dryRun: row.dryRun,
    format: row.requestedFormat,
    sources: row.uploadIds.map((id, index) => ({
      path: parts.uploads().path(id),
      fileName: row.fileNames[index]!
    }))
  };
}

type Context = TaskContext<ImportInput, never>;

function refuse(parts: ImportParts, importId: string, refused: readonly WorkerRefusal[]): void {
  if (refused.length === 0) {
    return;
  }
  parts.db.write(tx => {
    for (const { path, code, params } of refused) {
      tx.insert(refusedEntries)
        .values({ importId, path, code, params: { ...params } })
        .run();
    }
  });
}

async function take(parts: ImportParts, row: ImportRow, context: Context) {
  const { db, packs, datasets } = parts;
  const job = jobOf(parts, row);
  const staging = new Staging(db.sqlite, packs, {
    versionKey: job.versionKey,
    datasetId: job.datasetId,
    importId: row.id,
    userId: row.createdBy,
    newId,
    now: Date.now
  });
  const counts = nothingYet();
  const known = db.write(tx => parts.imports.labelNames(tx, job.datasetId));
  const receiver: Receiver = {
    images(images, unused) {
      const duplicates = db.write(() => {
        for (const { sha256, ...extent } of unused) {
          packs.refer(packs.add({ ...extent, sha256: Buffer.from(sha256) }), -1);
        }
        return staging.add(images.map(staged));
      });
      const refusals = duplicates.map(({ index, ...there }) => present(images[index]!, there));
      counts.duplicates += duplicates.length;
      refuse(parts, row.id, refusals);
    },
    refused(refused) {
      counts.refused += refused.length;
      refuse(parts, row.id, refused);
    },
    progress: (step, done, total) => context.progress({ step, done, total })
  };
  const result = await runImportWorker(job, packs, receiver, context.signal);
  return (tx: Transaction): void => {
    const version = datasets.findVersion(row.versionId);
    if (version?.importId !== row.id) {
      throw new ProblemError('not-found', { kind: 'dataset-version' });
    }
    const totals = staging.commit();
    counts.taken = totals.images;
    counts.labeled = totals.labeled + totals.gained;
    counts.files = result.summary.files;
    counts.skipped = result.summary.skipped;
    tx.update(imports)
      .set({
        counts,
        format: result.summary.format,
        labels: staging.labelTotals.map(label => ({ ...label, exists: known.has(label.name) }))
      })
      .where(eq(imports.id, row.id))
      .run();
    context.note(
      `${counts.taken} taken, ${counts.duplicates} there already, ${counts.refused} refused.`
    );
  };
}

async function tryOut(parts: ImportParts, row: ImportRow, context: Context) {
  const { db, packs } = parts;
  const job = jobOf(parts, row);
  const counts = nothingYet();
  const receiver: Receiver = {
    images() {
      throw new Error('a dry run takes nothing');
    },
    refused(refused, duplicates) {
      counts.duplicates += duplicates;
      counts.refused += refused.length - duplicates;
      refuse(parts, row.id, refused);
    },
    progress: (step, done, total) => context.progress({ step, done, total })
  };
  const result = await runImportWorker(job, packs, receiver, context.signal);
  if (result.kind !== 'dry') {
    throw new Error('a dry run ended as an import');
  }
  const { summary } = result;
  const known = db.write(tx => parts.imports.labelNames(tx, job.datasetId));
  counts.files = summary.files;
  counts.skipped = summary.skipped;
  counts.taken = summary.taken;
  counts.labeled = summary.labels.reduce((sum, label) => sum + label.count, 0);
  return (tx: Transaction): void => {
    tx.update(imports)
      .set({
        counts,
        format: summary.format,
        labels: summary.labels.map(label => ({ ...label, exists: known.has(label.name) }))
      })
      .where(eq(imports.id, row.id))
      .run();
  };
}

function staged(image: WorkerImage) {
  const { path: _path, sha256, stored, ...rest } = image;
  return { ...rest, sha256: Buffer.from(sha256), stored: stored ?? undefined };
}
