import type { WorkerProblem } from '../worker-run.ts';

/** How labeled images are dealt into training and test data. */
export interface Split {
  /** 0 to 2^31 − 1. */
  readonly seed: number;
  /** Share of the labeled images that is kept for testing, above 0 and below 1. */
  readonly testShare: number;
}

/** What a worker makes of a version. `target` does not exist yet, and is there whole or not at all. */
export type ArtifactWork =
  | {
      readonly kind: 'export';
      readonly format: 'topsdl' | 'class-folders';
      readonly withData: boolean;
      /** A zip file. */
      readonly target: string;
    }
  | {
      readonly kind: 'training-data';
      readonly split: Split;
      /** A directory. */
      readonly target: string;
    }
  | {
      readonly kind: 'files';
      readonly split: Split;
      /** Training data of the same revision and split, whose files are linked; else they are made. */
      readonly trainingData: string | null;
      /** A directory. */
      readonly target: string;
    };

export interface ArtifactJob {
  readonly databasePath: string;
  readonly packsDirectory: string;
  readonly versionKey: number;
  /** The revision that is wanted; null for whatever it is when the work begins. */
  readonly revision: number | null;
  readonly work: ArtifactWork;
}

/** What was made, and of which revision of the version. */
export interface ArtifactResult {
  readonly revision: number;
  readonly bytes: number;
  /** Labeled images that are trained on, and tested with. */
  readonly train: number;
  readonly test: number;
  /** Training data's files. */
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
}

export type FromArtifactWorker =
  | {
      readonly kind: 'progress';
      readonly step: 'exporting' | 'splitting' | 'writing';
      readonly done: number;
      readonly total: number;
    }
  | { readonly kind: 'made'; readonly result: ArtifactResult }
  | WorkerProblem;
