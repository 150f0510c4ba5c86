import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  exportClassFolders,
  exportTopsdl,
  planClassification,
  readImages,
  type ExportedImage,
  type ExportOptions
} from '@topsdl/formats';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { list, newPath, python, read, save, scratch } from './support.ts';

const directory = scratch();

/** Small pictures that differ. */
const pictures = (() => {
  const folder = newPath(directory);
  python(
    `
import os
from PIL import Image
os.makedirs(argv[0])
for i in range(12):
    Image.new('RGB', (4 + i, 3), (i * 20, 0, 0)).save('%s/%d.%s' % (argv[0], i, 'png' if i % 3 else 'jpg'), 'PNG' if i % 3 else 'JPEG')`,
    folder
  );
  return Array.from({ length: 12 }, (_, i) => read(join(folder, `${i}.${i % 3 ? 'png' : 'jpg'}`)));
})();

function image(index: number, name: string, label: string | null): ExportedImage {
  const bytes = pictures[index]!;
  const format = index % 3 ? 'png' : 'jpeg';
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const source = label === null ? null : 'manual';
  const size = { width: 4 + index, height: 3, bytes: bytes.length };
  return { name, format, ...size, sha256, label, source, score: null, read: () => bytes };
}

const labels = [
  { name: '猫', color: '#ff0000' },
  { name: 'dog', color: '#00ff00' }
];

const options = (images: ExportedImage[], withData: boolean): ExportOptions => ({
  images,
  labels,
  withData
});

/** What an import makes of an archive: label and content of every image. */
async function imported(path: string) {
  const paths: string[] = [];
  const contents: string[] = [];
  for await (const file of readImages(path)) {
    expect(file.kind).toBe('image');
    if (file.kind === 'image') {
      paths.push(file.path);
      contents.push(file.sha256.toString('hex'));
    }
  }
  const plan = planClassification(paths);
  return contents.map((sha256, i) => ({ sha256, label: plan.labelOf(paths[i]!) }));
}

test('class folders that are exported import as they were, whatever the names', async () => {
  const images = fc
    .array(
      fc.record({
        name: fc.constantFrom('a.jpg', 'A.JPG', 'a.png', 'x/a.jpg', '图 1', 'b.jpeg', 'a (2).jpg'),
        label: fc.constantFrom('猫', 'dog', null)
      }),
      { maxLength: 10 }
    )
    .map(rest => [
      image(0, 'first', '猫'),
      image(1, 'second', 'dog'),
      ...rest.map(({ name, label }, i) => image(i + 2, name, label))
    ]);
  await fc.assert(
    fc.asyncProperty(images, async all => {
      const chunks = exportClassFolders(options(all, true));
      const path = await save(newPath(directory, '.zip'), chunks);
      const expected = all.map(({ sha256, label }) => ({ sha256, label }));
      expect(await imported(path)).toEqual(expected);
    }),
    { numRuns: 50 }
  );
});

test('our own form holds annotations and data under the same names', async () => {
  const all = [image(0, 'a.jpg', '猫'), image(3, 'a.jpg', null), image(1, 'b', 'dog')];
  const path = await save(newPath(directory, '.zip'), exportTopsdl(options(all, true)));
  const { files } = await list(path);
  const { images, ...head } = JSON.parse(files['annotations.json']!.toString());
  expect(head).toEqual({
    format: 'topsdl',
    formatVersion: 1,
    annotationType: 'classification',
    labels
  });
  const names = images.map((entry: { file: string }) => entry.file);
  expect(names).toEqual(['images/a.jpg', 'images/a (2).jpg', 'images/b.png']);
  expect(Object.keys(files)).toEqual(['annotations.json', ...names]);
  expect(files['images/a (2).jpg']?.equals(pictures[3]!)).toBe(true);
  expect(images[0]).toEqual({
    file: 'images/a.jpg',
    width: 4,
    height: 3,
    bytes: pictures[0]!.length,
    sha256: all[0]!.sha256,
    annotations: [{ kind: 'classification', label: '猫', source: 'manual', score: null }]
  });
  expect(images[1].annotations).toEqual([]);
});

test('without data there are the lists alone', async () => {
  const all = [image(0, 'a,b.jpg', '猫'), image(3, 'c.jpg', null), image(1, 'b', 'dog')];
  const unread = all.map(each => ({ ...each, read: () => Promise.reject(new Error('read')) }));
  const ours = await save(newPath(directory, '.zip'), exportTopsdl(options(unread, false)));
  expect(Object.keys((await list(ours)).files)).toEqual(['annotations.json']);
  const folders = await save(
    newPath(directory, '.zip'),
    exportClassFolders(options(unread, false))
  );
  const { files } = await list(folders);
  expect(files['classes.txt']?.toString()).toBe('猫\ndog\n');
  expect(files['labels.csv']?.toString()).toBe('"猫/a,b.jpg",猫\ndog/b.png,dog\n');
});
