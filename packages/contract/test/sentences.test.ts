import { expect, test } from '@jest/globals';
import { catalogue, sentence } from '../src/index.ts';

test('sentences name objects, states and roles in their language', () => {
  expect(sentence('not-found', { kind: 'dataset-version' })).toBe(
    'There is no such dataset version.'
  );
  expect(sentence('not-found', { kind: 'dataset-version' }, 'zh')).toBe(
    '找不到该对象（数据集版本）。'
  );
  expect(sentence('role-taken', { role: 'gray' }, 'zh')).toBe('该服务已有灰度版本。');
  expect(sentence('wrong-state', { state: 'building' })).toBe(
    'This cannot be done while it is being built.'
  );
  expect(sentence('not-empty', { what: 'versions', count: 1 }, 'zh')).toBe(
    '其中仍有内容（版本：1）。'
  );
});

test('a file that is refused is called what it is', () => {
  expect(sentence('entry.notImage', { found: 'text' })).toBe(
    'Not a JPEG or PNG picture, but text.'
  );
  expect(sentence('entry.notImage', { found: 'text' }, 'zh')).toBe(
    '不是 JPEG 或 PNG 图片（实际内容：文本）。'
  );
  expect(sentence('entry.notImage', { found: '?' })).toBe(
    'Not a JPEG or PNG picture, but something unknown.'
  );
  expect(sentence('entry.notImage', { found: 'WebP' }, 'zh')).toBe(
    '不是 JPEG 或 PNG 图片（实际内容：WebP）。'
  );
  expect(sentence('entry.format', { found: 'PNG', expected: 'JPEG' })).toBe(
    'Its name says JPEG, its content is PNG.'
  );
});

test('what is no word is shown as it is', () => {
  for (const value of ['constructor', '__proto__', 'a name']) {
    expect(sentence('not-found', { kind: value }, 'zh')).toBe(`找不到该对象（${value}）。`);
  }
});

test('both languages of a sentence have the same parameters', () => {
  const parameters = (text: string) =>
    [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
  for (const { en, zh } of Object.values(catalogue)) {
    expect(parameters(zh)).toEqual(parameters(en));
  }
});

test('sizes are said with their unit, other amounts as they are', () => {
  expect(sentence('out-of-memory', { node: 'w', limitBytes: 1024 ** 3 })).toBe(
    'Node w ran out of memory; its limit is 1 GiB.'
  );
  expect(
    sentence('waits-for-quota', {
      resource: 'memory',
      requested: 1.5 * 1024 ** 3,
      used: 0,
      limit: 184 * 1024 ** 3
    })
  ).toBe('Waits for memory: 1.5 GiB asked for, 0 B of 184 GiB in use.');
  expect(
    sentence('waits-for-quota', { resource: 'cpu', requested: 2000, used: 0.5, limit: 4096 })
  ).toBe('Waits for cpu: 2000 asked for, 0.5 of 4096 in use.');
});
