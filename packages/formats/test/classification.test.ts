import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { planClassification, type ClassificationLayout } from '@topsdl/formats';

function labels(paths: string[], layout: ClassificationLayout | 'auto' = 'auto') {
  const plan = planClassification(paths, layout);
  return { layout: plan.layout, labels: paths.map(path => plan.labelOf(path)) };
}

test.each<[string, string[], (string | null)[]]>([
  ['folders at the top', ['cat/1.jpg', 'dog/2.jpg'], ['cat', 'dog']],
  ['a folder around', ['top/猫/1.jpg', 'top/狗/2.jpg'], ['猫', '狗']],
  ['two folders around', ['a/b/cat/1.jpg', 'a/b/dog/2.jpg'], ['cat', 'dog']],
  ['folders in classes', ['top/cat/x/1.jpg', 'top/dog/2.jpg'], ['cat', 'dog']],
  [
    'images beside the classes',
    ['top/cat/1.jpg', 'top/dog/2.jpg', 'top/3.jpg'],
    ['cat', 'dog', null]
  ],
  ['images outside of the top', ['cat/1.jpg', 'dog/2.jpg', '3.jpg'], ['cat', 'dog', null]],
  [
    'images beside the folder around the classes',
    ['top/cat/1.jpg', 'top/dog/2.jpg', '3.jpg'],
    ['cat', 'dog', null]
  ],
  [
    'images at every level above',
    ['1.jpg', 'a/2.jpg', 'a/b/3.jpg', 'a/b/cat/4.jpg', 'a/b/dog/x/5.jpg'],
    [null, null, null, 'cat', 'dog']
  ],
  [
    'a split in Chinese, and an image beside it',
    ['数据/训练集/猫/1.jpg', '数据/测试集/狗/2.jpg', '封面.jpg'],
    ['猫', '狗', null]
  ],
  [
    'a split above the classes',
    ['set/train/cat/1.jpg', 'set/val/dog/2.jpg', 'set/test/3.jpg'],
    ['cat', 'dog', null]
  ],
  [
    'labeled images apart from others',
    ['labeled/cat/1.jpg', 'labeled/dog/2.jpg', 'unlabeled/3.jpg'],
    ['cat', 'dog', null]
  ],
  [
    'files as a job sees them',
    ['images/cat/1.jpg', 'images/dog/2.jpg', 'images/_unlabeled/3.jpg'],
    ['cat', 'dog', null]
  ],
  ['one part of a split', ['train/cat/1.jpg', 'train/dog/2.jpg'], ['cat', 'dog']],
  [
    'classes that are called like a split',
    ['test/1.jpg', 'blank/2.jpg', 'train/3.jpg'],
    ['test', 'blank', 'train']
  ]
])('finds class folders: %s', (_, paths, expected) => {
  expect(labels(paths)).toEqual({ layout: 'class-folders', labels: expected });
});

test.each<[string, string[]]>([
  ['at the root', ['1.jpg', '2.jpg']],
  ['in a folder', ['photos/1.jpg', 'photos/2.jpg']],
  ['in folders within each other', ['photos/photos/1.jpg', 'photos/photos/2.jpg']],
  ['in parts of a split', ['train/1.jpg', 'test/2.jpg']],
  ['none', []]
])('finds plain images: %s', (_, paths) => {
  expect(labels(paths)).toEqual({ layout: 'images', labels: paths.map(() => null) });
});

test('does what the user chose', () => {
  expect(labels(['cat/1.jpg', 'dog/2.jpg'], 'images').labels).toEqual([null, null]);
  expect(labels(['cat/1.jpg', 'cat/2.jpg'], 'class-folders').labels).toEqual(['cat', 'cat']);
  expect(labels(['top/cat/1.jpg'], 'class-folders').labels).toEqual(['cat']);
  expect(labels(['train/cat/1.jpg'], 'class-folders').labels).toEqual(['cat']);
  expect(labels(['1.jpg'], 'class-folders').labels).toEqual([null]);
});

test('pictures that cannot be taken say which folders are classes, and nothing else', () => {
  const plan = (paths: string[], bad: string[]) => {
    const { labelOf } = planClassification(paths, 'auto', bad);
    return paths.map(labelOf);
  };
  expect(plan(['cat/1.jpg'], ['dog/broken.jpg'])).toEqual(['cat']);
  expect(plan(['top/cat/1.jpg'], ['top/dog/broken.jpg'])).toEqual(['cat']);
  expect(plan(['top/cat/1.jpg', 'top/dog/2.jpg'], ['broken.jpg', 'x/text.jpg'])).toEqual([
    'cat',
    'dog'
  ]);
  expect(plan(['train/cat/1.jpg', 'val/dog/2.jpg'], ['docs/text.jpg'])).toEqual(['cat', 'dog']);
  expect(plan(['photos/1.jpg'], ['photos/broken.jpg'])).toEqual([null]);
});

test('a folder that cannot be a label is a problem of its images', () => {
  const long = '长'.repeat(51);
  expect(labels(["it's/1.jpg", 'dog/2.jpg', `${long}/3.jpg`]).labels).toEqual([
    { code: 'entry.labelName', params: { label: "it's" } },
    'dog',
    { code: 'entry.labelName', params: { label: long } }
  ]);
});

test('every image in a folder of its own kind gets that label, whatever is around and beside', () => {
  const name = fc.stringMatching(/^[a-z猫狗]{2,8}$/).filter(text => text.length > 1);
  const names = fc.uniqueArray(name, { minLength: 2, maxLength: 5 });
  fc.assert(
    fc.property(names, fc.array(name, { maxLength: 3 }), fc.nat(8), (classes, around, beside) => {
      const splits = ['train', 'val', 'test', 'valid', 'eval'];
      fc.pre(!classes.some(label => splits.includes(label)));
      const paths = classes.map((label, i) => [...around, label, `${i}.jpg`].join('/'));
      const loose = around.map((_, depth) => [...around.slice(0, depth), 'loose.jpg'].join('/'));
      const some = loose.filter((_, depth) => ((beside >> depth) & 1) === 1);
      expect(labels([...paths, ...some]).labels).toEqual([...classes, ...some.map(() => null)]);
    })
  );
});
