import type { ImageFormat } from '../image/types.ts';

/** One labeled image of the training data. */
export interface LabeledImage {
  /** What the text files and `image/filename` call it; unique, relative, parts joined by `/`. */
  readonly path: string;
  /** A label's name: no line break. */
  readonly label: string;
  readonly format: ImageFormat;
  /** Pixels of the bytes that `read` gives; give upright bytes, TensorFlow's decoder knows no EXIF. */
  readonly width: number;
  readonly height: number;
  /** The encoded picture; called once, when it is written. */
  read(): Uint8Array | Promise<Uint8Array>;
}

export interface TrainingDataOptions {
  /** 0 to 2^31 − 1. The same seed and images give the same bytes. */
  readonly seed: number;
  /** Share of the images that goes to the test part, above 0 and below 1. */
  readonly testShare: number;
  /**
   * The classes in order: index in it is `image/class/label`. Without it, the labels that occur, in
   * code point order.
   */
  readonly classes?: readonly string[];
  /** A TFRecord file is closed once it holds so many bytes. Default 256 MiB. */
  readonly shardBytes?: number;
  /** Called after each image with how many are written. */
  readonly onProgress?: (written: number, total: number) => void;
  readonly signal?: AbortSignal;
}

export interface TrainingDataFile {
  /** Relative to the directory, parts joined by `/`. */
  readonly path: string;
  readonly bytes: number;
}

export interface TrainingDataReport {
  readonly classes: readonly string[];
  readonly train: number;
  /** 0 where fewer than 10 images are labeled: then there is no test file and no `evaluate/`. */
  readonly test: number;
  readonly files: readonly TrainingDataFile[];
}
