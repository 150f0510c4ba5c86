import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { truncateSync } from 'node:fs';
import { promisify } from 'node:util';
import yauzl from 'yauzl';
import { writeZip, type ZipInput } from '@topsdl/formats';
import { fileOf, list, newPath, python, read, refusal, save, scratch } from './support.ts';

const directory = scratch();

/** An archive by Python's zipfile; the program has the open archive as `z`. */
function zipped(program: string): string {
  const path = newPath(directory, '.zip');
  python(
    `import zipfile, struct, zlib\nz = zipfile.ZipFile(argv[0], 'w', allowZip64=True)\n${program}\nz.close()`,
    path
  );
  return path;
}

/** An archive with names as raw bytes and no flag, as old programs write them. */
function rawNames(names: string, encoding: string): string {
  const path = newPath(directory, '.zip');
  python(
    `
import zipfile
names = [n.encode(argv[2]) for n in argv[1].split('|')]
marks = [('%04d' % i).ljust(len(n), '_')[:len(n)] for i, n in enumerate(names)]
with zipfile.ZipFile(argv[0], 'w') as z:
    for i, mark in enumerate(marks):
        z.writestr(mark, 'content %d' % i)
whole = open(argv[0], 'rb').read()
for mark, name in zip(marks, names):
    assert whole.count(mark.encode()) == 2, mark
    whole = whole.replace(mark.encode(), name)
open(argv[0], 'wb').write(whole)
`,
    path,
    names,
    encoding
  );
  return path;
}

test('reads stored and deflated entries, directories and comments', async () => {
  const path = zipped(`
z.writestr('a.txt', 'hello', zipfile.ZIP_STORED)
z.writestr('folder/', '')
z.writestr('folder/b.txt', 'b' * 100000, zipfile.ZIP_DEFLATED)
z.writestr('empty', '')
z.comment = b'a comment'
`);
  const { files, directories, refused } = await list(path);
  expect(Object.keys(files)).toEqual(['a.txt', 'folder/b.txt', 'empty']);
  expect(files['folder/b.txt']?.toString()).toBe('b'.repeat(100_000));
  expect(directories).toEqual(['folder']);
  expect(refused).toEqual([]);
});

test.each([
  ['UTF-8 without the flag', 'utf-8', '训练/猫/图片1.jpg|训练/狗/图片2.jpg'],
  ['UTF-8 with accents', 'utf-8', 'café/1.jpg|Zürich/2.jpg|été/3.jpg'],
  ['UTF-8 in Cyrillic', 'utf-8', 'кот/1.jpg|пёс/2.jpg|а/3.jpg'],
  ['UTF-8 in Greek', 'utf-8', 'αβ/1.jpg|γάτα/2.jpg'],
  ['GBK that is valid UTF-8 as well', 'gbk', '猫/1.jpg|猫/一.jpg'],
  ['GBK of which some is valid UTF-8', 'gbk', '猫/1.jpg|狗/2.jpg|a猫.jpg'],
  ['GBK', 'gbk', '训练/猫/图片1.jpg|训练/狗/图片2.jpg|测试/联通.png'],
  ['GBK with rare characters among common ones', 'gbk', '朱镕基/照片.jpg|陶喆/海报.jpg'],
  ['GBK whose second byte is a backslash', 'gbk', '図片猫/誠実照片.jpg|乗客名单/中文.jpg'],
  ['code page 437', 'cp437', 'Größe/Käfer.jpg|Größe/Öl.jpg|naïve/café.jpg']
])('decodes names in %s', async (_, encoding, names) => {
  const { files } = await list(rawNames(names, encoding));
  expect(Object.keys(files)).toEqual(names.normalize('NFC').split('|'));
});

test('decodes flagged UTF-8 and makes it NFC', async () => {
  const path = zipped(`
import unicodedata
z.writestr(unicodedata.normalize('NFD', 'é/ü.jpg'), 'x')
z.writestr('猫/1.jpg', 'y')
`);
  expect(Object.keys((await list(path)).files)).toEqual(['é/ü.jpg', '猫/1.jpg']);
});

test('believes the Unicode path field only if its checksum is that of the name', async () => {
  const path = zipped(`
def field(raw, name):
    data = b'\\x01' + struct.pack('<L', zlib.crc32(raw)) + name.encode()
    return struct.pack('<HH', 0x7075, len(data)) + data
right = zipfile.ZipInfo('right.jpg'); right.extra = field(b'right.jpg', '猫.jpg'); z.writestr(right, '1')
wrong = zipfile.ZipInfo('wrong.jpg'); wrong.extra = field(b'other', '狗.jpg'); z.writestr(wrong, '2')
`);
  expect(Object.keys((await list(path)).files)).toEqual(['猫.jpg', 'wrong.jpg']);
});

test('refuses entries that would escape, links and devices, and takes the others', async () => {
  const path = zipped(`
import warnings; warnings.simplefilter('ignore')
for name in ['../x.jpg', '/abs.jpg', 'C:/x.jpg', 'c:x.jpg', 'a/../../x.jpg', '%2e%2e/x.jpg', 'a/%2E./x', '..']:
    z.writestr(name, 'bad')
for name in ['..\\\\x.jpg', 'C:\\\\x.jpg', '\\\\\\\\host\\\\x.jpg']:
    info = zipfile.ZipInfo('x'); info.filename = name; z.writestr(info, 'bad')
z.writestr('a\\u202egpj.exe', 'bad')
z.writestr('a\\x07.jpg', 'bad')
z.writestr('d/' + 'n' * 300, 'bad')
z.writestr('/'.join(['d'] * 600), 'bad')
for name, mode in [('link', 0o120777), ('fifo', 0o010644), ('device', 0o020644)]:
    info = zipfile.ZipInfo(name); info.create_system = 3; info.external_attr = mode << 16; z.writestr(info, '/etc/passwd')
z.writestr('link/passwd', 'through the link')
z.writestr('good/1.jpg', 'good')
z.writestr('good/1.jpg', 'again')
z.writestr('./good//2.jpg', 'good')
z.writestr('good', 'a file in the place of a folder')
z.writestr('windows\\\\style.jpg', 'good')
z.writestr('__MACOSX/good/._1.jpg', 'system')
z.writestr('good/.DS_Store', 'system')
z.writestr('good/Thumbs.db', 'system')
`);
  const { files, refused, system } = await list(path);
  expect(Object.keys(files)).toEqual(['good/1.jpg', 'good/2.jpg', 'windows/style.jpg']);
  expect(files['good/1.jpg']?.toString()).toBe('good');
  expect(system).toEqual(['__MACOSX/good/._1.jpg', 'good/.DS_Store', 'good/Thumbs.db']);
  expect(refused.map(([, code]) => code)).toEqual([
    ...Array<string>(8).fill('entry.escape'),
    ...Array<string>(3).fill('entry.escape'),
    'entry.name',
    'entry.name',
    'entry.nameLength',
    'entry.nameLength',
    'entry.link',
    'entry.special',
    'entry.special',
    'entry.duplicate',
    'entry.duplicate',
    'entry.duplicate'
  ]);
});

test('refuses a name with NUL', async () => {
  const bytes = Buffer.from(
    read(zipped(`z.writestr('a_b.jpg', 'x')`)).toString('latin1').replaceAll('a_b', 'a\0b'),
    'latin1'
  );
  const { refused, files } = await list(fileOf(directory, bytes));
  expect(files).toEqual({});
  expect(refused.map(([, code]) => code)).toEqual(['entry.name']);
});

test('a flag that says UTF-8 of names in GBK is not believed', async () => {
  const path = zipped(`
class Flagged(zipfile.ZipInfo):
    def _encodeFilenameFlags(self): return self.filename.encode('gbk'), self.flag_bits | 0x800
for name in ['数据/猫/一.jpg', '猫/二.jpg', '猫.jpg']: z.writestr(Flagged(name), name)
z.writestr(zipfile.ZipInfo('plain.jpg'), 'x')
`);
  const { refused, files } = await list(path);
  expect(Object.keys(files)).toEqual(['数据/猫/一.jpg', '猫/二.jpg', '猫.jpg', 'plain.jpg']);
  expect(refused).toEqual([]);
});

test('reads zip64 and data descriptors', async () => {
  const path = newPath(directory, '.zip');
  python(
    `
import zipfile
class Pipe:
    def __init__(self, path): self.file = open(path, 'wb'); self.at = 0
    def write(self, data): self.at += len(data); return self.file.write(data)
    def flush(self): self.file.flush()
with zipfile.ZipFile(Pipe(argv[0]), 'w', zipfile.ZIP_DEFLATED) as z:
    z.writestr('described.txt', 'x' * 5000)
    with z.open('wide.txt', 'w', force_zip64=True) as f: f.write(b'y' * 5000)
`,
    path
  );
  const { files } = await list(path);
  expect(files['described.txt']?.toString()).toBe('x'.repeat(5000));
  expect(files['wide.txt']?.toString()).toBe('y'.repeat(5000));
});

test('reads more than 65,535 entries, with zip64 records', async () => {
  const path = zipped(`for i in range(66000): z.writestr(str(i), b'')`);
  expect(Object.keys((await list(path)).files)).toHaveLength(66_000);
});

test('refuses single entries whose data, checksum, headers or method are wrong', async () => {
  const path = zipped(`
z.writestr('checksum', 'AAAA-checksum')
z.writestr('mismatched', 'BBBB')
z.writestr('deflated', 'C' * 1000, zipfile.ZIP_DEFLATED)
z.writestr('bzip2', 'D' * 1000, zipfile.ZIP_BZIP2)
z.writestr('good', 'fine')
`);
  const bytes = read(path);
  bytes.write('aaaa', bytes.indexOf('AAAA'));
  bytes.write('renamed___', bytes.indexOf('mismatched'));
  const deflated = bytes.indexOf('deflated');
  bytes.fill(0xff, deflated + 8, deflated + 12);
  const { files, refused } = await list(fileOf(directory, bytes));
  expect(Object.keys(files)).toEqual(['good']);
  expect(refused).toEqual([
    ['checksum', 'entry.checksum'],
    ['mismatched', 'entry.mismatch'],
    ['deflated', 'entry.damaged'],
    ['bzip2', 'entry.method']
  ]);
});

test('an entry that holds more than it declares is cut off at what it declares', async () => {
  const path = zipped(`z.writestr('liar', b'\\0' * 50_000_000, zipfile.ZIP_DEFLATED)`);
  const bytes = read(path);
  for (let at = bytes.indexOf('liar'); at >= 0; at = bytes.indexOf('liar', at + 1)) {
    const local = bytes.readUInt32LE(at - 30) === 0x04034b50;
    bytes.writeUInt32LE(1000, local ? at - 30 + 22 : at - 46 + 24);
  }
  expect((await list(fileOf(directory, bytes))).refused).toEqual([['liar', 'entry.damaged']]);
});

test('refuses archives that are encrypted, empty, in volumes or no archives', async () => {
  const path = zipped(`z.writestr('a', 'x')`);
  const encrypted = read(path);
  encrypted.writeUInt16LE(1, 6);
  encrypted.writeUInt16LE(1, encrypted.indexOf('PK\x01\x02') + 8);
  const volumes = read(path);
  volumes.writeUInt16LE(1, volumes.indexOf('PK\x05\x06') + 4);
  expect(await refusal(fileOf(directory, encrypted))).toBe('archive.encrypted');
  expect(await refusal(fileOf(directory, volumes))).toBe('archive.unsupported');
  expect(await refusal(fileOf(directory, Buffer.alloc(0)))).toBe('archive.empty');
  expect(await refusal(fileOf(directory, Buffer.from('hello')))).toBe('archive.unknown');
  const rar = Buffer.from('Rar!\x1a\x07\x01\0', 'latin1');
  expect(await refusal(fileOf(directory, rar))).toBe('archive.unsupported');
  const sevenZip = Buffer.from("7z\xbc\xaf'\x1c\0\0", 'latin1');
  expect(await refusal(fileOf(directory, sevenZip))).toBe('archive.unsupported');
});

test('every truncation is refused, with a code', async () => {
  const path = zipped(`
z.writestr('猫/a.txt', 'hello' * 20)
z.writestr('b.txt', 'b' * 3000, zipfile.ZIP_DEFLATED)
`);
  for (let length = read(path).length - 1; length >= 0; length--) {
    truncateSync(path, length);
    expect(await refusal(path)).toBeDefined();
  }
});

test('no damaged byte ends in an untyped error', async () => {
  const bytes = read(
    zipped(`
z.writestr('猫/a.txt', 'hello' * 20)
z.writestr('b.txt', 'b' * 3000, zipfile.ZIP_DEFLATED)
with z.open('wide.txt', 'w', force_zip64=True) as f: f.write(b'y' * 50)
`)
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      async changes => {
        const damaged = Buffer.from(bytes);
        for (const [at, value] of changes) {
          damaged[at] = value;
        }
        await refusal(fileOf(directory, damaged));
      }
    ),
    { numRuns: 300 }
  );
});

const inputs = fc.uniqueArray(
  fc.record({
    path: fc
      .stringMatching(/^[a-z猫é ]{1,8}(\/[a-z0-9狗]{1,8}){0,2}\.bin$/)
      .map(path => path.normalize('NFC')),
    content: fc.uint8Array({ maxLength: 3000 }),
    compress: fc.boolean(),
    streamed: fc.boolean()
  }),
  { selector: input => input.path, maxLength: 12 }
);

async function* once(content: Uint8Array) {
  yield content.subarray(0, 10);
  yield content.subarray(10);
}

test('what is written is read again, by us, by yauzl and by Python', async () => {
  const openZip = promisify<string, yauzl.Options, yauzl.ZipFile>(yauzl.open);
  await fc.assert(
    fc.asyncProperty(inputs, async entries => {
      const zip = entries.map<ZipInput>(({ streamed, content, ...rest }) => ({
        ...rest,
        content: streamed ? once(content) : content
      }));
      const path = await save(newPath(directory, '.zip'), writeZip(zip));
      const { files, refused } = await list(path);
      expect(refused).toEqual([]);
      expect(Object.keys(files)).toEqual(entries.map(entry => entry.path));
      for (const entry of entries) {
        expect(files[entry.path]?.equals(entry.content)).toBe(true);
      }
      const names: string[] = [];
      const theirs = await openZip(path, { lazyEntries: false });
      theirs.on('entry', (entry: yauzl.Entry) => names.push(entry.fileName));
      await new Promise((resolve, reject) => theirs.on('end', resolve).on('error', reject));
      expect(names).toEqual(entries.map(entry => entry.path));
    }),
    { numRuns: 60 }
  );
  const path = await save(
    newPath(directory, '.zip'),
    writeZip([
      { path: '猫/1.bin', content: Buffer.from('stored'), modified: new Date(2024, 1, 29, 12, 30) },
      { path: 'b', content: Buffer.from('d'.repeat(999)), compress: true },
      { path: 'c', content: once(Buffer.from('streamed content')) }
    ])
  );
  const seen = python(
    `import zipfile\nz = zipfile.ZipFile(argv[0])\nprint(z.testzip(), [(i.filename, i.file_size, i.date_time[:5]) for i in z.infolist()])`,
    path
  );
  expect(seen.trim()).toBe(
    "None [('猫/1.bin', 6, (2024, 2, 29, 12, 30)), ('b', 999, (1980, 1, 1, 0, 0)), ('c', 16, (1980, 1, 1, 0, 0))]"
  );
});

test('what unzip of Python reads, we read: the same content for random archives', async () => {
  for (let seed = 0; seed < 5; seed++) {
    const path = zipped(`
import random
r = random.Random(${seed})
for i in range(50):
    z.writestr('d%d/%d' % (i % 5, i), r.randbytes(r.choice([0, 1, 100, 70000])), r.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]))
`);
    const { files } = await list(path);
    const theirs = python(
      `import zipfile, zlib\nz = zipfile.ZipFile(argv[0])\nfor n in z.namelist(): print(n, zlib.crc32(z.read(n)))`,
      path
    );
    const { crc32 } = await import('node:zlib');
    const ours = Object.entries(files).map(([name, bytes]) => `${name} ${crc32(bytes)}\n`);
    expect(ours.join('')).toBe(theirs);
  }
});
