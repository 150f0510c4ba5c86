import { z } from 'zod';
import type { Operation } from '../../packages/contract/src/index.ts';

interface Field {
  /** Name on the wire. */
  readonly wire: string;
  readonly python: string;
  readonly place: 'path' | 'query' | 'body';
  readonly required: boolean;
  readonly type: string;
}

type Schema = {
  type?: string | string[];
  $ref?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  $defs?: Record<string, Schema>;
};

const KEYWORDS = new Set([
  'from',
  'in',
  'class',
  'def',
  'is',
  'not',
  'or',
  'and',
  'import',
  'global'
]);

const snake = (name: string) => {
  const word = name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);
  return KEYWORDS.has(word) ? `${word}_` : word;
};

function annotation(schema: Schema, defs: Record<string, Schema>): string {
  if (schema.$ref) {
    return annotation(defs[schema.$ref.split('/').at(-1) ?? ''] ?? {}, defs);
  }
  if (schema.enum && schema.enum.every(value => typeof value === 'string')) {
    return `Literal[${schema.enum.map(value => JSON.stringify(value)).join(', ')}]`;
  }
  if (typeof schema.const === 'string') {
    return `Literal[${JSON.stringify(schema.const)}]`;
  }
  if (schema.anyOf) {
    return [...new Set(schema.anyOf.map(option => annotation(option, defs)))].join(' | ');
  }
  switch (schema.type) {
    case 'string':
      return 'str';
    case 'integer':
      return 'int';
    case 'number':
      return 'float';
    case 'boolean':
      return 'bool';
    case 'null':
      return 'None';
    case 'array':
      return `Sequence[${annotation(schema.items ?? {}, defs)}]`;
    case 'object':
      return 'Mapping[str, Any]';
    default:
      return 'Any';
  }
}

function fieldsOf(schema: z.ZodType | undefined, place: Field['place']): Field[] {
  if (!schema) {
    return [];
  }
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema;
  const required = new Set(json.required ?? []);
  return Object.entries(json.properties ?? {}).map(([wire, value]) => ({
    wire,
    python: snake(wire),
    place,
    required: place === 'path' || required.has(wire),
    type: annotation(value, json.$defs ?? {})
  }));
}

function method(operation: Operation): string {
  const name = snake(operation.id.split('.')[1] ?? '');
  const fields = [
    ...fieldsOf(operation.params, 'path'),
    ...fieldsOf(operation.query, 'query'),
    ...fieldsOf(operation.body, 'body')
  ];
  const positional = fields.filter(field => field.place === 'path');
  const keyword = fields
    .filter(field => field.place !== 'path')
    .sort((a, b) => Number(b.required) - Number(a.required));
  const parameters = [
    'self',
    ...positional.map(field => `${field.python}: ${field.type}`),
    ...(operation.rawBody ? ['content: Content'] : []),
    ...(keyword.length || operation.headers || operation.idempotencyKey ? ['*'] : []),
    ...keyword.map(
      field => `${field.python}: ${field.type}${field.required ? '' : ' | Unset = UNSET'}`
    ),
    ...Object.keys(operation.headers ?? {}).map(header => `${headerName(header)}: str | int`),
    ...(operation.idempotencyKey ? ['idempotency_key: str | None = None'] : [])
  ];
  const result = operation.rawResponse ? 'Stream' : operation.status === 204 ? 'None' : 'Any';
  const dictionary = (place: Field['place']) => {
    const entries = fields
      .filter(field => field.place === place)
      .map(field => `${JSON.stringify(field.wire)}: ${field.python}`);
    return entries.length ? `{${entries.join(', ')}}` : 'None';
  };
  const path = operation.path.replace(/\{(\w+)\}/g, (_, wire: string) => `{quote(${snake(wire)})}`);
  const headers = [
    ...Object.keys(operation.headers ?? {}).map(
      header => `${JSON.stringify(header)}: str(${headerName(header)})`
    ),
    ...(operation.idempotencyKey ? ['"Idempotency-Key": idempotency_key'] : [])
  ];
  const call = [
    JSON.stringify(operation.method),
    `${path.includes('{') ? 'f' : ''}${JSON.stringify(path)}`,
    `query=${dictionary('query')}`,
    `body=${operation.body ? (dictionary('body') === 'None' ? '{}' : dictionary('body')) : 'None'}`,
    ...(headers.length ? [`headers={${headers.join(', ')}}`] : []),
    ...(operation.rawBody
      ? [`content=content`, `content_type=${JSON.stringify(operation.rawBody.contentType)}`]
      : []),
    ...(operation.rawResponse
      ? [`accept=${JSON.stringify(operation.rawResponse.contentType)}`]
      : [])
  ];
  const verb = operation.rawResponse ? 'stream' : 'call';
  return [
    `    def ${name}(`,
    ...parameters.map(parameter => `        ${parameter},`),
    `    ) -> ${result}:`,
    `        """${operation.summary.replaceAll('\\', '\\\\')}"""`,
    `        return self._transport.${verb}(`,
    ...call.map(argument => `            ${argument},`),
    `        )`
  ].join('\n');
}

const headerName = (header: string) => header.toLowerCase().replaceAll('-', '_');

/** The Python client's operations: a class a feature, a method an operation. */
export function pythonApi(list: readonly Operation[]): string {
  const features = new Map<string, Operation[]>();
  for (const operation of list) {
    const feature = operation.id.split('.')[0] ?? '';
    features.set(feature, [...(features.get(feature) ?? []), operation]);
  }
  const className = (feature: string) => `${feature[0]?.toUpperCase()}${feature.slice(1)}Api`;
  const classes = [...features].map(([feature, operations]) =>
    [
      `class ${className(feature)}(Group):`,
      `    """Operations of ${feature}."""`,
      '',
      operations.map(method).join('\n\n')
    ].join('\n')
  );
  return [
    '# Made from the contract by `jlpm generate`. Do not edit.',
    '"""Every operation of the API, as the contract declares it."""',
    '',
    'from __future__ import annotations',
    '',
    'from collections.abc import Mapping, Sequence',
    'from typing import Any, Literal',
    '',
    'from .transport import UNSET, Content, Group, Stream, Transport, Unset, quote',
    '',
    '',
    classes.join('\n\n\n'),
    '',
    '',
    'class Api:',
    '    """All operations, by feature."""',
    '',
    '    def __init__(self, transport: Transport) -> None:',
    ...[...features.keys()].map(
      feature => `        self.${feature} = ${className(feature)}(transport)`
    ),
    ''
  ].join('\n');
}
