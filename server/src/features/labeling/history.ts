import { eq } from 'drizzle-orm';
import type { Shape } from '@topsdl/contract';
import type { Database } from '../../db/database.ts';
import { ProblemError } from '../../http/problem.ts';
import type { HistoryShape } from '../../library/annotate.ts';
import { loadImages } from '../../library/browse.ts';
import { kindCode, sourceCode, type Source } from '../../library/codes.ts';
import {
  annotationHistory,
  datasetVersions,
  images,
  labelers,
  labels
} from '../../library/table.ts';

/** A save of an image, as it is remembered. */
export interface HistoryEntry {
  readonly revision: number;
  readonly at: number;
  readonly userId: string | null;
  readonly source: Source;
  readonly shapes: Shape[];
}

/** Every save of an image, newest first; one that was never saved has what it came with. */
export function historyOf(db: Database, imageId: string): HistoryEntry[] {
  const image = db.orm
    .select({ key: images.key, revision: images.revision, datasetId: datasetVersions.datasetId })
    .from(images)
    .innerJoin(datasetVersions, eq(datasetVersions.key, images.versionKey))
    .where(eq(images.id, imageId))
    .get();
  if (!image) {
    throw new ProblemError('not-found', { kind: 'image' });
  }
  const rows = db.orm
    .select({
      revision: annotationHistory.revision,
      at: annotationHistory.at,
      userId: labelers.userId,
      source: annotationHistory.source,
      shapes: annotationHistory.shapes
    })
    .from(annotationHistory)
    .leftJoin(labelers, eq(labelers.key, annotationHistory.byKey))
    .where(eq(annotationHistory.imageKey, image.key))
    .all()
    .sort((a, b) => b.revision - a.revision);
  if (rows.length === 0) {
    return originOf(db, image.key, image.revision);
  }
  const ids = new Map(
    db.orm
      .select({ id: labels.id, key: labels.key })
      .from(labels)
      .where(eq(labels.datasetId, image.datasetId))
      .all()
      .map(row => [row.key, row.id])
  );
  return rows.map(row => ({
    ...row,
    source: sourceCode.decode(row.source),
    shapes: (JSON.parse(row.shapes) as HistoryShape[]).flatMap(([kind, labelKey]) => {
      // A label that was deleted since is nothing one could go back to.
      const labelId = ids.get(labelKey);
      return labelId === undefined ? [] : [{ kind: kindCode.decode(kind), labelId }];
    })
  }));
}

/** What it came with, as if that had been saved. */
function originOf(db: Database, imageKey: number, revision: number): HistoryEntry[] {
  const [record] = loadImages(db.sqlite, [imageKey]);
  const first = record?.annotations[0];
  return first
    ? [
        {
          revision,
          at: first.at,
          userId: first.userId,
          source: first.source,
          shapes: record.annotations.map(({ kind, labelId }) => ({ kind, labelId }))
        }
      ]
    : [];
}
