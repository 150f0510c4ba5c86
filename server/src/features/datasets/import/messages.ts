import type { ImageFormat } from '../../../library/codes.ts';
import type { PackLease } from '../../../packs/writer.ts';
import type { WorkerProblem } from '../worker-run.ts';

/** A file that was uploaded. */
export interface ImportSource {
  readonly path: string;
  readonly fileName: string;
}

/** What an import worker is given. */
export interface ImportJob {
  readonly databasePath: string;
  readonly versionKey: number;
  readonly datasetId: string;
  readonly dryRun: boolean;
  readonly format: 'auto' | 'class-folders' | 'images';
  readonly sources: readonly ImportSource[];
}

/** An image on its way from the worker; its bytes are durable already. */
export interface WorkerImage {
  readonly path: string;
  readonly name: string;
  readonly format: ImageFormat;
  readonly width: number;
  readonly height: number;
  readonly orientation: number;
  readonly sha256: Uint8Array;
  readonly label: string | null;
  readonly stored: {
    readonly packId: number;
    readonly offset: number;
    readonly length: number;
  } | null;
}

/** Bytes that were stored for an image that is not taken after all; a later one may have the same. */
export interface UnusedBytes {
  readonly sha256: Uint8Array;
  readonly packId: number;
  readonly offset: number;
  readonly length: number;
}

export interface WorkerRefusal {
  readonly path: string;
  readonly code: string;
  readonly params: Readonly<Record<string, string | number>>;
}

/** What a worker found in all its sources. */
export interface WorkerSummary {
  readonly format: 'class-folders' | 'images';
  readonly files: number;
  readonly skipped: number;
}

/** What a dry run would take. */
export interface DryRunSummary extends WorkerSummary {
  readonly taken: number;
  readonly labels: readonly { readonly name: string; readonly count: number }[];
}

export type FromWorker =
  | {
      readonly kind: 'progress';
      readonly step: 'reading' | 'indexing';
      readonly done: number;
      readonly total: number;
    }
  | { readonly kind: 'lease' }
  | {
      readonly kind: 'images';
      readonly images: readonly WorkerImage[];
      readonly unused: readonly UnusedBytes[];
    }
  | {
      readonly kind: 'refused';
      readonly refused: readonly WorkerRefusal[];
      /** How many of them are there already. */
      readonly duplicates: number;
    }
  | { readonly kind: 'done'; readonly summary: WorkerSummary }
  | { readonly kind: 'dry'; readonly summary: DryRunSummary }
  | WorkerProblem;

/** The main thread's answer to `lease`, and its acknowledgement of `images` and `refused`. */
export type ToWorker =
  { readonly kind: 'lease'; readonly lease: PackLease } | { readonly kind: 'taken' };
