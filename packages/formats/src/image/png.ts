import { crc32 } from 'node:zlib';
import { EntryError } from '../problem.ts';
import { readOrientation } from './exif.ts';
import type { ImageInfo, Orientation } from './types.ts';

export const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Channels of each colour type; a palette counts as the RGB it stands for. */
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 3, 4: 2, 6: 4 };

/** Bit depths each colour type may have. */
const DEPTHS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16]
};

const truncated = () => new EntryError('entry.truncated', { format: 'PNG' });
const damaged = () => new EntryError('entry.damagedImage', { format: 'PNG' });

/**
 * Walks the chunks of a PNG to IEND (W3C PNG, third edition). The CRC of every critical chunk and of
 * `eXIf` is checked; a wrong one in other ancillary chunks is passed over, as decoders do.
 *
 * @param bytes begins with the signature
 * @throws EntryError it ends before IEND, or its structure is not that of a PNG
 */
export function walkPng(bytes: Buffer): ImageInfo {
  let position = PNG_SIGNATURE.length;
  let header: Pick<ImageInfo, 'width' | 'height' | 'channels' | 'bitDepth'> | undefined;
  let orientation: Orientation | undefined;
  let palette = false;
  let needsPalette = false;
  let data = false;
  let animated = false;
  for (;;) {
    if (position + 12 > bytes.length) {
      throw truncated();
    }
    const length = bytes.readUInt32BE(position);
    const type = bytes.toString('latin1', position + 4, position + 8);
    const start = position + 8;
    const end = start + length;
    if (length > 0x7fffffff || !/^[A-Za-z]{4}$/.test(type) || (!header && type !== 'IHDR')) {
      throw damaged();
    }
    if (end + 4 > bytes.length) {
      throw truncated();
    }
    const critical = (bytes.readUInt8(position + 4) & 0x20) === 0;
    const intact = () => crc32(bytes.subarray(position + 4, end)) === bytes.readUInt32BE(end);
    if (critical && !intact()) {
      throw damaged();
    }
    switch (type) {
      case 'IHDR': {
        if (header || length !== 13) {
          throw damaged();
        }
        header = readHeader(bytes, start);
        needsPalette = bytes[start + 9] === 3;
        break;
      }
      case 'PLTE':
        palette = true;
        break;
      case 'IDAT':
        if (needsPalette && !palette) {
          throw damaged();
        }
        data = true;
        break;
      case 'acTL':
        animated ||= !data && length === 8 && bytes.readUInt32BE(start) > 1;
        break;
      case 'eXIf':
        if (intact()) {
          orientation ??= readOrientation(bytes.subarray(start, end));
        }
        break;
    }
    position = end + 4;
    if (type === 'IEND') {
      break;
    }
  }
  if (!header || !data) {
    throw damaged();
  }
  const upright = orientation ?? 1;
  const turned = upright >= 5;
  return {
    format: 'png',
    width: turned ? header.height : header.width,
    height: turned ? header.width : header.height,
    orientation: upright,
    storedWidth: header.width,
    storedHeight: header.height,
    channels: header.channels,
    bitDepth: header.bitDepth,
    progressive: false,
    animated,
    trailingBytes: bytes.length - position
  };
}

function readHeader(bytes: Buffer, at: number) {
  const width = bytes.readUInt32BE(at);
  const height = bytes.readUInt32BE(at + 4);
  const bitDepth = bytes.readUInt8(at + 8);
  const colorType = bytes.readUInt8(at + 9);
  const channels = CHANNELS[colorType];
  const valid =
    channels !== undefined &&
    DEPTHS[colorType]?.includes(bitDepth) === true &&
    bytes[at + 10] === 0 &&
    bytes[at + 11] === 0 &&
    (bytes[at + 12] ?? 2) <= 1;
  if (!valid || width === 0 || height === 0 || width > 0x7fffffff || height > 0x7fffffff) {
    throw damaged();
  }
  return { width, height, bitDepth, channels };
}
