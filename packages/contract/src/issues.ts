import type { z } from 'zod';
import { isCode, type Params } from './problems/index.ts';

type Issue = z.core.$ZodIssue;

/** What a zod issue says, as a code of the catalogue with its parameters. */
export function describeIssue(issue: Issue): { code: string; params: Params } {
  if (isCode(issue.message)) {
    return { code: issue.message, params: {} };
  }
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? { code: 'rule.required', params: {} }
        : { code: 'rule.type', params: { expected: issue.expected } };
    case 'unrecognized_keys':
      return { code: 'rule.unknownField', params: {} };
    case 'invalid_value':
      return { code: 'rule.choice', params: { values: issue.values.map(String).join(', ') } };
    case 'too_small':
      return issue.origin === 'number' || issue.origin === 'int'
        ? { code: 'rule.range', params: { minimum: String(issue.minimum), maximum: '…' } }
        : { code: 'rule.length', params: {} };
    case 'too_big':
      return issue.origin === 'number' || issue.origin === 'int'
        ? { code: 'rule.range', params: { minimum: '…', maximum: String(issue.maximum) } }
        : { code: 'rule.length', params: {} };
    default:
      return { code: 'rule.format', params: {} };
  }
}

/** An issue's place as a field path; an unknown key is named itself. */
export function issuePath(issue: Issue): string {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys' && issue.keys[0] !== undefined) {
    path.push(issue.keys[0]);
  }
  return path.join('.');
}
