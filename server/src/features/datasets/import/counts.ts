import type { ImportCounts } from '../table.ts';

/** The figures of an import that has not found anything yet. */
export function nothingYet(): ImportCounts {
  return { files: 0, taken: 0, labeled: 0, duplicates: 0, refused: 0, skipped: 0 };
}
