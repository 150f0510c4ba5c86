import type { Database } from 'better-sqlite3';
import type { PackStore, StoredContent } from '../packs/store.ts';
import { adjustLabelCounts, labelBare, labelerKey } from './annotate.ts';
import { BlockChanges, uncount } from './blocks.ts';
import { formatCode, kindCode, LABELED, sourceCode, UNLABELED, type ImageFormat } from './codes.ts';
import { LabelWriter } from './labels.ts';
import { indexNames } from './names.ts';
import { prepared } from './statement-cache.ts';

/** An image whose bytes are durable, on its way into a version. */
export interface StagedImage {
  readonly name: string;
  readonly format: ImageFormat;
  /** Pixels, upright. */
  readonly width: number;
  readonly height: number;
  readonly orientation: number;
  readonly sha256: Buffer;
  /** Where a writer put the bytes; absent if they were stored before. */
  readonly stored?: Omit<StoredContent, 'sha256'> | undefined;
  readonly label: string | null;
}

/** An image that the version has already, and what it is called there. */
export interface Duplicate {
  readonly index: number;
  readonly name: string;
  /** Its label, once the import is through. */
  readonly label: string | null;
  /** It had none, and this import gives it one. */
  readonly gained: boolean;
}

export interface StagingOptions {
  readonly versionKey: number;
  readonly datasetId: string;
  readonly importId: string;
  readonly userId: string | null;
  readonly newId: () => string;
  readonly now: () => number;
}

/** What a finished staging adds to its version. */
export interface StagedTotals {
  readonly images: number;
  readonly labeled: number;
  /** Images that were there already and got their label by it. */
  readonly gained: number;
  readonly bytes: number;
}

/**
 * Adds images to a version out of sight: rows get keys above the version's visible mark, in short
 * transactions that let others write in between. {@link commit} moves the mark and the counters in
 * one; {@link discardStaged} takes back what never was committed.
 */
export class Staging {
  readonly #db: Database;
  readonly #packs: PackStore;
  readonly #options: StagingOptions;
  readonly #byKey: number | null;
  readonly #labels = new Map<string, number>();
  readonly #labelCounts = new Map<number, number>();
  /** Labels of images that were there without one; given when everything is shown. */
  readonly #gains = new Map<number, string>();
  /** How many images got each. */
  readonly #gained = new Map<string, number>();
  /** Of the transaction that goes on. */
  #writer: LabelWriter | undefined;
  #lastKey = 0;
  #images = 0;
  #labeled = 0;
  #bytes = 0;

  constructor(db: Database, packs: PackStore, options: StagingOptions) {
    this.#db = db;
    this.#packs = packs;
    this.#options = options;
    this.#byKey = labelerKey(db, options.userId);
  }

  get totals(): StagedTotals {
    const gained = [...this.#gained.values()].reduce((sum, images) => sum + images, 0);
    return { images: this.#images, labeled: this.#labeled, gained, bytes: this.#bytes };
  }

  /** The labels that were met, and how many images brought each. */
  get labelTotals(): { name: string; count: number }[] {
    const names = new Set([...this.#labels.keys(), ...this.#gained.keys()]);
    return [...names].map(name => ({
      name,
      count:
        (this.#labelCounts.get(this.#labels.get(name) ?? -1) ?? 0) + (this.#gained.get(name) ?? 0)
    }));
  }

  /** Adds a batch. Call it inside a transaction. @returns those that are there already */
  add(batch: readonly StagedImage[]): Duplicate[] {
    const { versionKey, newId, now } = this.#options;
    this.#writer = undefined;
    const insert = prepared(
      this.#db,
      `INSERT INTO images
        (id, version_key, content_key, name, format, width, height, orientation, state, revision)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT (version_key, content_key) DO NOTHING`
    );
    const annotate = prepared(
      this.#db,
      `INSERT INTO annotations (image_key, ordinal, version_key, label_key, kind, source, by_key, at)
        VALUES (?, 0, ?, ?, ?, ?, ?, ?)`
    );
    const mark = lastImageKey(this.#db);
    const blocks = new BlockChanges();
    const duplicates: Duplicate[] = [];
    for (const [index, image] of batch.entries()) {
      const { contentKey, bytes } = this.#content(image);
      const state = image.label === null ? UNLABELED : LABELED;
      const result = insert.run(
        newId(),
        versionKey,
        contentKey,
        image.name,
        formatCode.encode(image.format),
        image.width,
        image.height,
        image.orientation,
        state
      );
      if (result.changes === 0) {
        this.#packs.refer(contentKey, -1);
        duplicates.push({ index, ...this.#present(contentKey, image.label) });
        continue;
      }
      this.#lastKey = Number(result.lastInsertRowid);
      this.#images++;
      this.#bytes += bytes;
      blocks.image(this.#lastKey, state, 1);
      if (image.label !== null) {
        const labelKey = this.#label(image.label);
        annotate.run(
          this.#lastKey,
          versionKey,
          labelKey,
          kindCode.encode('classification'),
          sourceCode.encode('import'),
          this.#byKey,
          now()
        );
        blocks.label(this.#lastKey, state, labelKey, 1);
        this.#labeled++;
        this.#labelCounts.set(labelKey, (this.#labelCounts.get(labelKey) ?? 0) + 1);
      }
    }
    blocks.write(this.#db, versionKey);
    indexNames(this.#db, versionKey, mark);
    return duplicates;
  }

  /** Makes everything visible. Call it inside the transaction that ends the import. */
  commit(): StagedTotals {
    const { versionKey, now } = this.#options;
    this.#writer = undefined;
    adjustLabelCounts(this.#db, versionKey, this.#labelCounts);
    this.#show(this.#labelCounts.keys());
    prepared(
      this.#db,
      `UPDATE dataset_versions SET visible_key = max(visible_key, ?), total = total + ?,
        unlabeled = unlabeled + ?, labeled = labeled + ?, bytes = bytes + ?,
        revision = revision + 1, updated_at = ? WHERE key = ?`
    ).run(
      this.#lastKey,
      this.#images,
      this.#images - this.#labeled,
      this.#labeled,
      this.#bytes,
      now(),
      versionKey
    );
    this.#giveLabels();
    return this.totals;
  }

  #content(image: StagedImage): { contentKey: number; bytes: number } {
    if (image.stored) {
      const contentKey = this.#packs.add({ ...image.stored, sha256: image.sha256 });
      return { contentKey, bytes: image.stored.length };
    }
    const found = this.#packs.find(image.sha256);
    if (!found) {
      throw new Error(`content ${image.sha256.toString('hex')} went away during an import`);
    }
    this.#packs.refer(found.key, 1);
    return { contentKey: found.key, bytes: found.length };
  }

  #present(contentKey: number, label: string | null): Omit<Duplicate, 'index'> {
    const row = prepared<{ key: number; name: string; label: string | null }>(
      this.#db,
      `SELECT i.key, i.name, (SELECT l.name FROM annotations a JOIN labels l ON l.key = a.label_key
          WHERE a.image_key = i.key ORDER BY a.ordinal LIMIT 1) AS label
        FROM images i WHERE i.version_key = ? AND i.content_key = ?`
    ).get(this.#options.versionKey, contentKey)!;
    const { key, name } = row;
    const there = row.label ?? this.#gains.get(key);
    if (there === undefined && label !== null) {
      this.#gains.set(key, label);
      return { name, label, gained: true };
    }
    return { name, label: there ?? null, gained: false };
  }

  /** Labels what had none. */
  #giveLabels(): void {
    const { versionKey, userId, now } = this.#options;
    const keys = new Map<string, number>();
    const classes = [...this.#gains].map(([imageKey, name]) => {
      const labelKey = keys.get(name) ?? this.#findLabel(name);
      keys.set(name, labelKey);
      return [imageKey, labelKey] as const;
    });
    const request = { versionKey, source: 'import' as const, userId, now: now() };
    for (const imageKey of labelBare(this.#db, request, classes)) {
      const name = this.#gains.get(imageKey)!;
      this.#gained.set(name, (this.#gained.get(name) ?? 0) + 1);
    }
    this.#show([...this.#gained.keys()].map(name => keys.get(name)!));
  }

  /** Makes labels visible that nobody saw before. */
  #show(labelKeys: Iterable<number>): void {
    const show = prepared(this.#db, 'UPDATE labels SET import_id = NULL WHERE key = ?');
    for (const key of labelKeys) {
      show.run(key);
    }
  }

  #label(name: string): number {
    const known = this.#labels.get(name);
    if (known !== undefined) {
      return known;
    }
    const key = this.#findLabel(name);
    this.#labels.set(name, key);
    return key;
  }

  #findLabel(name: string): number {
    const { datasetId, importId, newId } = this.#options;
    const found = prepared<{ key: number }>(
      this.#db,
      'SELECT key FROM labels WHERE dataset_id = ? AND name = ?'
    ).get(datasetId, name);
    if (found) {
      return found.key;
    }
    this.#writer ??= new LabelWriter(this.#db, datasetId);
    return this.#writer.insert({ id: newId(), name, importId });
  }
}

/**
 * Takes back up to `limit` staged images of a version that nobody fills any more. Call it inside a
 * transaction.
 *
 * @returns whether nothing is left; until then call it again
 */
export function discardStaged(db: Database, versionKey: number, limit = 1000): boolean {
  const keys = prepared<{ key: number }>(
    db,
    `SELECT i.key FROM images i INDEXED BY images_of_version JOIN dataset_versions v ON v.key = i.version_key
      WHERE i.version_key = ? AND i.key > v.visible_key ORDER BY i.key LIMIT ?`
  )
    .all(versionKey, limit)
    .map(row => row.key);
  removeImages(db, keys);
  return keys.length < limit;
}

/** The highest key that an image has. */
export function lastImageKey(db: Database): number {
  return prepared<{ key: number }>(db, 'SELECT coalesce(max(key), 0) AS key FROM images').get()!
    .key;
}

/** Deletes image rows with all that hangs on them; the version's counters are the caller's. */
export function removeImages(db: Database, keys: readonly number[]): void {
  const list = JSON.stringify(keys);
  uncount(db, list);
  prepared(
    db,
    `INSERT INTO images_fts (images_fts, rowid, name)
      SELECT 'delete', i.key, i.name FROM json_each(?) j CROSS JOIN images i ON i.key = j.value`
  ).run(list);
  const statements = [
    'UPDATE contents SET refs = refs - 1 WHERE key = (SELECT content_key FROM images WHERE key = ?)',
    'DELETE FROM annotations WHERE image_key = ?',
    'DELETE FROM annotation_history WHERE image_key = ?',
    'DELETE FROM images WHERE key = ?'
  ].map(sql => prepared(db, sql));
  for (const key of keys) {
    for (const statement of statements) {
      statement.run(key);
    }
  }
}
