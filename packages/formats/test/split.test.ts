import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  csvLine,
  MIN_FOR_TEST,
  parseExample,
  readRecords,
  stratify,
  writeTrainingData,
  type LabeledImage
} from '@topsdl/formats';
import { newPath, python, read, scratch } from './support.ts';

const directory = scratch();

const item = fc.record({ label: fc.constantFrom('a', 'b', 'c', '猫'), weight: fc.nat() });
const items = fc
  .array(item, { maxLength: 80 })
  .map(list => list.map(({ label }, i) => ({ path: `${i}.jpg`, label })));
const share = fc.double({ min: 0.01, max: 0.9, noNaN: true });
const seed = fc.nat(2 ** 31 - 1);

const counts = (list: readonly { label: string }[]) => {
  const map = new Map<string, number>();
  for (const { label } of list) {
    map.set(label, (map.get(label) ?? 0) + 1);
  }
  return map;
};

test('a split is whole, disjoint, stratified and repeatable', () => {
  fc.assert(
    fc.property(items, seed, share, (all, number, part) => {
      const { train, test: tested } = stratify(all, number, part);
      const paths = [...train, ...tested].map(({ path }) => path);
      expect(new Set(paths).size).toBe(all.length);
      expect(paths).toHaveLength(all.length);
      expect(stratify([...all].reverse(), number, part)).toEqual({ train, test: tested });
      if (all.length < MIN_FOR_TEST) {
        expect(tested).toEqual([]);
        return;
      }
      const there = counts(tested);
      let room = 0;
      for (const [label, size] of counts(all)) {
        const count = there.get(label) ?? 0;
        expect(count).toBeLessThan(size);
        expect(Math.abs(count - size * part)).toBeLessThan(size * part > size - 1 ? 2 : 1);
        room += Math.min(size - 1, Math.ceil(size * part));
      }
      const wanted = Math.max(1, Math.round(all.length * part));
      expect(tested.length).toBe(Math.min(wanted, Math.max(room, tested.length)));
    })
  );
});

test('other seeds give other splits', () => {
  const all = Array.from({ length: 100 }, (_, i) => ({ path: `${i}`, label: 'a' }));
  const paths = (number: number) => stratify(all, number, 0.2).test.map(({ path }) => path);
  expect(paths(1)).toHaveLength(20);
  expect(paths(1)).not.toEqual(paths(2));
});

test('lines are quoted as csv readers expect', () => {
  const names = ['plain.jpg', 'a,b.jpg', 'say "x".jpg', '猫 狗.jpg', 'line\nbreak.jpg'];
  const path = newPath(directory);
  const text = names.map(name => csvLine(name, 'a,"b"')).join('');
  const seen = python(
    `import csv, io, json\nprint(json.dumps([row for row in csv.reader(io.StringIO(argv[0]))]))`,
    text
  );
  expect(JSON.parse(seen)).toEqual(names.map(name => [name, 'a,"b"']));
  expect(csvLine('plain.jpg', '猫')).toBe('plain.jpg,猫\n');
  expect(existsSync(path)).toBe(false);
});

function* images(labels: readonly string[]): Generator<LabeledImage> {
  for (const [i, label] of labels.entries()) {
    yield {
      path: `${label}/${i}.jpg`,
      label,
      format: 'jpeg',
      width: 10 + i,
      height: 20,
      read: () => Promise.resolve(Buffer.from(`content of ${i}`))
    };
  }
}

const thirty = Array.from({ length: 30 }, (_, i) => (i % 3 === 0 ? '狗' : '猫'));

test('writes every file, the same bytes for the same seed, and nothing beside them', async () => {
  const folder = newPath(directory);
  const progress: number[] = [];
  const options = { seed: 7, testShare: 0.2, shardBytes: 120 };
  const report = await writeTrainingData(folder, images(thirty), {
    ...options,
    onProgress: count => progress.push(count)
  });
  expect(report).toMatchObject({ classes: ['狗', '猫'], train: 24, test: 6 });
  expect(progress).toEqual(thirty.map((_, i) => i + 1));
  const paths = report.files.map(({ path }) => path);
  expect(paths).toEqual([
    'classes.txt',
    'evaluate/evaluate-00000-of-00006.tfrecord',
    ...Array.from({ length: 5 }, (_, i) => `evaluate/evaluate-0000${i + 1}-of-00006.tfrecord`),
    'test_label_file.txt',
    ...Array.from(
      { length: 24 },
      (_, i) => `train/train-${String(i).padStart(5, '0')}-of-00024.tfrecord`
    ),
    'train_label_file.txt'
  ]);
  expect(read(join(folder, 'classes.txt')).toString()).toBe('狗\n猫\n');
  const lines = read(join(folder, 'test_label_file.txt')).toString().trimEnd().split('\n');
  const examples = paths
    .filter(path => path.startsWith('evaluate/'))
    .flatMap(path => readRecords(read(join(folder, path))).records.map(parseExample));
  expect(examples.map(example => `${example?.filename},${example?.text}`)).toEqual(lines);
  for (const example of examples) {
    const index = Number(/(\d+)\.jpg$/.exec(example?.filename ?? '')?.[1]);
    expect(example).toMatchObject({ width: 10 + index, height: 20, format: 'jpeg' });
    expect(example?.encoded.toString()).toBe(`content of ${index}`);
    expect(example?.label).toBe(example?.text === '狗' ? 0 : 1);
  }
  const again = newPath(directory);
  await writeTrainingData(again, [...images(thirty)].reverse(), options);
  for (const { path } of report.files) {
    expect(read(join(again, path)).equals(read(join(folder, path)))).toBe(true);
  }
  expect(readdirSync(directory).filter(name => name.startsWith('.'))).toEqual([]);
});

test('fewer than ten labeled images have no test part', async () => {
  const folder = newPath(directory);
  const options = { seed: 1, testShare: 0.5, classes: ['b', 'a'] };
  const report = await writeTrainingData(folder, images(Array<string>(9).fill('a')), options);
  expect(report).toMatchObject({ train: 9, test: 0, classes: ['b', 'a'] });
  expect(readdirSync(folder).sort()).toEqual(['classes.txt', 'train', 'train_label_file.txt']);
  const { records } = readRecords(read(join(folder, 'train/train-00000-of-00001.tfrecord')));
  expect(parseExample(records[0]!)?.label).toBe(1);
});

test('what goes wrong leaves nothing behind', async () => {
  const attempt = async (list: Iterable<LabeledImage>, more: object = {}) => {
    const before = readdirSync(directory);
    const folder = newPath(directory);
    await expect(
      writeTrainingData(folder, list, { seed: 1, testShare: 0.2, ...more })
    ).rejects.toThrow();
    expect(readdirSync(directory)).toEqual(before);
  };
  const [first] = images(['a']);
  await attempt([first!, first!]);
  await attempt(images(thirty), { classes: ['猫'] });
  await attempt(images(thirty), { signal: AbortSignal.abort() });
  const failing = { ...first!, read: () => Promise.reject(new Error('gone')) };
  await attempt([failing]);
});
