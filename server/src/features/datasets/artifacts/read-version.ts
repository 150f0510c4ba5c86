import type { Database as Sqlite } from 'better-sqlite3';
import {
  CLEANED,
  formatCode,
  sourceCode,
  type ImageFormat,
  type Source
} from '../../../library/codes.ts';
import type { Extent } from '../../../packs/reader.ts';

/** An image of a version with its class, as artifacts need it. */
export interface VersionImage extends Extent {
  readonly name: string;
  readonly format: ImageFormat;
  readonly width: number;
  readonly height: number;
  readonly orientation: number;
  readonly sha256: string;
  readonly label: string | null;
  readonly source: Source | null;
  readonly score: number | null;
}

export interface VersionLabel {
  readonly name: string;
  readonly color: string;
  readonly shortcut: string | null;
}

/** A version as it was at one moment. */
export interface VersionSnapshot {
  readonly revision: number;
  /** In the order in which they came; without cleaned ones. */
  readonly images: readonly VersionImage[];
  /** The dataset's labels in their order. */
  readonly labels: readonly VersionLabel[];
}

interface Row {
  name: string;
  format: number;
  width: number;
  height: number;
  orientation: number;
  sha256: Buffer;
  packId: number;
  offset: number;
  length: number;
  label: string | null;
  source: number | null;
  score: number | null;
}

/** Reads a version in one transaction, which is over before anything is made of it. */
export function readVersion(db: Sqlite, versionKey: number): VersionSnapshot {
  return db.transaction((): VersionSnapshot => {
    const version = db
      .prepare<[number], { datasetId: string; visibleKey: number; revision: number }>(
        `SELECT dataset_id AS datasetId, visible_key AS visibleKey, revision
          FROM dataset_versions WHERE key = ? AND hidden IS NULL`
      )
      .get(versionKey);
    if (!version) {
      return { revision: -1, images: [], labels: [] };
    }
    const rows = db
      .prepare<[number, number, number], Row>(
        `SELECT i.name, i.format, i.width, i.height, i.orientation, c.sha256, c.pack_id AS packId,
            c."offset", c.length, l.name AS label, a.source, a.score
          FROM images i INDEXED BY images_of_version CROSS JOIN contents c ON c.key = i.content_key
          LEFT JOIN annotations a ON a.image_key = i.key AND a.ordinal = 0
          LEFT JOIN labels l ON l.key = a.label_key
          WHERE i.version_key = ? AND i.key <= ? AND i.state <> ? ORDER BY i.key`
      )
      .all(versionKey, version.visibleKey, CLEANED);
    const labels = db
      .prepare<[string], VersionLabel>(
        `SELECT name, color, shortcut FROM labels WHERE dataset_id = ? AND import_id IS NULL
          ORDER BY position, key`
      )
      .all(version.datasetId);
    return {
      revision: version.revision,
      labels,
      images: rows.map(row => ({
        ...row,
        format: formatCode.decode(row.format),
        sha256: row.sha256.toString('hex'),
        source: row.source === null ? null : sourceCode.decode(row.source)
      }))
    };
  })();
}
