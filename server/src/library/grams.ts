import type { Database } from 'better-sqlite3';
import { prepared } from './statement-cache.ts';

/** Images of a run have keys from a multiple of this on; the migrations know the number, too. */
export const RUN_KEYS = 256;

/** A text's form in which upper and lower case of ASCII letters are one, as SQLite's LIKE has it. */
export function foldAscii(text: string): string {
  return text.replace(/[A-Z]+/g, letters => letters.toLowerCase());
}

/** Characters and pairs of neighbouring ones, as they are looked for. */
function addGrams(name: string, grams: Set<string>): void {
  let before = '';
  for (const character of foldAscii(name)) {
    grams.add(character);
    if (before !== '') {
      grams.add(before + character);
    }
    before = character;
  }
}

/** Notes the short pieces of a version's new names, given in the order of their keys. */
export function indexGrams(
  db: Database,
  versionKey: number,
  named: Iterable<{ readonly key: number; readonly name: string }>
): void {
  const insert = prepared(
    db,
    'INSERT OR IGNORE INTO name_grams (version_key, gram, start) VALUES (?, ?, ?)'
  );
  let start = -1;
  let grams = new Set<string>();
  const write = () => {
    for (const gram of grams) {
      insert.run(versionKey, gram, start);
    }
    grams = new Set();
  };
  for (const { key, name } of named) {
    if (key - start >= RUN_KEYS || start < 0) {
      write();
      start = key - (key % RUN_KEYS);
    }
    addGrams(name, grams);
  }
  write();
}

/** Forgets some of the names of a version that has no images left. @returns whether none are left */
export function removeGrams(db: Database, versionKey: number, some: number): boolean {
  const { changes } = prepared(
    db,
    `DELETE FROM name_grams WHERE version_key = @versionKey AND gram <= coalesce(
      (SELECT gram FROM name_grams WHERE version_key = @versionKey ORDER BY gram LIMIT 1 OFFSET @some),
      (SELECT max(gram) FROM name_grams WHERE version_key = @versionKey))`
  ).run({ versionKey, some });
  return changes <= some;
}
