import { isUtf8 } from 'node:buffer';

const at = (bytes: Buffer, offset: number, text: string) =>
  bytes.length >= offset + text.length &&
  bytes.toString('latin1', offset, offset + text.length) === text;

/** Boxes of the ISO base media format that begin with `ftyp`: HEIC, AVIF and films share it. */
function isoMedia(bytes: Buffer): string {
  const brand = bytes.toString('latin1', 8, 12);
  if (/^(heic|heix|hevc|hevx|heim|heis|mif1|msf1)$/.test(brand)) {
    return 'HEIC';
  }
  return /^avi[fs]$/.test(brand) ? 'AVIF' : 'MP4';
}

const KINDS: readonly { readonly name: string; readonly test: (bytes: Buffer) => boolean }[] = [
  { name: 'JPEG', test: b => at(b, 0, '\xff\xd8\xff') },
  { name: 'PNG', test: b => at(b, 0, '\x89PNG') },
  { name: 'GIF', test: b => at(b, 0, 'GIF87a') || at(b, 0, 'GIF89a') },
  { name: 'WebP', test: b => at(b, 0, 'RIFF') && at(b, 8, 'WEBP') },
  { name: 'BMP', test: b => at(b, 0, 'BM') && b.length >= 26 && b.readUInt32LE(6) === 0 },
  { name: 'TIFF', test: b => at(b, 0, 'II*\0') || at(b, 0, 'MM\0*') },
  { name: 'JPEG XL', test: b => at(b, 0, '\xff\x0a') || at(b, 4, 'JXL \r\n') },
  { name: 'JPEG 2000', test: b => at(b, 4, 'jP  \r\n') || at(b, 0, '\xff\x4f\xff\x51') },
  { name: 'PSD', test: b => at(b, 0, '8BPS') },
  { name: 'ICO', test: b => at(b, 0, '\0\0\x01\0') },
  { name: 'PDF', test: b => at(b, 0, '%PDF-') },
  { name: 'ZIP', test: b => at(b, 0, 'PK\x03\x04') || at(b, 0, 'PK\x05\x06') },
  { name: 'gzip', test: b => at(b, 0, '\x1f\x8b') },
  { name: 'RAR', test: b => at(b, 0, 'Rar!\x1a\x07') },
  { name: '7z', test: b => at(b, 0, "7z\xbc\xaf'\x1c") },
  { name: 'TFRecord', test: b => b.length > 16 && at(b, 4, '\0\0\0\0') && at(b, 12, '\x0a') }
];

/** Markup and plain text, by what the first bytes spell. */
function textKind(bytes: Buffer): string | undefined {
  let head = bytes.subarray(0, 1024);
  if (head.includes(0)) {
    const mark = head.readUInt16BE(0);
    return mark === 0xfffe || mark === 0xfeff ? 'text' : undefined;
  }
  // The cut may fall within a character.
  for (let cut = 0; cut < 3 && bytes.length > 1024 && !isUtf8(head); cut++) {
    head = head.subarray(0, -1);
  }
  const start = head
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart()
    .toLowerCase();
  if (start.startsWith('<svg') || (start.startsWith('<?xml') && start.includes('<svg'))) {
    return 'SVG';
  }
  if (start.startsWith('<!doctype html') || start.startsWith('<html')) {
    return 'HTML';
  }
  if (start.startsWith('<?xml')) {
    return 'XML';
  }

  return isUtf8(head) && !/[\x01-\x08\x0e-\x1a\x1c-\x1f]/.test(start) ? 'text' : undefined;
}

/** What a file is, by its first bytes: a name for people, or undefined if nobody knows. */
export function fileKind(bytes: Buffer): string | undefined {
  if (at(bytes, 4, 'ftyp')) {
    return isoMedia(bytes);
  }
  return KINDS.find(kind => kind.test(bytes))?.name ?? textKind(bytes);
}
