import type { Database } from 'better-sqlite3';
import { chooseColor, nextShortcut } from './palette.ts';
import { prepared } from './statement-cache.ts';

export interface NewLabel {
  readonly id: string;
  readonly datasetId: string;
  readonly name: string;
  readonly color?: string | undefined;
  /** Undefined chooses the next free digit, null gives none. */
  readonly shortcut?: string | null | undefined;
  readonly importId?: string | null;
}

/** Adds a label at the end, with the next colour and the next free digit where none is given. @returns its key */
export function insertLabel(db: Database, label: NewLabel): number {
  const existing = prepared<{ color: string; shortcut: string | null; position: number }>(
    db,
    'SELECT color, shortcut, position FROM labels WHERE dataset_id = ? ORDER BY position'
  ).all(label.datasetId);
  const color = label.color ?? chooseColor(existing.map(row => row.color));
  const shortcut =
    label.shortcut === undefined ? nextShortcut(existing.map(row => row.shortcut)) : label.shortcut;
  return Number(
    prepared(
      db,
      `INSERT INTO labels (id, dataset_id, name, color, shortcut, position, import_id)
        VALUES (?, ?, ?, ?, ?, ?, ?)`
    ).run(
      label.id,
      label.datasetId,
      label.name,
      color,
      shortcut,
      (existing.at(-1)?.position ?? -1) + 1,
      label.importId ?? null
    ).lastInsertRowid
  );
}

/**
 * Deletes the labels that an import brought and did not commit, except one that another import into
 * the dataset has taken up meanwhile; that one shows it when it ends.
 */
export function discardLabels(db: Database, importId: string): void {
  prepared(
    db,
    `DELETE FROM labels WHERE import_id = ? AND NOT EXISTS (
        SELECT 1 FROM dataset_versions v CROSS JOIN annotations a
          ON a.version_key = v.key AND a.label_key = labels.key
          WHERE v.dataset_id = labels.dataset_id)`
  ).run(importId);
}
