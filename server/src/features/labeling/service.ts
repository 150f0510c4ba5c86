import { and, asc, eq, isNull, ne, sql } from 'drizzle-orm';
import type { AnnotationSave, AnnotationType } from '@topsdl/contract';
import type { Database, Transaction } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import { ProblemError } from '../../http/problem.ts';
import { saveAnnotations, type ShapeInput } from '../../library/annotate.ts';
import { loadImages, type ImageRecord } from '../../library/browse.ts';
import type { Source } from '../../library/codes.ts';
import { LabelWriter } from '../../library/labels.ts';
import { prepared } from '../../library/statement-cache.ts';
import {
  datasets,
  datasetVersions,
  labelCounts,
  labels,
  type DatasetRow,
  type LabelRow,
  type VersionRow
} from '../../library/table.ts';

/** Images of a save that are told of one by one; of more, only the version is. */
const MOST_IMAGE_EVENTS = 50;

/** Conflicting images that a problem names. */
const MOST_NAMED = 1000;

export interface CountedLabel {
  readonly label: LabelRow;
  readonly images: number;
}

/** Labels of datasets, and the shapes of their images. */
export class Labeling {
  readonly #db: Database;
  readonly #list;

  constructor(db: Database) {
    this.#db = db;
    // Asked for after every change of any label or image.
    this.#list = db.orm
      .select({ label: labels, images: labelCounts.images })
      .from(labels)
      .leftJoin(
        labelCounts,
        and(
          eq(labelCounts.labelKey, labels.key),
          eq(labelCounts.versionKey, sql.placeholder('version'))
        )
      )
      .where(and(eq(labels.datasetId, sql.placeholder('dataset')), isNull(labels.importId)))
      .orderBy(asc(labels.position), asc(labels.key))
      .prepare();
  }

  /** The labels of a version's dataset in their order, with how many of its images carry each. */
  list(versionId: string): CountedLabel[] {
    const { key, datasetId } = this.#version(versionId);
    return this.#list
      .all({ version: key, dataset: datasetId })
      .map(row => ({ label: row.label, images: row.images ?? 0 }));
  }

  /** Ids of the users whose labels images of a version carry. */
  labelers(versionId: string): string[] {
    const { key } = this.#version(versionId);
    // From one labeler to the next by the index: a million labels of one are passed over in a step.
    return prepared<string>(
      this.#db.sqlite,
      `WITH RECURSIVE found (by_key) AS (
          SELECT (SELECT min(by_key) FROM annotations WHERE version_key = @key AND by_key > 0)
          UNION ALL
          SELECT (SELECT min(by_key) FROM annotations
            WHERE version_key = @key AND by_key > found.by_key)
          FROM found WHERE found.by_key IS NOT NULL)
        SELECT user_id FROM found JOIN labelers ON key = by_key`
    )
      .pluck()
      .all({ key });
  }

  findLabel(labelId: string): LabelRow | undefined {
    return this.#db.orm
      .select()
      .from(labels)
      .where(and(eq(labels.id, labelId), isNull(labels.importId)))
      .get();
  }

  /** The dataset a label belongs to. */
  findOwner(labelId: string): DatasetRow | undefined {
    const label = this.findLabel(labelId);
    return label && this.#dataset(label.datasetId);
  }

  /** How many images of all versions carry a label. */
  used(label: LabelRow): number {
    return prepared<{ count: number }>(
      this.#db.sqlite,
      `SELECT coalesce(sum(c.images), 0) AS count FROM dataset_versions v
        JOIN label_counts c ON c.version_key = v.key AND c.label_key = ?
        WHERE v.dataset_id = ? AND v.hidden IS NULL`
    ).get(label.key, label.datasetId)!.count;
  }

  #label(labelId: string): LabelRow {
    const row = this.findLabel(labelId);
    if (!row) {
      throw new ProblemError('not-found', { kind: 'label' });
    }
    return row;
  }

  create(
    datasetId: string,
    wanted: { name: string; color?: string | undefined; shortcut?: string | null | undefined },
    userId: string | null
  ): LabelRow {
    return this.#db.write(tx => {
      const hidden = this.#requireFree(tx, datasetId, wanted);
      // An import that runs has brought the same name: it becomes visible now, as it is wanted here.
      const key = hidden
        ? hidden.key
        : new LabelWriter(this.#db.sqlite, datasetId).insert({ id: newId(), ...wanted });
      if (hidden) {
        tx.update(labels)
          .set({
            importId: null,
            color: wanted.color ?? hidden.color,
            shortcut: wanted.shortcut === undefined ? hidden.shortcut : wanted.shortcut
          })
          .where(eq(labels.key, key))
          .run();
      }
      const row = tx.select().from(labels).where(eq(labels.key, key)).get()!;
      this.#emit(tx, 'created', row, userId);
      return row;
    });
  }

  update(
    labelId: string,
    change: {
      name?: string | undefined;
      color?: string | undefined;
      shortcut?: string | null | undefined;
    },
    userId: string | null
  ): LabelRow {
    return this.#db.write(tx => {
      const row = this.#label(labelId);
      const hidden = this.#requireFree(tx, row.datasetId, change, row.key);
      if (hidden) {
        throw new ProblemError('name-taken', { name: hidden.name }, 'body.name');
      }
      const updated = { ...row, ...withoutUndefined(change) };
      tx.update(labels)
        .set({ name: updated.name, color: updated.color, shortcut: updated.shortcut })
        .where(eq(labels.key, row.key))
        .run();
      this.#emit(tx, 'updated', updated, userId);
      return updated;
    });
  }

  /** Deletes a label that no image of any version carries. */
  delete(labelId: string, userId: string | null): void {
    this.#db.write(tx => {
      const row = this.#label(labelId);
      const used = this.used(row);
      if (used > 0) {
        throw new ProblemError('label-used', { name: row.name, count: used });
      }
      if (this.#staged(row)) {
        throw new ProblemError('version-busy', { kind: 'import' });
      }
      // Rows of a deleted version may still wait for the sweeper; it finds them without their label.
      tx.delete(labels).where(eq(labels.key, row.key)).run();
      this.#emit(tx, 'deleted', row, userId);
    });
  }

  /** Whether an import that runs has put the label on images that nobody sees yet. */
  #staged(label: LabelRow): boolean {
    return (
      prepared<{ key: number }>(
        this.#db.sqlite,
        `SELECT a.image_key AS key FROM dataset_versions v CROSS JOIN annotations a
          ON a.version_key = v.key AND a.label_key = ? AND a.image_key > v.visible_key
          WHERE v.dataset_id = ? AND v.hidden IS NULL LIMIT 1`
      ).get(label.key, label.datasetId) !== undefined
    );
  }

  /**
   * Refuses a name or a key that another label of the dataset has.
   *
   * @returns a label of that name which a running import has brought and nobody sees
   */
  #requireFree(
    tx: Transaction,
    datasetId: string,
    wanted: { name?: string | undefined; shortcut?: string | null | undefined },
    except = -1
  ): LabelRow | undefined {
    const others = tx
      .select()
      .from(labels)
      .where(and(eq(labels.datasetId, datasetId), ne(labels.key, except)))
      .all();
    const same = others.find(other => other.name === wanted.name);
    if (same && same.importId === null) {
      throw new ProblemError('name-taken', { name: same.name }, 'body.name');
    }
    const key = wanted.shortcut;
    if (key != null) {
      const holder = others.find(other => other.shortcut === key && other !== same);
      if (holder) {
        throw new ProblemError('shortcut-taken', { key, name: holder.name }, 'body.shortcut');
      }
    }
    return same;
  }

  /**
   * Saves the shapes of images of a version, all or none, inside the caller's transaction.
   *
   * @throws ProblemError `annotation-conflict` naming the images that have changed meanwhile in
   * `images`, separated by commas; `label-foreign`, `image-foreign`, `too-many-labels` with the field
   */
  save(
    tx: Transaction,
    versionId: string,
    saves: readonly AnnotationSave[],
    userId: string | null,
    source: Source = 'manual'
  ): ImageRecord[] {
    const version = this.#version(versionId);
    const dataset = this.#dataset(version.datasetId);
    const inputs = this.#inputs(dataset, saves);
    const outcome = saveAnnotations(this.#db.sqlite, {
      versionKey: version.key,
      images: inputs,
      source,
      userId,
      now: Date.now()
    });
    if (outcome.kind === 'foreign') {
      throw new ProblemError('image-foreign', {}, `body.images.${outcome.index}.imageId`);
    }
    if (outcome.kind === 'conflict') {
      throw new ProblemError('annotation-conflict', {
        count: outcome.imageIds.length,
        images: outcome.imageIds.slice(0, MOST_NAMED).join(',')
      });
    }
    const event = { projectId: dataset.projectId, byUserId: userId };
    if (saves.length <= MOST_IMAGE_EVENTS) {
      for (const { imageId } of saves) {
        tx.emit({ ...event, type: 'updated', kind: 'image', id: imageId, parentId: versionId });
      }
    }
    tx.emit({
      ...event,
      type: 'updated',
      kind: 'dataset-version',
      id: versionId,
      parentId: dataset.id
    });
    const found = new Map(
      loadImages(this.#db.sqlite, outcome.keys).map(record => [record.id, record])
    );
    return saves.flatMap(({ imageId }) => found.get(imageId) ?? []);
  }

  #inputs(dataset: DatasetRow, saves: readonly AnnotationSave[]) {
    const keys = new Map(
      this.#db.orm
        .select({ id: labels.id, key: labels.key })
        .from(labels)
        .where(and(eq(labels.datasetId, dataset.id), isNull(labels.importId)))
        .all()
        .map(row => [row.id, row.key])
    );
    const seen = new Set<string>();
    return saves.map((save, index) => {
      const place = `body.images.${index}`;
      if (seen.has(save.imageId)) {
        throw new ProblemError('image-twice', {}, `${place}.imageId`);
      }
      seen.add(save.imageId);
      requireShapesOf(dataset.annotationType, save, place);
      return {
        imageId: save.imageId,
        revision: save.revision,
        shapes: save.shapes.map((shape, at): ShapeInput => {
          const labelKey = keys.get(shape.labelId);
          if (labelKey === undefined) {
            throw new ProblemError('label-foreign', {}, `${place}.shapes.${at}.labelId`);
          }
          return { kind: shape.kind, labelKey, geometry: null };
        })
      };
    });
  }

  #version(versionId: string): VersionRow {
    const row = this.#db.orm
      .select()
      .from(datasetVersions)
      .where(and(eq(datasetVersions.id, versionId), isNull(datasetVersions.hidden)))
      .get();
    if (!row) {
      throw new ProblemError('not-found', { kind: 'dataset-version' });
    }
    return row;
  }

  #dataset(datasetId: string): DatasetRow {
    return this.#db.orm.select().from(datasets).where(eq(datasets.id, datasetId)).get()!;
  }

  #emit(
    tx: Transaction,
    type: 'created' | 'updated' | 'deleted',
    label: LabelRow,
    byUserId: string | null
  ): void {
    const { projectId } = this.#dataset(label.datasetId);
    tx.emit({ type, kind: 'label', id: label.id, projectId, parentId: label.datasetId, byUserId });
  }
}

/** What shapes an image of a dataset may carry. */
function requireShapesOf(type: AnnotationType, save: AnnotationSave, place: string): void {
  if (type === 'classification' && save.shapes.length > 1) {
    throw new ProblemError('too-many-labels', {}, `${place}.shapes`);
  }
}

function withoutUndefined<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(value).filter(([, field]) => field !== undefined)
  ) as Partial<T>;
}
