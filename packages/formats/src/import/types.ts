import type { ArchiveLimits } from '../archive/types.ts';
import type { ImageInfo, ImageLimits } from '../image/types.ts';
import type { EntryProblem } from '../problem.ts';

/** A good picture of an archive. */
export interface TakenImage {
  readonly kind: 'image';
  readonly path: string;
  readonly image: ImageInfo;
  /** 32 bytes. */
  readonly sha256: Buffer;
  /** The file as it was packed. A view that is valid until the iterator is advanced. */
  readonly bytes: Buffer;
}

/** A file or a link that is not taken. */
export interface RefusedFile {
  readonly kind: 'refused';
  readonly path: string;
  readonly problem: EntryProblem;
}

/** Passed over without fault: what an operating system left behind. */
export interface SkippedFile {
  readonly kind: 'skipped';
  readonly path: string;
}

export type ImportedFile = TakenImage | RefusedFile | SkippedFile;

export interface ReadImagesOptions {
  readonly archive?: Partial<ArchiveLimits>;
  readonly image?: Partial<ImageLimits>;
  /** Called now and then with bytes of the archive read and its size. */
  readonly onProgress?: (position: number, bytes: number) => void;
  readonly signal?: AbortSignal;
}
