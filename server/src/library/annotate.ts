import type { Database } from 'better-sqlite3';
import { BlockChanges } from './blocks.ts';
import {
  CLEANED,
  kindCode,
  LABELED,
  sourceCode,
  stateCode,
  UNLABELED,
  type Kind,
  type Source
} from './codes.ts';
import { prepared } from './statement-cache.ts';

/** A shape with its label's key; `geometry` is canonical JSON, so that equal shapes are equal texts. */
export interface ShapeInput {
  readonly kind: Kind;
  readonly labelKey: number;
  readonly geometry: string | null;
  readonly score?: number | null;
}

/** All shapes that an image is to carry, and the revision they were made on. */
export interface ImageSave {
  readonly imageId: string;
  readonly revision: number;
  readonly shapes: readonly ShapeInput[];
}

export interface SaveRequest {
  readonly versionKey: number;
  readonly images: readonly ImageSave[];
  readonly source: Source;
  readonly userId: string | null;
  readonly now: number;
}

export type SaveOutcome =
  | { readonly kind: 'saved'; readonly keys: readonly number[] }
  | { readonly kind: 'conflict'; readonly imageIds: readonly string[] }
  | { readonly kind: 'foreign'; readonly index: number };

interface Target {
  readonly key: number;
  readonly state: number;
  readonly revision: number;
}

interface StoredShape {
  readonly ordinal: number;
  readonly labelKey: number;
  readonly kind: number;
  readonly geometry: string | null;
  readonly source: number;
  readonly score: number | null;
  readonly byKey: number | null;
  readonly at: number;
}

/**
 * Replaces the shapes of images, all or none, and keeps every counter. Call it inside a transaction;
 * it changes nothing unless it answers `saved`.
 *
 * A shape that an image carried already keeps its origin, unless the save changes nothing about the
 * image at all: then someone has looked and confirmed, and all of it is theirs.
 */
export function saveAnnotations(db: Database, request: SaveRequest): SaveOutcome {
  const find = prepared<Target>(
    db,
    `SELECT i.key, i.state, i.revision FROM images i JOIN dataset_versions v ON v.key = i.version_key
      WHERE i.id = ? AND i.version_key = ? AND i.key <= v.visible_key`
  );
  const targets: Target[] = [];
  const conflicts: string[] = [];
  for (const [index, image] of request.images.entries()) {
    const target = find.get(image.imageId, request.versionKey);
    if (!target) {
      return { kind: 'foreign', index };
    }
    if (target.revision !== image.revision) {
      conflicts.push(image.imageId);
    }
    targets.push(target);
  }
  if (conflicts.length > 0) {
    return { kind: 'conflict', imageIds: conflicts };
  }
  const changes = new Changes(db, request);
  for (const [index, target] of targets.entries()) {
    changes.replace(target, request.images[index]!.shapes);
  }
  changes.finish();
  return { kind: 'saved', keys: targets.map(target => target.key) };
}

/**
 * Gives images that carry nothing a class each, as an import does; what was labeled or deleted
 * meanwhile is left. Call it inside a transaction.
 *
 * @returns the keys of images that got theirs
 */
export function labelBare(
  db: Database,
  request: Omit<SaveRequest, 'images'>,
  classes: Iterable<readonly [imageKey: number, labelKey: number]>
): number[] {
  const find = prepared<Target>(
    db,
    `SELECT key, state, revision FROM images WHERE key = ? AND version_key = ? AND NOT EXISTS (
      SELECT 1 FROM annotations a WHERE a.image_key = images.key)`
  );
  const changes = new Changes(db, request);
  const changed: number[] = [];
  for (const [imageKey, labelKey] of classes) {
    const target = find.get(imageKey, request.versionKey);
    if (target) {
      changes.replace(target, [{ kind: 'classification', labelKey, geometry: null }]);
      changed.push(imageKey);
    }
  }
  if (changed.length > 0) {
    changes.finish();
  }
  return changed;
}

/** The integer that stands for a user in annotation rows. */
export function labelerKey(db: Database, userId: string | null): number | null {
  if (userId === null) {
    return null;
  }
  const find = prepared<{ key: number }>(db, 'SELECT key FROM labelers WHERE user_id = ?');
  const found = find.get(userId);
  if (found) {
    return found.key;
  }
  return Number(
    prepared(db, 'INSERT INTO labelers (user_id) VALUES (?)').run(userId).lastInsertRowid
  );
}

/** The working of one save: rows at once, counters at the end. */
class Changes {
  readonly #db: Database;
  readonly #request: Omit<SaveRequest, 'images'>;
  readonly #byKey: number | null;
  readonly #labelChange = new Map<number, number>();
  readonly #stateChange = [0, 0, 0];
  readonly #blocks = new BlockChanges();

  constructor(db: Database, request: Omit<SaveRequest, 'images'>) {
    this.#db = db;
    this.#request = request;
    this.#byKey = labelerKey(db, request.userId);
  }

  replace(target: Target, shapes: readonly ShapeInput[]): void {
    const { now, source, versionKey } = this.#request;
    const before = prepared<StoredShape>(
      this.#db,
      `SELECT ordinal, label_key AS labelKey, kind, geometry, source, score, by_key AS byKey, at
        FROM annotations WHERE image_key = ? ORDER BY ordinal`
    ).all(target.key);
    this.#remember(target, before);
    const known = new Map(before.map(shape => [identity(shape), shape]));
    const unchanged =
      before.length === shapes.length && shapes.every(shape => known.has(identity(encoded(shape))));
    prepared(this.#db, 'DELETE FROM annotations WHERE image_key = ?').run(target.key);
    const insert = prepared(
      this.#db,
      `INSERT INTO annotations
        (image_key, ordinal, version_key, label_key, kind, geometry, source, score, by_key, at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
    );
    for (const [ordinal, shape] of shapes.entries()) {
      const kept = unchanged ? undefined : known.get(identity(encoded(shape)));
      insert.run(
        target.key,
        ordinal,
        versionKey,
        shape.labelKey,
        kindCode.encode(shape.kind),
        shape.geometry,
        kept?.source ?? sourceCode.encode(source),
        kept ? kept.score : (shape.score ?? null),
        kept ? kept.byKey : this.#byKey,
        kept?.at ?? now
      );
    }
    const state = target.state === CLEANED ? CLEANED : shapes.length > 0 ? LABELED : UNLABELED;
    const revision = target.revision + 1;
    prepared(this.#db, 'UPDATE images SET state = ?, revision = ? WHERE key = ?').run(
      state,
      revision,
      target.key
    );
    this.#record(
      target.key,
      revision,
      now,
      this.#byKey,
      sourceCode.encode(source),
      shapes.map(encoded)
    );
    this.#stateChange[target.state]!--;
    this.#stateChange[state]!++;
    this.#blocks.image(target.key, target.state, -1);
    this.#blocks.image(target.key, state, 1);
    for (const key of new Set(before.map(shape => shape.labelKey))) {
      this.#countLabel(key, -1);
      this.#blocks.label(target.key, target.state, key, -1);
    }
    for (const key of new Set(shapes.map(shape => shape.labelKey))) {
      this.#countLabel(key, 1);
      this.#blocks.label(target.key, state, key, 1);
    }
  }

  finish(): void {
    const { versionKey, now } = this.#request;
    const labels = [...this.#labelChange].filter(([, change]) => change !== 0);
    adjustLabelCounts(this.#db, versionKey, labels);
    this.#blocks.write(this.#db, versionKey);
    prepared(
      this.#db,
      `UPDATE dataset_versions SET unlabeled = unlabeled + ?, labeled = labeled + ?,
        cleaned = cleaned + ?, revision = revision + 1, updated_at = ? WHERE key = ?`
    ).run(
      this.#stateChange[stateCode.encode('unlabeled')],
      this.#stateChange[stateCode.encode('labeled')],
      this.#stateChange[stateCode.encode('cleaned')],
      now,
      versionKey
    );
  }

  #countLabel(key: number, change: number): void {
    this.#labelChange.set(key, (this.#labelChange.get(key) ?? 0) + change);
  }

  /** What an image came with is not written at import; the first change keeps it. */
  #remember(target: Target, before: readonly StoredShape[]): void {
    const first = before[0];
    if (first) {
      this.#record(target.key, target.revision, first.at, first.byKey, first.source, before);
    }
  }

  #record(
    imageKey: number,
    revision: number,
    at: number,
    byKey: number | null,
    source: number,
    shapes: readonly EncodedShape[]
  ): void {
    prepared(
      this.#db,
      `INSERT INTO annotation_history (image_key, revision, at, by_key, source, shapes)
        VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`
    ).run(imageKey, revision, at, byKey, source, JSON.stringify(shapes.map(compact)));
  }
}

interface EncodedShape {
  readonly kind: number;
  readonly labelKey: number;
  readonly geometry: string | null;
}

function encoded(shape: ShapeInput): EncodedShape {
  return {
    kind: kindCode.encode(shape.kind),
    labelKey: shape.labelKey,
    geometry: shape.geometry
  };
}

function identity(shape: EncodedShape): string {
  return `${shape.kind} ${shape.labelKey} ${shape.geometry ?? ''}`;
}

/** A shape in the history: kind, label, geometry. */
export type HistoryShape = readonly [kind: number, labelKey: number, geometry: string | null];

function compact(shape: EncodedShape): HistoryShape {
  return [shape.kind, shape.labelKey, shape.geometry];
}

/** Adds to the counters of labels in a version. */
export function adjustLabelCounts(
  db: Database,
  versionKey: number,
  changes: Iterable<readonly [labelKey: number, change: number]>
): void {
  const adjust = prepared(
    db,
    `INSERT INTO label_counts (version_key, label_key, images) VALUES (?, ?, ?)
      ON CONFLICT (version_key, label_key) DO UPDATE SET images = images + excluded.images`
  );
  for (const [labelKey, change] of changes) {
    adjust.run(versionKey, labelKey, change);
  }
}
