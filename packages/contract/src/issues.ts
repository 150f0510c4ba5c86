import type { z } from 'zod';
import { isCode, type Params } from './problems/index.ts';

type Issue = z.core.$ZodIssue;

/** What is wrong with a value, as a code of the catalogue with its parameters, and where in it. */
export interface Fault {
  /** A field path such as `quotas.0.limit`; empty for the value itself. */
  readonly path: string;
  readonly code: string;
  readonly params: Params;
}

/** What zod found, a fault for each field; an unknown field is one by itself. */
export function faultsOf(issues: readonly Issue[]): Fault[] {
  const faults = issues.flatMap((issue): Fault[] => {
    const path = issue.path.map(String);
    return issue.code === 'unrecognized_keys'
      ? issue.keys.map(key => ({
          path: [...path, key].join('.'),
          code: 'rule.unknownField',
          params: {}
        }))
      : [{ path: path.join('.'), ...describe(issue) }];
  });
  // Several checks may find the same, such as that a number is too large.
  const keyOf = ({ path, code }: Fault) => `${code} ${path}`;
  return [
    ...new Map(faults.toReversed().map(fault => [keyOf(fault), fault])).values()
  ].toReversed();
}

function describe(issue: Issue): { code: string; params: Params } {
  if (isCode(issue.message)) {
    return { code: issue.message, params: {} };
  }
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? { code: 'rule.required', params: {} }
        : { code: 'rule.type', params: { expected: issue.expected } };
    case 'invalid_value':
      return { code: 'rule.choice', params: { values: issue.values.map(String).join(', ') } };
    case 'too_small':
      return { code: LIMITS[sizeOf(issue.origin)][0], params: { limit: String(issue.minimum) } };
    case 'too_big':
      return { code: LIMITS[sizeOf(issue.origin)][1], params: { limit: String(issue.maximum) } };
    case 'not_multiple_of':
      return { code: 'rule.multiple', params: { step: String(issue.divisor) } };
    case 'invalid_key':
      // Of a record: what its key's own rule says.
      return issue.issues[0] ? describe(issue.issues[0]) : { code: 'rule.format', params: {} };
    default:
      return { code: 'rule.format', params: {} };
  }
}

/** What is said of too little and of too much, by what is measured. */
const LIMITS = {
  value: ['rule.minimum', 'rule.maximum'],
  characters: ['rule.tooShort', 'rule.tooLong'],
  entries: ['rule.tooFew', 'rule.tooMany']
} as const;

function sizeOf(origin: string): keyof typeof LIMITS {
  if (origin === 'string') {
    return 'characters';
  }
  return origin === 'array' || origin === 'set' || origin === 'map' ? 'entries' : 'value';
}
