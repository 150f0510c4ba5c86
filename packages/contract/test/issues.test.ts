import { expect, test } from '@jest/globals';
import type { z } from 'zod';
import { faultsOf, operations, sentence, type Operation } from '../src/index.ts';

/** What people read of what is wrong with a body. */
function said(operation: Operation, body: unknown): string[] {
  const { error } = (operation.body as z.ZodType).safeParse(body);
  return faultsOf(error?.issues ?? []).map(({ code, params }) => sentence(code, params));
}

test('a number out of its range is told the end that it passed', () => {
  const { createToken } = operations.account;
  expect(said(createToken, { name: 'a', expiresInDays: 0 })).toEqual(['At least 1.']);
  expect(said(createToken, { name: 'a', expiresInDays: 1e6 })).toEqual(['At most 3650.']);
});

test('a key of a table is told its own rule', () => {
  const definition = { environment: { '1st': 'a' } };
  expect(said(operations.training.update, definition)).toEqual([
    'Letters, digits and _, not beginning with a digit.'
  ]);
});
