import { eq, sql } from 'drizzle-orm';
import type { AnnotationType, ImageState } from '@topsdl/contract';
import type { Database } from '../../db/database.ts';
import { badCursor, decodeCursor, encodeCursor } from '../../db/paging.ts';
import { ProblemError } from '../../http/problem.ts';
import { listImages, loadImages, type ImageRecord } from '../../library/browse.ts';
import type { Source } from '../../library/codes.ts';
import { prepared } from '../../library/statement-cache.ts';
import { datasetVersions, images, labelers, type VersionRow } from '../../library/table.ts';

const CURSOR = 'images';
const DEFAULT_LIMIT = 100;

export interface ImageQuery {
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
  readonly skip?: number | undefined;
  readonly search?: string | undefined;
  readonly state?: ImageState | undefined;
  /** Label ids, separated by commas. */
  readonly labels?: string | undefined;
  readonly source?: Source | undefined;
  readonly byUserId?: string | undefined;
}

export interface ImagePage {
  readonly items: ImageRecord[];
  readonly next?: string | undefined;
  readonly total: number;
  readonly totalIsMinimum: boolean;
}

/** Finding the images of a version. */
export class Images {
  readonly #db: Database;
  readonly #findVersionOf;

  constructor(db: Database) {
    this.#db = db;
    // Asked for every thumbnail.
    this.#findVersionOf = db.orm
      .select({ key: images.key, version: datasetVersions })
      .from(images)
      .innerJoin(datasetVersions, eq(datasetVersions.key, images.versionKey))
      .where(eq(images.id, sql.placeholder('id')))
      .prepare();
  }

  async list(version: VersionRow, query: ImageQuery, signal: AbortSignal): Promise<ImagePage> {
    const after = query.cursor === undefined ? 0 : decodeCursor(CURSOR, 1, query.cursor)[0];
    if (typeof after !== 'number') {
      throw badCursor(query.cursor ?? '');
    }
    const { last, ...listing } = await listImages(
      this.#db,
      {
        versionKey: version.key,
        revision: version.revision,
        visibleKey: version.visibleKey,
        state: query.state,
        labelKeys: query.labels === undefined ? undefined : this.#labelKeys(version, query.labels),
        oneLabel: this.#oneLabel(version),
        source: query.source,
        // Nobody has key 0: a user who never labeled anything finds nothing.
        byKey: query.byUserId === undefined ? undefined : (this.#labelerKey(query.byUserId) ?? 0),
        // No name holds NUL, which ends a pattern.
        search: query.search?.normalize('NFC').replaceAll('\u0000', '') || undefined
      },
      { after, skip: query.skip ?? 0, limit: query.limit ?? DEFAULT_LIMIT },
      signal
    );
    return { ...listing, ...(last === undefined ? {} : { next: encodeCursor(CURSOR, [last]) }) };
  }

  #labelKeys(version: VersionRow, list: string): number[] {
    return prepared<number>(
      this.#db.sqlite,
      `SELECT DISTINCT l.key FROM json_each(?) j CROSS JOIN labels l ON l.id = j.value
        WHERE l.dataset_id = ? AND l.import_id IS NULL`
    )
      .pluck()
      .all(JSON.stringify(list.split(',')), version.datasetId);
  }

  /** Whether an image of the version's dataset carries one label at most. */
  #oneLabel({ datasetId }: VersionRow): boolean {
    const dataset = prepared<{ annotationType: AnnotationType }>(
      this.#db.sqlite,
      'SELECT annotation_type AS annotationType FROM datasets WHERE id = ?'
    ).get(datasetId);
    return dataset?.annotationType === 'classification';
  }

  #labelerKey(userId: string): number | undefined {
    return this.#db.orm
      .select({ key: labelers.key })
      .from(labelers)
      .where(eq(labelers.userId, userId))
      .get()?.key;
  }

  /** The version an image belongs to; nothing for an image that is not to be seen. */
  findVersionOf(imageId: string): { key: number; version: VersionRow } | undefined {
    const found = this.#findVersionOf.get({ id: imageId });
    return found && found.version.hidden === null && found.key <= found.version.visibleKey
      ? found
      : undefined;
  }

  get(imageId: string): { record: ImageRecord; version: VersionRow } {
    const found = this.findVersionOf(imageId);
    const record = found && loadImages(this.#db.sqlite, [found.key])[0];
    if (!found || !record) {
      throw new ProblemError('not-found', { kind: 'image' });
    }
    return { record, version: found.version };
  }
}
