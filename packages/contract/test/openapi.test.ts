import { describe, expect, test } from '@jest/globals';
import { allOperations, openapi } from '../src/index.ts';

const { paths } = openapi(allOperations, '0') as {
  paths: Record<
    string,
    Record<
      string,
      {
        parameters: { name: string; in: string; schema: object }[];
        requestBody?: { content: Record<string, { schema: { required?: string[] } }> };
        responses: Record<
          string,
          { content?: object; links?: Record<string, { operationId: string; parameters: object }> }
        >;
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

describe('answers say where they lead', () => {
  const links = (path: string, method: string, status: string) =>
    paths[`/api${path}`]![method]!.responses[status]!.links ?? {};

  test('what is made, to what can be done with it', () => {
    const made = links('/datasets/{datasetId}/versions', 'post', '201');
    expect(made['datasets.listImages']).toEqual({
      operationId: 'datasets.listImages',
      parameters: { 'path.versionId': '$response.body#/id' }
    });
    const set = links('/projects/{projectId}/models', 'post', '201');
    expect(Object.keys(set)).toContain('models.createVersion');
    expect(Object.keys(set)).not.toContain('algorithms.createVersion');
  });

  test('a list, to its first object and its next page', () => {
    const labels = links('/dataset-versions/{versionId}/labels', 'get', '200');
    expect(labels['labeling.updateLabel.items.0']!.parameters).toEqual({
      'path.labelId': '$response.body#/items/0/id'
    });
    expect(links('/projects/{projectId}/datasets', 'get', '200')['datasets.list.next']).toEqual({
      operationId: 'datasets.list',
      parameters: {
        'path.projectId': '$request.path.projectId',
        'query.cursor': '$response.body#/next'
      }
    });
  });

  test('a file, to what else takes its path', () => {
    const written = links('/model-versions/{versionId}/files/content', 'put', '200');
    expect(written['models.readFile']!.parameters).toEqual({
      'path.versionId': '$request.path.versionId',
      'query.path': '$response.body#/path'
    });
    const listed = links('/training-runs/{runId}/files', 'get', '200');
    expect(Object.keys(listed)).toEqual(['training.fileContent.items.0']);
  });

  test('what holds another object, to that too', () => {
    const started = links('/dataset-versions/{versionId}/imports', 'post', '202');
    expect(started['tasks.cancel.task']!.parameters).toEqual({
      'path.taskId': '$response.body#/task/id'
    });
  });

  test('whatever names one object, but for what no answer shows as an object', () => {
    const led = new Set(
      Object.values(paths).flatMap(methods =>
        Object.values(methods).flatMap(({ responses }) =>
          Object.values(responses).flatMap(answer =>
            Object.values(answer.links ?? {}).map(({ operationId }) => operationId)
          )
        )
      )
    );
    const missed = allOperations.filter(({ id, path }) => path.includes('{') && !led.has(id));
    expect(missed.map(({ id }) => id)).toEqual(['account.deleteToken', 'datasets.exportContent']);
  });
});
