import type { Operation } from '@topsdl/contract';
import type { Values } from './fields.ts';

/** A value as Python writes it. */
export function pythonLiteral(value: unknown): string {
  if (value === null || value === undefined) {
    return 'None';
  }
  if (typeof value === 'boolean') {
    return value ? 'True' : 'False';
  }
  if (Array.isArray(value)) {
    return `[${value.map(pythonLiteral).join(', ')}]`;
  }
  if (typeof value === 'object') {
    const entries = Object.entries(value).map(
      ([key, inner]) => `${JSON.stringify(key)}: ${pythonLiteral(inner)}`
    );
    return `{${entries.join(', ')}}`;
  }
  // JSON's texts and numbers are Python's as well.
  return JSON.stringify(value);
}

/**
 * Python that calls an operation: `tops` is what `topsdl.connect()` gives.
 *
 * @param path arguments of the address, as Python; `tops.project_id` is one
 * @param body the body, by the contract's names
 */
export function pythonCall(operation: Operation, path: readonly string[], body: Values): string {
  const name = operation.id.split('.').map(snake).join('.');
  const fields = Object.entries(body).map(
    ([field, value]) => `${snake(field)}=${pythonLiteral(value)}`
  );
  const all = [...path, ...fields];
  const line = `tops.api.${name}(${all.join(', ')})`;
  return line.length <= 88
    ? line
    : `tops.api.${name}(\n${all.map(argument => `    ${argument},\n`).join('')})`;
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);
}
