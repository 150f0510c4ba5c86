import { z } from 'zod';
import { Linker, type Links } from './links.ts';
import type { Operation } from './operation.ts';
import { Problem } from './problem.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

const toSchema = (schema: z.ZodType, io: 'input' | 'output'): JsonObject => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    target: 'draft-2020-12',
    unrepresentable: 'any',
    reused: 'inline'
  }) as JsonObject;
  return rest;
};

/** Moves the `$defs` that zod puts into each schema to the document's components. */
function hoist(
  schema: JsonObject,
  components: Map<string, JsonObject>,
  suffix: string
): JsonObject {
  const { $defs, ...rest } = schema;
  for (const [name, definition] of Object.entries(($defs ?? {}) as Record<string, JsonObject>)) {
    components.set(name + suffix, rename(definition, suffix));
  }
  return rename(rest, suffix);
}

function rename<T extends Json>(value: T, suffix: string): T {
  if (Array.isArray(value)) {
    return value.map(entry => rename(entry, suffix)) as T;
  }
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value)
      .filter(([key]) => key !== 'id' || typeof value['id'] !== 'string')
      .map(([key, entry]): [string, Json] =>
        key === '$ref' && typeof entry === 'string'
          ? [key, entry.replace('#/$defs/', '#/components/schemas/') + suffix]
          : [key, rename(entry, suffix)]
      );
    return Object.fromEntries(entries) as T;
  }
  return value;
}

function parameters(operation: Operation, components: Map<string, JsonObject>): JsonObject[] {
  const of = (schema: z.ZodObject, place: 'path' | 'query') => {
    const object = hoist(toSchema(schema, 'input'), components, 'Input');
    const required = new Set((object['required'] as string[] | undefined) ?? []);
    return Object.entries((object['properties'] ?? {}) as Record<string, JsonObject>).map(
      ([name, value]): JsonObject => ({
        name,
        in: place,
        required: place === 'path' || required.has(name),
        schema: value
      })
    );
  };
  const headers = Object.entries(operation.headers ?? {}).map(
    ([name, { description, schema }]): JsonObject => ({
      name,
      in: 'header',
      required: true,
      description,
      schema: hoist(toSchema(schema, 'input'), components, 'Input')
    })
  );
  if (operation.idempotencyKey) {
    headers.push({
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      description: 'Repeating the request with the same key does it once.',
      schema: { type: 'string', minLength: 1, maxLength: 100, pattern: '^[A-Za-z0-9._:-]+$' }
    });
  }
  return [...of(operation.params, 'path'), ...of(operation.query, 'query'), ...headers];
}

/** What a raw body is: a stream of events has no schema of its own, text is a string, the rest is bytes. */
function mediaType(contentType: string): JsonObject {
  if (contentType === 'text/event-stream') {
    return {};
  }
  return {
    schema: contentType.startsWith('text/')
      ? { type: 'string' }
      : { type: 'string', format: 'binary' }
  };
}

/** @param links where the answer leads to */
function document(
  operation: Operation,
  components: Map<string, JsonObject>,
  answer: JsonObject | undefined,
  links: Links
): JsonObject {
  const problem = {
    description: 'Problem details',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } }
  };
  const success: JsonObject = { description: operation.summary };
  if (answer) {
    success['content'] = { 'application/json': { schema: answer } };
    if (Object.keys(links).length > 0) {
      success['links'] = links;
    }
  } else if (operation.rawResponse) {
    const { contentType, otherTypes = [] } = operation.rawResponse;
    success['content'] = Object.fromEntries(
      [contentType, ...otherTypes].map(type => [type, mediaType(type)])
    );
  }
  const described: JsonObject = {
    operationId: operation.id,
    tags: [operation.id.split('.')[0] ?? ''],
    summary: operation.summary,
    parameters: parameters(operation, components),
    responses: { [String(operation.status)]: success, default: problem },
    'x-access': operation.access as unknown as Json
  };
  if (operation.access.scope === 'public') {
    described['security'] = [];
  }
  if (operation.body) {
    described['requestBody'] = {
      required: true,
      content: {
        'application/json': {
          schema: hoist(toSchema(operation.body, 'input'), components, 'Input')
        }
      }
    };
  } else if (operation.rawBody) {
    described['requestBody'] = {
      required: true,
      description: operation.rawBody.description,
      content: { [operation.rawBody.contentType]: mediaType(operation.rawBody.contentType) }
    };
  }
  return described;
}

/**
 * The OpenAPI 3.1 document of the operations.
 *
 * @param list operations, in the order they are to appear
 * @param version the product's version
 * @param cookie the name of the session cookie, which is another in each installation
 */
export function openapi(
  list: readonly Operation[],
  version: string,
  cookie = 'topsdl'
): JsonObject {
  const components = new Map<string, JsonObject>();
  components.set('Problem', hoist(toSchema(Problem, 'output'), components, ''));
  const answers = new Map<Operation, JsonObject>();
  for (const operation of list) {
    if (operation.response) {
      answers.set(operation, hoist(toSchema(operation.response, 'output'), components, ''));
    }
  }
  const paths: Record<string, JsonObject> = {};
  const linker = new Linker(list, answers, components);
  for (const operation of list) {
    const path = (paths[`/api${operation.path}`] ??= {});
    path[operation.method.toLowerCase()] = document(
      operation,
      components,
      answers.get(operation),
      linker.linksOf(operation)
    );
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'TopsDL',
      version,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' }
    },
    servers: [{ url: '.' }],
    security: [{ bearer: [] }, { cookie: [] }],
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        cookie: { type: 'apiKey', in: 'cookie', name: cookie }
      },
      schemas: Object.fromEntries([...components].sort(([a], [b]) => (a < b ? -1 : 1)))
    }
  };
}
