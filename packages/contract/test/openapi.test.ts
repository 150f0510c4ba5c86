import { expect, test } from '@jest/globals';
import { allOperations, openapi } from '../src/index.ts';

const { paths } = openapi(allOperations, '0') as {
  paths: Record<
    string,
    Record<
      string,
      {
        parameters: { name: string; in: string; schema: object }[];
        requestBody?: { content: Record<string, { schema: { required?: string[] } }> };
        responses: Record<string, { content?: object }>;
      }
    >
  >;
};

test('an answer that may be of two types names both', () => {
  const answer = paths['/api/dataset-versions/{versionId}/training-data/content']!['get']!;
  expect(answer.responses['200']!.content).toEqual({
    'application/octet-stream': { schema: { type: 'string', format: 'binary' } },
    'application/zip': { schema: { type: 'string', format: 'binary' } }
  });
});

test('a stream of events is not called a string of bytes, and text is not called binary', () => {
  const logs = paths['/api/training-runs/{runId}/logs/stream']!['get']!;
  expect(logs.responses['200']!.content).toEqual({ 'text/event-stream': {} });
  const log = paths['/api/tasks/{taskId}/log']!['get']!;
  expect(log.responses['200']!.content).toEqual({ 'text/plain': { schema: { type: 'string' } } });
});

test('a header says what form its value has', () => {
  const append = paths['/api/uploads/{uploadId}']!['patch']!;
  expect(append.parameters.find(({ name }) => name === 'Upload-Offset')).toMatchObject({
    in: 'header',
    schema: { type: 'integer', minimum: 0 }
  });
});

test('a package version needs the command that it starts with', () => {
  const create = paths['/api/packages/{packageId}/versions']!['post']!;
  const { schema } = create.requestBody!.content['application/json']!;
  expect(schema.required).toEqual(['modelVersionIds', 'arguments']);
});
