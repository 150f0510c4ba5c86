import { expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { ArchiveError, planClassification, readImages, type ImportedFile } from '@topsdl/formats';
import { newPath, python, read, scratch } from './support.ts';

const directory = scratch();

/** The archive of the product's promise: good pictures among everything that can be wrong. */
const folder = newPath(directory);
python(
  `
import io, os, tarfile, zipfile
from PIL import Image
os.makedirs(argv[0])
def picture(kind='JPEG', size=(40, 30), turned=0, color=0):
    out = io.BytesIO(); exif = Image.Exif()
    if turned: exif[0x0112] = turned
    Image.new('RGB', size, (color, 0, 0)).save(out, kind, exif=exif)
    return out.getvalue()
good = picture(color=1)
open(argv[0] + '/good.jpg', 'wb').write(good)
files = [
    ('数据/猫/1.jpg', good),
    ('数据/猫/2.JPEG', picture(turned=6, color=2)),
    ('数据/狗/3.png', picture('PNG', color=3)),
    ('数据/狗/truncated.jpg', good[:-200]),
    ('数据/狗/text.jpg', b'this is text'),
    ('数据/狗/png.jpg', picture('PNG', color=4)),
    ('数据/狗/notes.txt', b'this is text'),
    ('数据/狗/empty.jpg', b''),
    ('../x.jpg', good),
    ('数据/.DS_Store', b'system'),
]
for encoding in ['utf-8', 'gbk']:
    with tarfile.open(argv[0] + '/%s.tar' % encoding, 'w', format=tarfile.GNU_FORMAT, encoding=encoding) as t:
        for name, data in files:
            info = tarfile.TarInfo(name); info.size = len(data); t.addfile(info, io.BytesIO(data))
        link = tarfile.TarInfo('数据/狗/link.jpg'); link.type = tarfile.SYMTYPE; link.linkname = '/etc/passwd'; t.addfile(link)
    class Raw(zipfile.ZipInfo):
        def _encodeFilenameFlags(self): return self.filename.encode(encoding), self.flag_bits
    with zipfile.ZipFile(argv[0] + '/%s.zip' % encoding, 'w', zipfile.ZIP_DEFLATED) as z:
        for name, data in files: z.writestr(Raw(name), data)
        link = Raw('数据/狗/link.jpg'); link.create_system = 3; link.external_attr = 0o120777 << 16; z.writestr(link, '/etc/passwd')
import gzip
open(argv[0] + '/utf-8.tar.gz', 'wb').write(gzip.compress(open(argv[0] + '/utf-8.tar', 'rb').read()))`,
  folder
);

test.each(['utf-8.zip', 'gbk.zip', 'utf-8.tar', 'gbk.tar', 'utf-8.tar.gz'])(
  '%s: the good ones in, right and upright, the bad ones one by one',
  async name => {
    const found: ImportedFile[] = [];
    const good = createHash('sha256')
      .update(read(join(folder, 'good.jpg')))
      .digest('hex');
    const progress: number[] = [];
    for await (const file of readImages(join(folder, name), {
      onProgress: position => progress.push(position)
    })) {
      if (file.kind === 'image') {
        expect(createHash('sha256').update(file.bytes).digest()).toEqual(file.sha256);
      }
      found.push(file);
    }
    const images = found.filter(file => file.kind === 'image');
    const plan = planClassification(images.map(({ path }) => path));
    const size = (file: (typeof images)[number]) => [file.image.width, file.image.height];
    expect(images.map(file => [plan.labelOf(file.path), file.path, ...size(file)])).toEqual([
      ['猫', '数据/猫/1.jpg', 40, 30],
      ['猫', '数据/猫/2.JPEG', 30, 40],
      ['狗', '数据/狗/3.png', 40, 30]
    ]);
    expect(images[0]?.sha256.toString('hex')).toBe(good);
    const refused = found.filter(file => file.kind === 'refused');
    expect(refused.map(({ path, problem }) => [path, problem.code, problem.params])).toEqual([
      ['数据/狗/truncated.jpg', 'entry.truncated', { format: 'JPEG' }],
      ['数据/狗/text.jpg', 'entry.notImage', { found: 'text' }],
      ['数据/狗/png.jpg', 'entry.format', { found: 'PNG', expected: 'JPEG' }],
      ['数据/狗/notes.txt', 'entry.extension', {}],
      ['数据/狗/empty.jpg', 'entry.empty', {}],
      ['../x.jpg', 'entry.escape', {}],
      ['数据/狗/link.jpg', 'entry.link', {}]
    ]);
    expect(found.filter(file => file.kind === 'skipped')).toEqual([
      { kind: 'skipped', path: '数据/.DS_Store' }
    ]);
    expect(progress.at(-1)).toBeGreaterThan(0);
  }
);

test('stops when it is told to, and closes the file', async () => {
  const controller = new AbortController();
  const reading = async () => {
    for await (const file of readImages(join(folder, 'utf-8.tar.gz'), {
      signal: controller.signal
    })) {
      expect(file.path).toBe('数据/猫/1.jpg');
      controller.abort();
    }
  };
  await expect(reading()).rejects.toThrow('aborted');
});

test('a file that is not there is not called a bad archive', async () => {
  const reading = readImages(join(directory, 'none.zip')).next();
  await expect(reading).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(reading).rejects.not.toBeInstanceOf(ArchiveError);
});
