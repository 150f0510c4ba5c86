import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createWriteStream, truncateSync, writeFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { fileOf, list, newPath, python, read, refusal, scratch } from './support.ts';

const directory = scratch();

/** An archive by Python's tarfile; the program has it as `t`, and `add(name, data, **fields)`. */
function tarred(program: string, mode = 'w', options = ''): string {
  const path = newPath(directory, '.tar');
  python(
    `
import tarfile, io
t = tarfile.open(argv[0], '${mode}'${options})
def add(name, data=b'', **fields):
    info = tarfile.TarInfo(name)
    info.size = len(data)
    for key, value in fields.items(): setattr(info, key, value)
    t.addfile(info, io.BytesIO(data))
${program}
t.close()`,
    path
  );
  return path;
}

test.each(['USTAR', 'GNU', 'PAX'])(
  'reads %s archives with long and Chinese names',
  async format => {
    const long = `${'d'.repeat(90)}/${'e'.repeat(90)}/f.jpg`;
    const program = `
add('训练/猫/1.jpg', b'cat')
add('./plain.jpg', b'plain')
add('${long}', b'long')
add('folder', type=tarfile.DIRTYPE)
add('folder/big.bin', b'x' * 3_000_000)
`;
    for (const mode of ['w', 'w:gz']) {
      const { files, directories, refused } = await list(
        tarred(program, mode, `, format=tarfile.${format}_FORMAT`)
      );
      expect(Object.keys(files)).toEqual(['训练/猫/1.jpg', 'plain.jpg', long, 'folder/big.bin']);
      expect(files['folder/big.bin']?.equals(Buffer.alloc(3_000_000, 'x'))).toBe(true);
      expect(directories).toEqual(['folder']);
      expect(refused).toEqual([]);
    }
  }
);

test('decodes names in GBK, though others are in UTF-8', async () => {
  const path = tarred(
    `
add('猫/一.jpg', b'1')
t.encoding = 'utf-8'
add('狗/二.jpg', b'2')
`,
    'w',
    ", format=tarfile.GNU_FORMAT, encoding='gbk'"
  );
  expect(Object.keys((await list(path)).files)).toEqual(['猫/一.jpg', '狗/二.jpg']);
});

test('decodes names in GBK that a pax header has as they were on disk', async () => {
  const raw = `n.encode('gbk').decode('utf-8', 'surrogateescape')`;
  const path = tarred(
    `for n in ['数据/猫/一.jpg', '数据/狗/二.jpg']: add(${raw}, b'1')`,
    'w',
    ", format=tarfile.PAX_FORMAT, encoding='utf-8', errors='surrogateescape'"
  );
  expect(Object.keys((await list(path)).files)).toEqual(['数据/猫/一.jpg', '数据/狗/二.jpg']);
});

test('refuses what escapes, links, devices and sparse files, and takes the others', async () => {
  const path = tarred(`
for name in ['../x.jpg', '/abs.jpg', 'C:\\\\x.jpg', '..\\\\x.jpg', 'a/../../x.jpg', 'a/..']: add(name, b'bad')
add('link', type=tarfile.SYMTYPE, linkname='/etc')
add('link/passwd', b'through the link')
add('link', b'in the place of the link')
add('hard', type=tarfile.LNKTYPE, linkname='/etc/passwd')
add('dev', type=tarfile.CHRTYPE)
add('block', type=tarfile.BLKTYPE)
add('fifo', type=tarfile.FIFOTYPE)
add('dir', type=tarfile.DIRTYPE)
add('dir', type=tarfile.SYMTYPE, linkname='/etc')
add('sparse', b'x', pax_headers={'GNU.sparse.major': '1', 'GNU.sparse.name': 'y'})
add('p' * 2000, b'long')
add('nul', b'x', pax_headers={'path': 'a\\0b'})
add('setuid.jpg', b'good', mode=0o6777)
add('._setuid.jpg', b'system')
`);
  const { files, refused, system, directories } = await list(path);
  expect(refused.map(([name]) => name)).toContain('y');
  expect(Object.keys(files)).toEqual(['setuid.jpg']);
  expect(directories).toEqual(['dir']);
  expect(system).toEqual(['._setuid.jpg']);
  expect(refused.map(([, code]) => code)).toEqual([
    ...Array<string>(6).fill('entry.escape'),
    'entry.link',
    'entry.duplicate',
    'entry.duplicate',
    'entry.link',
    'entry.special',
    'entry.special',
    'entry.special',
    'entry.link',
    'entry.special',
    'entry.nameLength',
    'entry.name'
  ]);
});

test('refuses giant headers and sizes that the file does not have', async () => {
  const giant = tarred(`add('a', b'x', pax_headers={'comment': 'c' * 2_000_000})`);
  expect(await refusal(giant)).toBe('archive.names');
  const size = tarred(`add('a', b'x', pax_headers={'size': '99999999'})`);
  expect(await refusal(size)).toBe('archive.truncated');
  const absurd = tarred(`add('a', b'x', pax_headers={'size': '9' * 30})`);
  expect(await refusal(absurd)).toBe('archive.damaged');
});

test('an archive without its end is truncated, wherever it was cut', async () => {
  const plain = read(tarred(`add('a.jpg', b'x' * 600)\nadd('b.jpg', b'y' * 10)`)).subarray(0, 4096);
  const lengths = [511, 512, 600, 1023, 1024, 1536, 1537, 2048, 2560];
  for (const length of lengths) {
    const path = fileOf(directory, plain.subarray(0, length));
    expect([length, await refusal(path)]).toEqual([
      length,
      length < 512 ? 'archive.unknown' : 'archive.truncated'
    ]);
  }
  const packed = newPath(directory, '.tar.gz');
  writeFileSync(packed, gzipSync(plain));
  for (let length = read(packed).length - 1; length > 2; length--) {
    truncateSync(packed, length);
    expect(await refusal(packed)).toMatch(/^archive\.(truncated|damaged|unknown)$/);
  }
});

test('gzip of something else is no archive, and a wrong checksum at its end is seen', async () => {
  expect(await refusal(fileOf(directory, gzipSync('hello')))).toBe('archive.unknown');
  const packed = gzipSync(read(tarred(`add('a.jpg', b'x' * 600)`)));
  packed[packed.length - 6]! ^= 1;
  expect(await refusal(fileOf(directory, packed))).toBe('archive.damaged');
});

test('no damaged byte ends in an untyped error', async () => {
  const plain = read(tarred(`add('猫' * 60, b'x' * 600)\nadd('b.jpg', b'y' * 10)`));
  const packed = gzipSync(plain);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(plain, packed),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      async (bytes, changes) => {
        const damaged = Buffer.from(bytes);
        for (const [at, value] of changes) {
          damaged[at % Math.min(damaged.length, 4096)] = value;
        }
        await refusal(fileOf(directory, damaged));
      }
    ),
    { numRuns: 300 }
  );
});

test('what tar-stream writes is read again', async () => {
  const entries = fc.uniqueArray(
    fc.record({
      name: fc.stringMatching(/^[a-z猫é]{1,40}(\/[a-z0-9狗]{1,60}){0,3}\.bin$/),
      content: fc.uint8Array({ maxLength: 3000 })
    }),
    { selector: entry => entry.name, maxLength: 12 }
  );
  await fc.assert(
    fc.asyncProperty(entries, async inputs => {
      const path = newPath(directory, '.tar');
      const tar = pack();
      for (const { name, content } of inputs) {
        tar.entry({ name }, Buffer.from(content));
      }
      tar.finalize();
      await pipeline(tar, createWriteStream(path));
      const { files, refused } = await list(path);
      expect(refused).toEqual([]);
      expect(Object.keys(files)).toEqual(inputs.map(input => input.name));
      for (const { name, content } of inputs) {
        expect(files[name]?.equals(content)).toBe(true);
      }
    }),
    { numRuns: 60 }
  );
});
