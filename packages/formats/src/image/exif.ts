import type { Orientation } from './types.ts';

const ORIENTATION_TAG = 0x0112;
const SHORT = 3;
const LONG = 4;

/**
 * The orientation in an APP1 segment's or an eXIf chunk's bytes: TIFF header, first directory, tag
 * 0x0112 (CIPA DC-008). Anything odd counts as "says nothing": metadata never makes an image bad.
 *
 * @param segment with or without the `Exif\0\0` in front
 */
export function readOrientation(segment: Buffer): Orientation | undefined {
  let tiff = segment;
  if (segment.length >= 6 && segment.toString('latin1', 0, 6) === 'Exif\0\0') {
    tiff = segment.subarray(6);
  }
  if (tiff.length < 14) {
    return undefined;
  }
  const order = tiff.toString('latin1', 0, 2);
  if (order !== 'II' && order !== 'MM') {
    return undefined;
  }
  const little = order === 'II';
  const short = (at: number) => (little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const long = (at: number) => (little ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at));
  if (short(2) !== 42) {
    return undefined;
  }
  const directory = long(4);
  if (directory + 2 > tiff.length) {
    return undefined;
  }
  const entries = short(directory);
  for (let i = 0; i < entries; i++) {
    const at = directory + 2 + i * 12;
    if (at + 12 > tiff.length) {
      return undefined;
    }
    if (short(at) === ORIENTATION_TAG) {
      const type = short(at + 2);
      const value = type === SHORT ? short(at + 8) : type === LONG ? long(at + 8) : 0;
      return value >= 1 && value <= 8 ? (value as Orientation) : undefined;
    }
  }
  return undefined;
}
