import { describe, expect, test } from '@jest/globals';
import { ServerConnection } from '@jupyterlab/services';
import { nullTranslator } from '@jupyterlab/translation';
import { ConnectionError, ProblemError } from '@topsdl/client';
import { refusalOf } from '../src/drive/refusal.ts';

const trans = nullTranslator.load('topsdl');

describe('JupyterLab goes by the status of what a drive refuses', () => {
  test.each([
    ['file-exists', 409, '“a.py” exists already.'],
    ['file-not-found', 404, 'There is no “a.py”.'],
    ['version-sealed', 403, 'Version 1 is sealed; make a new version from it.']
  ])('%s', async (code, status, detail) => {
    const problem = { type: `/problems/${code}`, title: code, status, detail, code, params: {} };
    const refusal = await refusalOf(new ProblemError(problem), trans);
    expect(refusal).toBeInstanceOf(ServerConnection.ResponseError);
    expect(refusal).toMatchObject({ message: detail, response: { status } });
  });

  test('a server that cannot be reached', async () => {
    const refusal = await refusalOf(new ConnectionError('refused'), trans);
    expect(refusal).toMatchObject({ response: { status: 503 } });
  });
});
