import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DataDirectory } from '../../../files/layout.ts';
import type { Split } from './messages.ts';

/** Where what is made of versions is kept. All of it can be made again. */
export class ArtifactPlaces {
  readonly exports: string;
  readonly trainingData: string;
  readonly files: string;

  constructor(files: DataDirectory) {
    this.exports = files.path('cache', 'exports');
    this.trainingData = files.path('cache', 'training-data');
    this.files = files.path('cache', 'datasets');
    for (const directory of [this.exports, this.trainingData, this.files]) {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
    }
  }

  /** Removes what a killed process was writing. Call it while nothing is being made. */
  removeUnfinished(): void {
    for (const directory of [this.exports, this.trainingData, this.files]) {
      for (const name of readdirSync(directory)) {
        if (name.startsWith('.')) {
          rmSync(join(directory, name), { recursive: true, force: true });
        }
      }
    }
  }

  export(exportId: string): string {
    return join(this.exports, `${exportId}.zip`);
  }
}

/** A name that says of what something was made: the same name holds the same bytes. */
export function splitName(versionId: string, revision: number, split: Split): string {
  return `${versionId}-${revision}-${split.seed}-${split.testShare}`;
}

/** What a version is split by where nobody has chosen. */
export const DEFAULT_SPLIT: Split = { seed: 0, testShare: 0.2 };
