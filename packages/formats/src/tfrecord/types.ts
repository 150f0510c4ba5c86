/** One image as a `tf.train.Example`. */
export interface ImageExample {
  /** `image/encoded`: the file's bytes. */
  readonly encoded: Uint8Array;
  /** `image/format`: `jpeg` or `png`. */
  readonly format: string;
  /** `image/filename` */
  readonly filename: string;
  /** `image/height`, `image/width`: pixels. */
  readonly height: number;
  readonly width: number;
  /** `image/class/label`: index of the class, from 0. */
  readonly label: number;
  /** `image/class/text`: its name. */
  readonly text: string;
}

/** A point of a curve in a TensorBoard event file. */
export interface ScalarPoint {
  readonly tag: string;
  readonly step: number;
  /** May be NaN or infinite. */
  readonly value: number;
  /** Seconds since 1970. */
  readonly wallTime: number;
}

export interface ScalarChunk {
  readonly points: readonly ScalarPoint[];
  /** Where to go on reading: the end of the last whole record. */
  readonly offset: number;
  /** The end of what the file held was reached (a record that is still being written does not count). */
  readonly atEnd: boolean;
  /** A record's checksum is wrong: nothing after `offset` can be read. */
  readonly damaged: boolean;
}
