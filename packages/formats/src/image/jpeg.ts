import { EntryError } from '../problem.ts';
import { readOrientation } from './exif.ts';
import type { ImageInfo, Orientation } from './types.ts';

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const APP1 = 0xe1;
const TEM = 0x01;

/** SOF0 to SOF15 but for DHT, JPG and DAC, which share the range. */
const isFrame = (marker: number) =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

const isRestart = (marker: number) => marker >= 0xd0 && marker <= 0xd7;

/** SOF2, 6, 10, 14 */
const isProgressive = (marker: number) => (marker & 0x03) === 0x02;

const truncated = () => new EntryError('entry.truncated', { format: 'JPEG' });
const damaged = () => new EntryError('entry.damagedImage', { format: 'JPEG' });

interface Frame {
  readonly marker: number;
  readonly precision: number;
  readonly width: number;
  readonly height: number;
  readonly components: number;
}

/**
 * Walks a JPEG from SOI to EOI, through every segment and every scan, without decoding it: ITU-T T.81
 * annex B. Entropy-coded data is searched for the next marker by the runtime's own byte search, which
 * costs a fraction of hashing the file.
 *
 * @param bytes begins with SOI
 * @throws EntryError it ends before EOI, or its structure is not that of a JPEG
 */
export function walkJpeg(bytes: Buffer): ImageInfo {
  let position = 2;
  let frame: Frame | undefined;
  let orientation: Orientation | undefined;
  let scans = 0;
  for (;;) {
    if (position >= bytes.length) {
      throw truncated();
    }
    if (bytes[position] !== 0xff) {
      // Stray bytes between segments: every decoder in use passes over them.
      position = bytes.indexOf(0xff, position);
      if (position < 0) {
        throw truncated();
      }
    }
    // Any number of fill bytes may stand before a marker.
    while (bytes[position] === 0xff) {
      position++;
    }
    const marker = bytes[position++];
    if (marker === undefined) {
      throw truncated();
    }
    if (marker === EOI) {
      break;
    }
    if (marker === SOI) {
      throw damaged();
    }
    if (marker === 0 || marker === TEM || isRestart(marker)) {
      continue;
    }
    if (position + 2 > bytes.length) {
      throw truncated();
    }
    const length = bytes.readUInt16BE(position);
    const end = position + length;
    if (length < 2) {
      throw damaged();
    }
    if (end > bytes.length) {
      throw truncated();
    }
    if (isFrame(marker)) {
      // A second frame header belongs to hierarchical JPEG, which no browser shows.
      if (frame) {
        throw damaged();
      }
      frame = readFrame(bytes, position + 2, end, marker);
    } else if (marker === APP1) {
      orientation ??= readOrientation(bytes.subarray(position + 2, end));
    }
    position = end;
    if (marker === SOS) {
      if (!frame) {
        throw damaged();
      }
      scans++;
      position = skipEntropyCodedData(bytes, end);
    }
  }
  if (!frame || scans === 0) {
    throw damaged();
  }
  const upright = orientation ?? 1;
  const turned = upright >= 5;
  return {
    format: 'jpeg',
    width: turned ? frame.height : frame.width,
    height: turned ? frame.width : frame.height,
    orientation: upright,
    storedWidth: frame.width,
    storedHeight: frame.height,
    channels: frame.components,
    bitDepth: frame.precision,
    progressive: isProgressive(frame.marker),
    animated: false,
    trailingBytes: bytes.length - position
  };
}

function readFrame(bytes: Buffer, start: number, end: number, marker: number): Frame {
  if (end - start < 6) {
    throw damaged();
  }
  const precision = bytes.readUInt8(start);
  const height = bytes.readUInt16BE(start + 1);
  const width = bytes.readUInt16BE(start + 3);
  const components = bytes.readUInt8(start + 5);
  // Height 0 means "see DNL after the scan"; decoders in use do not take that.
  if (width === 0 || height === 0 || components === 0 || end - start < 6 + 3 * components) {
    throw damaged();
  }
  return { marker, precision, width, height, components };
}

/** @returns where the next marker that is neither a stuffed byte nor a restart begins */
function skipEntropyCodedData(bytes: Buffer, from: number): number {
  let position = from;
  for (;;) {
    position = bytes.indexOf(0xff, position);
    const next = position < 0 ? undefined : bytes[position + 1];
    if (next === undefined) {
      throw truncated();
    }
    if (next === 0xff) {
      position += 1;
    } else if (next === 0 || isRestart(next)) {
      position += 2;
    } else {
      return position;
    }
  }
}
