import { EntryError } from '../problem.ts';
import { walkJpeg } from './jpeg.ts';
import { fileKind } from './kinds.ts';
import { PNG_SIGNATURE, walkPng } from './png.ts';
import {
  DEFAULT_IMAGE_LIMITS,
  type ImageInfo,
  type ImageLimits,
  type Inspection
} from './types.ts';

/**
 * Says whether bytes are a whole JPEG or PNG, and its size upright. The structure is walked to its
 * end, nothing is decoded; what comes after the end is tolerated and counted. Never throws.
 *
 * @param bytes a whole file
 * @param limits pictures with more pixels are refused: decoding them would take the memory of all
 */
export function inspectImage(bytes: Uint8Array, limits: Partial<ImageLimits> = {}): Inspection {
  try {
    const image = walk(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    checkPixels(image, { ...DEFAULT_IMAGE_LIMITS, ...limits });
    return { ok: true, image };
  } catch (error) {
    if (error instanceof EntryError) {
      return { ok: false, problem: error.problem };
    }
    throw error;
  }
}

function walk(bytes: Buffer): ImageInfo {
  if (bytes.length === 0) {
    throw new EntryError('entry.empty');
  }
  if (bytes[0] === 0xff && bytes[1] === 0xd8) {
    return walkJpeg(bytes);
  }
  if (bytes.subarray(0, 8).equals(PNG_SIGNATURE)) {
    return walkPng(bytes);
  }
  const found = fileKind(bytes);
  // A signature that is cut short or mangled is still meant to be one.
  if (found === 'PNG') {
    throw new EntryError(bytes.length < 8 ? 'entry.truncated' : 'entry.damagedImage', {
      format: 'PNG'
    });
  }
  throw new EntryError('entry.notImage', { found: found ?? '?' });
}

function checkPixels(image: ImageInfo, limits: ImageLimits): void {
  const { width, height } = image;
  if (width > limits.side || height > limits.side || width * height > limits.pixels) {
    throw new EntryError('entry.pixels', { width, height, limit: limits.pixels });
  }
}
