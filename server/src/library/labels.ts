import type { Database } from 'better-sqlite3';
import { chooseColor, nextShortcut } from './palette.ts';
import { prepared } from './statement-cache.ts';

export interface NewLabel {
  readonly id: string;
  readonly name: string;
  readonly color?: string | undefined;
  /** Undefined chooses the next free digit, null gives none. */
  readonly shortcut?: string | null | undefined;
  readonly importId?: string | null;
}

/**
 * Adds labels to a dataset at the end, with the next colour and the next free digit where none is given.
 * It looks at those that are there once: use it within one transaction.
 */
export class LabelWriter {
  readonly #db: Database;
  readonly #datasetId: string;
  readonly #colors = new Map<string, number>();
  readonly #shortcuts = new Set<string | null>();
  #position = 0;

  constructor(db: Database, datasetId: string) {
    this.#db = db;
    this.#datasetId = datasetId;
    const existing = prepared<{ color: string; shortcut: string | null; position: number }>(
      db,
      'SELECT color, shortcut, position FROM labels WHERE dataset_id = ?'
    );
    for (const { color, shortcut, position } of existing.all(datasetId)) {
      this.#note(color, shortcut, position);
    }
  }

  #note(color: string, shortcut: string | null, position: number): void {
    const key = color.toLowerCase();
    this.#colors.set(key, (this.#colors.get(key) ?? 0) + 1);
    this.#shortcuts.add(shortcut);
    this.#position = Math.max(this.#position, position + 1);
  }

  /** @returns its key */
  insert(label: NewLabel): number {
    const position = this.#position;
    const color = label.color ?? chooseColor(this.#colors);
    const shortcut = label.shortcut === undefined ? nextShortcut(this.#shortcuts) : label.shortcut;
    this.#note(color, shortcut, position);
    const insert = prepared(
      this.#db,
      `INSERT INTO labels (id, dataset_id, name, color, shortcut, position, import_id)
        VALUES (?, ?, ?, ?, ?, ?, ?)`
    );
    const { id, name, importId = null } = label;
    return Number(
      insert.run(id, this.#datasetId, name, color, shortcut, position, importId).lastInsertRowid
    );
  }
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
