import type { Operation } from '@topsdl/contract';
import type { Host } from '../host.tsx';
import type { Values } from './fields.ts';

/** What Python has to be told of where one is. */
export type PythonPlace = Pick<Host, 'session'>;

/** Asks for a value instead of holding it: a secret does not belong into a notebook. */
export class Asked {
  readonly prompt: string;

  constructor(prompt: string) {
    this.prompt = prompt;
  }
}

/** A value as Python writes it. */
export function pythonLiteral(value: unknown): string {
  if (value === null || value === undefined) {
    return 'None';
  }
  if (value instanceof Asked) {
    return `getpass(${pythonLiteral(`${value.prompt}: `)})`;
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
 * @param params parameters of the address by the contract's names; the project is the workspace's own
 *   where it is not among them
 * @param body the body, by the contract's names
 */
export function pythonCall(
  operation: Operation,
  params: Readonly<Record<string, string>>,
  body: Values
): string {
  const name = operation.id.split('.').map(snake).join('.');
  const path = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, parameter = '']) =>
    parameter === 'projectId' && params[parameter] === undefined
      ? 'tops.project_id'
      : pythonLiteral(params[parameter])
  );
  const fields = Object.entries(body).map(
    ([field, value]) => `${snake(field)}=${pythonLiteral(value)}`
  );
  const all = [...path, ...fields];
  const line = `tops.api.${name}(${all.join(', ')})`;
  return line.length <= 88
    ? line
    : `tops.api.${name}(\n${all.map(argument => `    ${argument},\n`).join('')})`;
}

/** A cell that runs as it stands: it imports, connects to the project and calls the operation. */
export function pythonCell(
  place: PythonPlace,
  operation: Operation,
  params: Readonly<Record<string, string>>,
  body: Values
): string {
  // A kernel acts as the owner of the data directory by itself, who is no administrator.
  const who = place.session.may('admin') ? ['admin=True'] : [];
  const call = pythonCall(operation, params, body);
  return [
    ...(call.includes('getpass(') ? ['from getpass import getpass', ''] : []),
    'import topsdl',
    '',
    `tops = topsdl.connect(${[...who, ...project(place)].join(', ')})`,
    call
  ].join('\n');
}

/**
 * Python for a thing that has a name, such as `topsdl.dataset("digits", version=3)`; for dragging into
 * a cell.
 *
 * @param kind a function of the Python package
 * @param about its further arguments, by name; what is undefined or false is left out
 */
export function pythonThing(
  place: PythonPlace,
  kind: 'dataset' | 'algorithm' | 'model' | 'run' | 'service',
  name: string,
  about: Readonly<Record<string, number | boolean | undefined>> = {}
): string {
  const named = Object.entries(about)
    .filter(([, value]) => value !== undefined && value !== false)
    .map(([key, value]) => `${key}=${pythonLiteral(value)}`);
  return `topsdl.${kind}(${[pythonLiteral(name), ...named, ...project(place)].join(', ')})`;
}

/** The project by its name, where the one that Python takes by itself may be another. */
function project({ session }: PythonPlace): string[] {
  return session.projects.length > 1 && session.project
    ? [`project=${pythonLiteral(session.project.name)}`]
    : [];
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);
}
