import type { EntryProblem } from '../problem.ts';

/** `class-folders`: the folder is the label (ImageNet style); `images`: no labels. */
export type ClassificationLayout = 'class-folders' | 'images';

/** What {@link planClassification} makes of the paths of an import. */
export interface ClassificationPlan {
  readonly layout: ClassificationLayout;
  /** Folders around everything, stripped before labels are read: `top/train`; '' if there are none. */
  readonly root: string;
  /** Whether a level of `train`, `val`, `test` folders was stripped. */
  readonly splits: boolean;
  /** The label of a path, NFC; null if it has none; a problem if the folder cannot be a label's name. */
  labelOf(path: string): string | null | EntryProblem;
}

/** An image as an export writes it. */
export interface ExportedImage {
  /** Its name; where two of one folder are the same, later ones get a suffix. */
  readonly name: string;
  readonly format: 'jpeg' | 'png';
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
  readonly sha256: string;
  /** Null for an unlabeled one. */
  readonly label: string | null;
  readonly source: 'manual' | 'auto' | 'import' | null;
  readonly score: number | null;
  /** The file's bytes; called once, and only where data is exported. */
  read(): Uint8Array | Promise<Uint8Array>;
}

export interface ExportOptions {
  /** Gone through twice where there are both annotations and data: no one-time iterator. */
  readonly images: AsyncIterable<ExportedImage> | Iterable<ExportedImage>;
  /** The dataset's labels, in order. */
  readonly labels: readonly { readonly name: string; readonly color: string }[];
  /** Whether the files are in it, or only what is said about them. */
  readonly withData: boolean;
  readonly signal?: AbortSignal;
}
