import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { fileKind, inspectImage, type ImageInfo } from '@topsdl/formats';
import { python, read, scratch } from './support.ts';

const directory = scratch();

/** Pictures by Pillow, one for each line of the program's `save(name, image, **options)`. */
function pictures(program: string): (name: string) => Buffer {
  const folder = join(directory, crc32(program).toString(16));
  mkdirSync(folder);
  python(
    `
import random
from PIL import Image
def noise(width, height, mode='RGB'):
    image = Image.frombytes('L', (width, height), random.Random(1).randbytes(width * height))
    return image.convert(mode)
def save(name, image, **options): image.save(argv[0] + '/' + name, **options)
${program}`,
    folder
  );
  return name => read(join(folder, name));
}

const taken = (bytes: Uint8Array): ImageInfo => {
  const inspection = inspectImage(bytes);
  if (!inspection.ok) {
    throw new Error(JSON.stringify(inspection.problem));
  }
  return inspection.image;
};

const refused = (bytes: Uint8Array) => {
  const inspection = inspectImage(bytes);
  return inspection.ok ? undefined : inspection.problem;
};

const samples = pictures(`
save('plain.jpg', noise(64, 48))
save('progressive.jpg', noise(64, 48), progressive=True)
save('restarts.jpg', noise(64, 48), restart_marker_rows=1)
save('gray.jpg', noise(64, 48, 'L'))
save('cmyk.jpg', noise(64, 48, 'CMYK'))
save('tiny.jpg', noise(1, 1))
save('profile.jpg', noise(64, 48), icc_profile=b'p' * 100000, comment=b'<script>')
save('thumbnail.jpg', noise(64, 48), exif=b'Exif\\0\\0II*\\0\\x08\\0\\0\\0\\0\\0' + b'\\xff\\xd8\\xff\\xd9' * 100)
save('plain.png', noise(64, 48))
save('gray16.png', noise(64, 48).convert('I;16') if False else Image.new('I;16', (64, 48)))
save('palette.png', noise(64, 48).convert('P'))
save('alpha.png', noise(64, 48, 'RGBA'))
save('grayalpha.png', noise(64, 48, 'LA'))
save('bits.png', noise(64, 48, '1'))
save('animated.png', noise(8, 8), save_all=True, append_images=[noise(8, 8, 'L').convert('RGB'), Image.new('RGB', (8, 8))])
save('a.gif', noise(8, 8)); save('a.webp', noise(8, 8)); save('a.bmp', noise(8, 8)); save('a.tiff', noise(8, 8)); save('a.ico', noise(16, 16))
for value in range(1, 9):
    exif = Image.Exif(); exif[0x0112] = value
    save('turned%d.jpg' % value, noise(64, 48), exif=exif)
    save('turned%d.png' % value, noise(64, 48), exif=exif)
`);

test.each([
  ['plain.jpg', 3, 8],
  ['progressive.jpg', 3, 8],
  ['restarts.jpg', 3, 8],
  ['gray.jpg', 1, 8],
  ['cmyk.jpg', 4, 8],
  ['profile.jpg', 3, 8],
  ['thumbnail.jpg', 3, 8],
  ['plain.png', 3, 8],
  ['gray16.png', 1, 16],
  ['palette.png', 3, 8],
  ['alpha.png', 4, 8],
  ['grayalpha.png', 2, 8],
  ['bits.png', 1, 1]
])('takes %s', (name, channels, bitDepth) => {
  expect(taken(samples(name))).toEqual({
    format: name.endsWith('png') ? 'png' : 'jpeg',
    width: 64,
    height: 48,
    storedWidth: 64,
    storedHeight: 48,
    orientation: 1,
    channels,
    bitDepth,
    progressive: name === 'progressive.jpg',
    animated: false,
    trailingBytes: 0
  });
});

test('takes an animated PNG and a picture of one pixel', () => {
  expect(taken(samples('animated.png')).animated).toBe(true);
  expect(taken(samples('tiny.jpg'))).toMatchObject({ width: 1, height: 1 });
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])('orientation %i gives the upright size', orientation => {
  for (const format of ['jpg', 'png']) {
    const image = taken(samples(`turned${orientation}.${format}`));
    expect(image).toMatchObject({ orientation, storedWidth: 64, storedHeight: 48 });
    expect([image.width, image.height]).toEqual(orientation < 5 ? [64, 48] : [48, 64]);
  }
});

test('the orientation is read in both byte orders, and odd metadata says nothing', () => {
  const jpeg = samples('plain.jpg');
  const withExif = (tiff: Buffer) => {
    const body = Buffer.concat([Buffer.from('Exif\0\0'), tiff]);
    const head = Buffer.from([0xff, 0xe1, 0, 0]);
    head.writeUInt16BE(body.length + 2, 2);
    return Buffer.concat([jpeg.subarray(0, 2), head, body, jpeg.subarray(2)]);
  };
  const big = Buffer.from('4d4d002a000000080001011200030000000100060000', 'hex');
  const little = Buffer.from('49492a0008000000010012010300010000000800', 'hex');
  expect(taken(withExif(big)).orientation).toBe(6);
  expect(taken(withExif(Buffer.concat([little, Buffer.alloc(4)]))).orientation).toBe(8);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), noise => {
      expect(taken(withExif(Buffer.from(noise))).storedWidth).toBe(64);
      const spoiled = Buffer.from(big);
      spoiled.set(noise.subarray(0, 18), 4);
      expect(taken(withExif(spoiled)).orientation).toBeGreaterThanOrEqual(1);
    })
  );
});

test('every truncation is seen, in every kind of JPEG and PNG', () => {
  const names = ['plain.jpg', 'progressive.jpg', 'restarts.jpg', 'thumbnail.jpg', 'plain.png'];
  for (const name of names) {
    const bytes = samples(name);
    const format = name.endsWith('png') ? 'PNG' : 'JPEG';
    for (let length = bytes.length - 1; length >= 8; length--) {
      expect([length, refused(bytes.subarray(0, length))]).toEqual([
        length,
        { code: 'entry.truncated', params: { format } }
      ]);
    }
    for (let length = 7; length > 1; length--) {
      expect(refused(bytes.subarray(0, length))).toBeDefined();
    }
  }
});

test('bytes after the end are tolerated and counted', () => {
  const tail = Buffer.from('PK\x03\x04 and more');
  for (const name of ['plain.jpg', 'plain.png']) {
    expect(taken(Buffer.concat([samples(name), tail])).trailingBytes).toBe(tail.length);
  }
});

test('a PNG with a wrong checksum or order of chunks is damaged', () => {
  const bytes = samples('plain.png');
  const spoiled = Buffer.from(bytes);
  spoiled[60]! ^= 1;
  const problem = { code: 'entry.damagedImage', params: { format: 'PNG' } };
  expect(refused(spoiled)).toEqual(problem);
  const headless = Buffer.concat([bytes.subarray(0, 8), bytes.subarray(33)]);
  expect(refused(headless)).toEqual(problem);
});

function png(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(100))),
    chunk('IEND', Buffer.alloc(0))
  ]);
}

test('a picture with too many pixels is refused by its header', () => {
  expect(refused(png(65_535, 65_535))).toEqual({
    code: 'entry.pixels',
    params: { width: 65_535, height: 65_535, limit: 268_435_456 }
  });
  expect(inspectImage(png(100, 100), { pixels: 9_999 }).ok).toBe(false);
  expect(inspectImage(png(100, 100), { pixels: 10_000 }).ok).toBe(true);
  expect(refused(png(0, 10))?.code).toBe('entry.damagedImage');
});

test.each([
  ['a.gif', 'GIF'],
  ['a.webp', 'WebP'],
  ['a.bmp', 'BMP'],
  ['a.tiff', 'TIFF'],
  ['a.ico', 'ICO']
])('says that %s is %s', (name, found) => {
  expect(refused(samples(name))).toEqual({ code: 'entry.notImage', params: { found } });
});

test.each([
  ['just some text', 'text'],
  ['这是一段文字。'.repeat(200), 'text'],
  ['\ufeff<svg xmlns="x"></svg>', 'SVG'],
  ['<?xml version="1.0"?>\n<svg></svg>', 'SVG'],
  ['<!DOCTYPE html><html></html>', 'HTML'],
  ['%PDF-1.7', 'PDF'],
  ['\0\0\0\x18ftypheic', 'HEIC'],
  ['\0\x01\x02\x03', undefined]
])('says what a file is that is no picture: %#', (text, found) => {
  expect(fileKind(Buffer.from(text))).toBe(found);
  expect(refused(Buffer.from(text))?.params).toEqual({ found: found ?? '?' });
});

test('nothing is an empty file', () => {
  expect(refused(Buffer.alloc(0))).toEqual({ code: 'entry.empty', params: {} });
});

test('no damage ends in an exception', () => {
  const names = ['plain.jpg', 'progressive.jpg', 'turned6.jpg', 'plain.png', 'animated.png'];
  const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(fc.constantFrom(...names), changes, (name, list) => {
      const bytes = Buffer.from(samples(name));
      for (const [at, value] of list) {
        bytes[at % bytes.length] = value;
      }
      inspectImage(bytes);
    }),
    { numRuns: 2000 }
  );
});
