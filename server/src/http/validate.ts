import { faultsOf } from '@topsdl/contract';
import type { z } from 'zod';
import { ProblemError, type FieldFault } from './problem.ts';

/** Faults that one answer lists at most. */
const MOST_FAULTS = 100;

/**
 * Checks a part of a request.
 *
 * @param place what the faults' paths begin with: `params`, `query` or `body`
 * @throws ProblemError `invalid` with each fault
 */
export function validate<T extends z.ZodType>(
  schema: T,
  value: unknown,
  place: string
): z.output<T> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) {
    return result.data;
  }
  const fields = faultsOf(result.error.issues.slice(0, MOST_FAULTS))
    .slice(0, MOST_FAULTS)
    .map(({ path, code, params }): FieldFault => ({
      field: path === '' ? place : `${place}.${path}`,
      code,
      params
    }));
  throw new ProblemError('invalid', {}, undefined, { fields });
}

/**
 * A query string's parameters as an object.
 *
 * @throws ProblemError `invalid` where one is given twice
 */
export function readQuery(url: string): Record<string, string> {
  const start = url.indexOf('?');
  const query: Record<string, string> = Object.create(null) as Record<string, string>;
  if (start < 0) {
    return query;
  }
  for (const [name, value] of new URLSearchParams(url.slice(start + 1))) {
    if (name in query) {
      throw new ProblemError('invalid', {}, undefined, {
        fields: [{ field: `query.${name}`, code: 'rule.format', params: {} }]
      });
    }
    query[name] = value;
  }
  return query;
}
