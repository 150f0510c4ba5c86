import type { EntryProblem } from '../problem.ts';

export type ImageFormat = 'jpeg' | 'png';

/** The EXIF orientation: 1 is upright, 5 to 8 swap width and height. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** What the structure of a picture says, without its pixels being decoded. */
export interface ImageInfo {
  readonly format: ImageFormat;
  /** Pixels of the upright picture: the orientation is applied. */
  readonly width: number;
  readonly height: number;
  readonly orientation: Orientation;
  /** Pixels as stored. */
  readonly storedWidth: number;
  readonly storedHeight: number;
  /** Colour components of a JPEG, channels of a PNG. */
  readonly channels: number;
  readonly bitDepth: number;
  readonly progressive: boolean;
  /** More than one frame (APNG); the first one is what is shown. */
  readonly animated: boolean;
  /** Bytes after the end of the picture. */
  readonly trailingBytes: number;
}

export interface ImageLimits {
  /** Width times height. */
  readonly pixels: number;
  /** Of either side. */
  readonly side: number;
}

export const DEFAULT_IMAGE_LIMITS: ImageLimits = { pixels: 268_435_456, side: 65_500 };

export type Inspection =
  | { readonly ok: true; readonly image: ImageInfo }
  | { readonly ok: false; readonly problem: EntryProblem };
