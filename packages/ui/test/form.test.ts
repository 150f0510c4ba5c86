/** @jest-environment jsdom */
import './browser.ts';
import { expect, test } from '@jest/globals';
import { ProblemError } from '@topsdl/client';
import { allOperations, operations } from '@topsdl/contract';
import type { ITopsTranslation } from '@topsdl/lab';
import {
  bodyOf,
  changesOf,
  check,
  faultsIn,
  fieldsOf,
  placeFaults,
  widgetFor
} from '../src/form/fields.ts';
import { pythonCall } from '../src/form/python.ts';
import { formatQuantity, parseBytes, parseQuantity } from '../src/form/quantity.ts';

const english = { language: 'en', locale: 'en' } as ITopsTranslation;
const chinese = { language: 'zh', locale: 'zh-CN' } as ITopsTranslation;
const { createSpec } = operations.admin;

test('the fields of every operation with a body can be made', () => {
  for (const operation of allOperations) {
    if (operation.body) {
      expect(() => fieldsOf(operation)).not.toThrow();
    }
  }
});

test('what a field may hold comes from the contract', () => {
  const fields = fieldsOf(createSpec);
  expect(fields['name']).toMatchObject({ type: 'string', required: true, nullable: false });
  expect(fields['cpu']).toMatchObject({ type: 'number', minimum: 0.1, maximum: 1024 });
  expect(fields['cardResource']).toMatchObject({ required: true, nullable: true });
  const label = { label: '' };
  expect(widgetFor(label, fields['ib'])).toBe('switch');
  expect(widgetFor(label, fields['cards'])).toBe('number');
  expect(widgetFor({ label: '', options: [] }, fields['name'])).toBe('choice');
  expect(widgetFor(label, fieldsOf(operations.training.create)['environment'])).toBe('pairs');
});

test('what is left empty is not sent, or is null where null means something', () => {
  const fields = fieldsOf(createSpec);
  const values = { name: 'x', model: '', cpu: 1, cardResource: '', ib: false };
  expect(bodyOf(values, fields)).toEqual({ name: 'x', cpu: 1, cardResource: null, ib: false });
});

test('of an edited object only what changed is sent', () => {
  const before = { name: 'x', quotas: [{ resource: 'cpu', limit: '4' }], note: undefined };
  const body = { name: 'x', quotas: [{ resource: 'cpu', limit: '8' }] };
  expect(changesOf(body, before)).toEqual({ quotas: [{ resource: 'cpu', limit: '8' }] });
});

test('faults are told in the language of the user, at their field', () => {
  const body = { name: 'a/b', quotas: [{ resource: 'cpu', limit: '3 or so' }] };
  const faults = check(operations.projects.create, body, english);
  expect(faults['name']).toContain('1–50 characters');
  expect(faultsIn(faults, 'quotas')).toEqual([
    { path: '0.limit', text: 'A quantity such as 48, 500m or 128Gi.' }
  ]);
  expect(check(operations.projects.create, body, chinese)['name']).toContain('字符');
  expect(check(operations.projects.create, { name: '数字' }, english)).toEqual({});
});

test('a size that is none is told as a size, not as a number', () => {
  const hints = { memoryBytes: { label: 'Memory', widget: 'bytes' as const } };
  const body = (memoryBytes: unknown) => ({
    name: 'x',
    model: '',
    cpu: 1,
    memoryBytes,
    cards: 0,
    cardResource: null,
    ib: false,
    roce: false
  });
  for (const typed of ['1e9', '-1', '1Ki;', '0x10', ' 1', '１', '1e400']) {
    const value = parseBytes(typed) ?? typed;
    expect([typed, check(createSpec, body(value), english, hints)]).toEqual([
      typed,
      { memoryBytes: 'A size such as 16Gi or 512Mi.' }
    ]);
  }
  expect(check(createSpec, body(parseBytes('16Gi')), english, hints)).toEqual({});
  expect(check(createSpec, body('much'), chinese, hints)['memoryBytes']).toContain('16Gi');
});

test('quantities are read as people write them', () => {
  expect(parseQuantity('500m')).toBe(0.5);
  expect(parseQuantity('16Gi')).toBe(16 * 1024 ** 3);
  expect(parseQuantity('3 or so')).toBeNull();
  expect(parseBytes('16G')).toBe(16 * 1024 ** 3);
  expect(parseBytes('1.5 GiB')).toBe(1.5 * 1024 ** 3);
  expect(parseBytes('much')).toBeNull();
  expect(formatQuantity(16 * 1024 ** 3)).toBe('16Gi');
  expect(formatQuantity(parseBytes('1.5Gi') ?? 0)).toBe('1.5Gi');
  expect(formatQuantity(1000)).toBe('1000');
});

test('Python of a call has its names and its literals', () => {
  expect(
    pythonCall(createSpec, {}, { name: 'a"b', memoryBytes: 5, ib: true, cardResource: null })
  ).toBe('tops.api.admin.create_spec(name="a\\"b", memory_bytes=5, ib=True, card_resource=None)');
});

test('a problem without fields is told at the field it names, one with several at each', () => {
  const problem = (part: object) =>
    new ProblemError({
      type: 't',
      title: 't',
      status: 409,
      detail: 'd',
      code: 'name-taken',
      params: { name: 'x' },
      ...part
    });
  expect(placeFaults(problem({ field: 'body.name' }), ['name'], english)).toEqual({
    name: '“x” exists already.'
  });
  const fields = [{ field: 'body.cpu', code: 'rule.required', params: {}, detail: 'd' }];
  expect(
    placeFaults(problem({ code: 'invalid', field: 'body.cpu', fields }), ['cpu'], english)
  ).toEqual({ cpu: 'Required.' });
  expect(placeFaults(problem({ field: 'body.other' }), ['name'], english)).toEqual({});
});
