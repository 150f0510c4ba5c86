import { describe, expect, test } from '@jest/globals';
import { createWriteStream, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createGzip, deflateRawSync } from 'node:zlib';
import { readImages, writeZip, type ZipInput } from '@topsdl/formats';
import { fileOf, list, newPath, python, read, refusal, save, scratch } from './support.ts';

const directory = scratch();
const MEBIBYTE = 1024 ** 2;

/** Peak of memory outside the heap and in it while something runs, above what was there before. */
async function growth(run: () => Promise<void>): Promise<number> {
  const before = process.memoryUsage().rss;
  let peak = before;
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
  }, 5);
  try {
    await run();
  } finally {
    clearInterval(timer);
  }
  return Math.max(peak, process.memoryUsage().rss) - before;
}

test('a zip that unpacks to gigabytes is refused before anything is unpacked', async () => {
  const path = newPath(directory, '.zip');
  const zeros = deflateRawSync(Buffer.alloc(100 * MEBIBYTE));
  const block: ZipInput = { path: '', content: zeros };
  await save(
    path,
    writeZip(Array.from({ length: 50 }, (_, i) => ({ ...block, path: `${i}.jpg` })))
  );
  // The entries were stored; say that each is a deflated one of 100 MiB.
  const bytes = read(path);
  const checksum = crc32(Buffer.alloc(100 * MEBIBYTE));
  for (let at = bytes.indexOf('PK\x01\x02'); at >= 0; at = bytes.indexOf('PK\x01\x02', at + 4)) {
    bytes.writeUInt16LE(8, at + 10);
    bytes.writeUInt32LE(checksum, at + 16);
    bytes.writeUInt32LE(100 * MEBIBYTE, at + 24);
  }
  const grown = await growth(async () => {
    expect(await refusal(fileOf(directory, bytes))).toBe('archive.ratio');
  });
  expect(grown).toBeLessThan(64 * MEBIBYTE);
});

test('entries that share their bytes are refused', async () => {
  const path = newPath(directory, '.zip');
  await save(path, writeZip([{ path: 'a.jpg', content: Buffer.alloc(1000) }]));
  const bytes = read(path);
  const at = bytes.indexOf('PK\x01\x02');
  const header = bytes.subarray(at, bytes.indexOf('PK\x05\x06'));
  const end = Buffer.from(bytes.subarray(bytes.indexOf('PK\x05\x06')));
  end.writeUInt16LE(2, 8);
  end.writeUInt16LE(2, 10);
  end.writeUInt32LE(header.length * 2, 12);
  const second = Buffer.from(header);
  second.write('b', 46);
  const whole = Buffer.concat([bytes.subarray(0, at), header, second, end]);
  expect(await refusal(fileOf(directory, whole))).toBe('archive.overlap');
});

test('gzip of zeros is stopped at the ratio, in little memory', async () => {
  const path = newPath(directory, '.tar.gz');
  const zeros = Buffer.alloc(MEBIBYTE);
  const many = Readable.from(
    (function* () {
      for (let i = 0; i < 250; i++) {
        yield zeros;
      }
    })()
  );
  await pipeline(many, createGzip({ level: 1 }), createWriteStream(path));
  const grown = await growth(async () => {
    expect(await refusal(path)).toBe('archive.ratio');
  });
  expect(grown).toBeLessThan(128 * MEBIBYTE);
});

describe.each(['zip', 'tar.gz'] as const)('a bomb among pictures, in %s', kind => {
  /** Entries of zeros of so many MiB, around a small file. */
  const packed = (...sizes: number[]) => {
    const path = newPath(directory, `.${kind}`);
    python(
      `
import io, tarfile, zipfile
path, kind, *sizes = argv
entries = [('a.jpg', b'first')] if '0' in sizes else []
entries += [(f'bomb{at}.jpg', bytes(int(size) << 20)) for at, size in enumerate(sizes) if size != '0']
entries += [('z.jpg', b'last')] if '0' in sizes else []
if kind == 'zip':
    with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
else:
    with tarfile.open(path, 'w:gz') as archive:
        for name, content in entries:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))`,
      path,
      kind,
      ...sizes.map(String)
    );
    return path;
  };

  test('is refused alone, and what follows it is taken', async () => {
    const path = packed(0, 100, 200);
    const { files, refused } = await list(path);
    expect(Object.keys(files)).toEqual(['a.jpg', 'z.jpg']);
    expect(refused).toEqual([
      ['bomb1.jpg', 'entry.bomb'],
      ['bomb2.jpg', kind === 'zip' ? 'entry.bomb' : 'entry.tooLarge']
    ]);
  });

  test('refuses the archive where there is nothing else, or too much of it', async () => {
    expect(await refusal(packed(100))).toBe('archive.ratio');
    if (kind === 'tar.gz') {
      const limits = { bombBytes: 150 * MEBIBYTE };
      expect(await refusal(packed(0, 100, 100), limits)).toBe('archive.ratio');
    }
  });
});

test('a million entries of nothing are refused by their number, in zip and in tar', async () => {
  const zip = newPath(directory, '.zip');
  // A central directory of a million copies of one header; no data at all.
  const header = Buffer.alloc(47);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(1, 28);
  const end64 = Buffer.alloc(56 + 20 + 22);
  const size = 47 * 1_000_000;
  end64.writeUInt32LE(0x06064b50, 0);
  end64.writeBigUInt64LE(44n, 4);
  end64.writeBigUInt64LE(1_000_000n, 32);
  end64.writeBigUInt64LE(BigInt(size), 40);
  end64.writeBigUInt64LE(4n, 48);
  end64.writeUInt32LE(0x07064b50, 56);
  end64.writeBigUInt64LE(BigInt(size + 4), 64);
  end64.writeUInt32LE(0x06054b50, 76);
  end64.fill(0xff, 84, 96);
  const start = Buffer.from('PK\x03\x04');
  await save(zip, Readable.from([start, Buffer.alloc(size, header), end64]));
  expect(await refusal(zip, { entries: 999_999 })).toBe('archive.entries');
  expect(await refusal(zip)).toBe('archive.damaged');

  const tar = newPath(directory, '.tar');
  python(
    `
import tarfile
one = tarfile.TarInfo('x').tobuf()
open(argv[0], 'wb').write(one * 200_000 + bytes(1024))`,
    tar
  );
  const grown = await growth(async () => {
    expect(await refusal(tar, { entries: 100_000 })).toBe('archive.entries');
  });
  expect(grown).toBeLessThan(128 * MEBIBYTE);
});

test('limits on size, total, entry and names hold', async () => {
  const path = newPath(directory, '.zip');
  await save(path, writeZip([{ path: `${'n'.repeat(50)}.jpg`, content: Buffer.alloc(10_000) }]));
  expect(await refusal(path, { archiveBytes: 10_000 })).toBe('archive.size');
  expect(await refusal(path, { unpackedBytes: 9_999 })).toBe('archive.unpacked');
  expect(await refusal(path, { pathBytesTotal: 40 })).toBe('archive.names');
  const codes = async (limits: Parameters<typeof list>[1]) =>
    (await list(path, limits)).refused.map(([, code]) => code);
  expect(await codes({ entryBytes: 9_999 })).toEqual(['entry.tooLarge']);
  expect(await codes({ pathBytes: 50 })).toEqual(['entry.nameLength']);
  expect(await refusal(path)).toBeUndefined();
});

test('an archive in an archive is a file like any other, and no image', async () => {
  const inner = newPath(directory, '.zip');
  await save(inner, writeZip([{ path: 'a.jpg', content: Buffer.alloc(10) }]));
  const outer = newPath(directory, '.zip');
  await save(outer, writeZip([{ path: 'inner.jpg', content: read(inner) }]));
  const found = [];
  for await (const file of readImages(outer)) {
    found.push(file);
  }
  expect(found).toEqual([
    {
      kind: 'refused',
      path: 'inner.jpg',
      problem: { code: 'entry.notImage', params: { found: 'ZIP' } }
    }
  ]);
});

test('reading writes nothing anywhere near', async () => {
  const nested = join(directory, 'a', 'b');
  mkdirSync(nested, { recursive: true });
  const path = join(nested, 'x.tar');
  python(
    `
import tarfile, io
with tarfile.open(argv[0], 'w') as t:
    for name in ['../x.jpg', '../../x.jpg', 'x.jpg', '/tmp/formats-escaped.jpg']:
        info = tarfile.TarInfo(name); info.size = 3
        t.addfile(info, io.BytesIO(b'abc'))`,
    path
  );
  const before = readdirSync(directory, { recursive: true });
  await list(path);
  expect(readdirSync(directory, { recursive: true })).toEqual(before);
});
