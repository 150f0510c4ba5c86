import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import {
  CardResource,
  Email,
  Environment,
  faultsOf,
  Name,
  NodeSelector,
  Quantity,
  Quota,
  ResourceName,
  sentence,
  text,
  Toleration
} from '../src/index.ts';

/** What is said of a value, in both languages. */
function said(schema: z.ZodType, value: unknown) {
  const { error } = schema.safeParse(value, { reportInput: true });
  return faultsOf(error?.issues ?? []).map(({ path, code, params }) => [
    path,
    sentence(code, params),
    sentence(code, params, 'zh')
  ]);
}

const fits = (schema: z.ZodType, value: unknown) => schema.safeParse(value).success;

test('lengths are counted in characters, however many units they take', () => {
  const search = text(1, 4);
  expect(['a', '🔑🔑🔑🔑', 'abcd'].map(value => fits(search, value))).toEqual([true, true, true]);
  expect(said(search, '🔑🔑🔑🔑🔑')).toEqual([
    ['', 'Too many characters: at most 4.', '最多 4 个字符。']
  ]);
  expect(said(search, '')).toEqual([['', 'Too few characters: at least 1.', '至少 1 个字符。']]);
  expect(said(text(2, 4), '🔑')).toEqual([
    ['', 'Too few characters: at least 2.', '至少 2 个字符。']
  ]);
  expect(fits(search, 'a\u0000')).toBe(false);
  expect(fits(Name, '🔑'.repeat(50))).toBe(true);
  expect(fits(Name, '🔑'.repeat(51))).toBe(false);
  for (const control of ['\u0000', '\n', '\u007f', '\u0087']) {
    expect([control, fits(Name, `a${control}b`)]).toEqual([control, false]);
  }
});

test('each fault is said, with the limit that was passed', () => {
  const schema = z
    .object({
      count: z.number().int().min(1).max(64),
      share: z.number().multipleOf(0.1),
      ids: z.array(z.string()).min(1),
      on: z.boolean()
    })
    .strict();
  expect(said(schema, { count: 65, share: 0.15, ids: [], on: 'yes', a: 1, b: 2 })).toEqual([
    ['count', 'At most 64.', '不能大于 64。'],
    ['share', 'A multiple of 0.1.', '应为 0.1 的倍数。'],
    ['ids', 'Too few entries: at least 1.', '至少 1 项。'],
    ['on', 'Should be true or false.', '应为布尔值（true 或 false）。'],
    ['a', 'Unknown field.', '未知字段。'],
    ['b', 'Unknown field.', '未知字段。']
  ]);
  expect(said(schema, { count: 1.5, share: 'x', ids: [1] })).toEqual([
    ['count', 'Should be a whole number.', '应为整数。'],
    ['share', 'Should be a number.', '应为数字。'],
    ['ids.0', 'Should be text.', '应为文本。'],
    ['on', 'Required.', '必填。']
  ]);
  expect(said(z.number().int().max(Number.MAX_SAFE_INTEGER), 1e300)).toHaveLength(1);
  expect(said(Environment, { '1A': 'x' })).toEqual([
    [
      '1A',
      'Letters, digits and _, not beginning with a digit.',
      '只能包含字母、数字和 _，且不能以数字开头。'
    ]
  ]);
  const many = Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`V${i}`, '']));
  expect(said(Environment, many)).toEqual([
    ['', 'Too many entries: at most 100.', '最多 100 项。']
  ]);
});

test('quantities are those of Kubernetes that are not negative', () => {
  for (const value of ['48', '500m', '128Gi', '1.5', '0', '0.5Ti', '4P']) {
    expect([value, fits(Quantity, value)]).toEqual([value, true]);
  }
  for (const value of [
    '1e9',
    '-1',
    '0.1m',
    '1Ki;',
    '1 Gi',
    '01',
    '.5',
    '1.',
    '+1',
    '1KB',
    '',
    '１',
    'NaN'
  ]) {
    expect([value, fits(Quantity, value)]).toEqual([value, false]);
  }
});

test('cards are not cut', () => {
  const quota = (limit: string) => said(Quota, { resource: 'requests.enflame.com/dtu', limit });
  expect(quota('4')).toEqual([]);
  expect(quota('1.5')).toEqual([
    ['limit', 'Cards are whole: such as 4.', '卡数须为整数，例如 4。']
  ]);
});

const letters = (count: number) => 'a'.repeat(count);

test('the names of resources are Kubernetes’ own', () => {
  const long = [63, 63, 63, 52].map(letters).join('.');
  for (const card of [
    'enflame.com/dtu',
    'rdma/hca',
    'a.b/C_d.e-F',
    `a/${letters(63)}`,
    `${long}/${letters(63)}`
  ]) {
    expect([card, fits(CardResource, card)]).toEqual([card, true]);
    expect(fits(ResourceName, `requests.${card}`)).toBe(true);
  }
  for (const card of [
    'cpu',
    'enflame.com',
    'a..b/c',
    'a.-b/c',
    '-a/c',
    'A/c',
    'a/-c',
    'a/b/c',
    'a/b\n',
    'a /b',
    `a/${letters(64)}`,
    `${long}a/c`,
    'requests.a/b',
    'kubernetes.io/x',
    'x.kubernetes.io/y'
  ]) {
    expect([card, fits(CardResource, card)]).toEqual([card, false]);
    expect(fits(ResourceName, `requests.${card}`)).toBe(false);
  }
  for (const name of ['requests.foo', 'requests.cpu', 'limits.cpu', 'pods', 'cpu\n', '猫']) {
    expect([name, fits(ResourceName, name)]).toEqual([name, false]);
  }
});

test('labels of machines are Kubernetes’ own', () => {
  const selects = (label: string, value: string) => fits(NodeSelector, { [label]: value });
  for (const [label, value] of [
    ['pool', 'cards'],
    ['pool', ''],
    ['kubernetes.io/hostname', 'node-1'],
    [letters(63), letters(63)],
    [`${letters(253)}/A_b.c`, 'v1.2_3']
  ] as const) {
    expect([label, value, selects(label, value)]).toEqual([label, value, true]);
  }
  for (const label of ['', 'a b', '猫', 'A/b', 'a/b/c', 'a..b/c', '/b', 'a/', letters(64), 'a\n']) {
    expect([label, selects(label, 'x')]).toEqual([label, false]);
  }
  for (const value of ['a b', '-a', 'a.', '猫', 'a\n', '{{', '$(A)', letters(64)]) {
    expect([value, selects('pool', value)]).toEqual([value, false]);
  }
  expect(said(NodeSelector, { 'a b': 'x', pool: '-' })).toMatchObject([
    ['a b', expect.stringContaining('name of a label'), expect.stringContaining('标签名')],
    ['pool', expect.stringContaining('value of a label'), expect.stringContaining('标签值')]
  ]);
  const many = Array.from({ length: 21 }, (_, i) => [`l${i}`, '']);
  expect(fits(NodeSelector, Object.fromEntries(many))).toBe(false);
});

test('tolerations are Kubernetes’ own', () => {
  for (const toleration of [
    { operator: 'Exists' },
    { operator: 'Exists', effect: 'NoSchedule' },
    { key: 'a' },
    { key: 'a', value: 'b', effect: 'NoExecute' },
    { key: 'enflame.com/dtu', operator: 'Exists', value: '' }
  ]) {
    expect([toleration, fits(Toleration, toleration)]).toEqual([toleration, true]);
  }
  const field = (toleration: object) => said(Toleration, toleration).map(([path]) => path);
  expect(field({})).toEqual(['key']);
  expect(field({ operator: 'Equal', value: 'x' })).toEqual(['key']);
  expect(field({ key: 'a', operator: 'Exists', value: 'b' })).toEqual(['value']);
  expect(field({ key: 'a b' })).toEqual(['key']);
  expect(field({ key: 'a', value: 'b c' })).toEqual(['value']);
  expect(field({ key: 'a', operator: 'In' })).toEqual(['operator']);
  expect(field({ key: 'a', effect: 'Never' })).toEqual(['effect']);
  expect(field({ key: 'a', tolerationSeconds: 5, hostPath: '/' })).toEqual([
    'tolerationSeconds',
    'hostPath'
  ]);
});

describe('an e-mail address', () => {
  test.each([
    'a@example.org',
    "first.o'last+tag@sub-domain.example.co",
    `${'a'.repeat(64)}@example.org`,
    `a@${'b'.repeat(63)}.org`
  ])('may be %s', address => expect(fits(Email, address)).toBe(true));

  test.each([
    'a',
    'a@example',
    '.a@example.org',
    'a.@example.org',
    'a..b@example.org',
    'a b@example.org',
    'a@-example.org',
    'a@example-.org',
    `${'a'.repeat(65)}@example.org`,
    `a@${'b'.repeat(64)}.org`,
    `a@${'b.'.repeat(130)}org`
  ])('may not be %s', address => expect(fits(Email, address)).toBe(false));
});
