import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { operations } from '@topsdl/contract';
import { startCompanion } from '@topsdl/testing';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setServingStage, type ServingStage } from '../support/servingStage.ts';
import { writeWheels } from '../support/wheels.ts';

const { serving } = operations;

const wheels = mkdtempSync(join(tmpdir(), 'wheels-'));
let serve: ServingStage;

beforeAll(async () => {
  const python = execFileSync('python3', ['-c', 'import sys; print(sys.executable)']);
  writeWheels(wheels);
  const companion = await startCompanion({
    args: ['--python', python.toString().trim()],
    env: { PIP_NO_INDEX: '1', PIP_FIND_LINKS: wheels }
  });
  serve = await setServingStage(companion);
}, 60_000);

afterAll(async () => {
  await serve?.end();
  rmSync(wheels, { recursive: true, force: true });
}, 60_000);

test('requirements lie in the layer, with what they need and their programs', async () => {
  const packageId = await serve.package('with requirements');
  const version = await serve.built(
    await serve.build(packageId, {
      requirements: ['tinyone==1.0', 'pip>=1'],
      arguments: [
        'bash',
        '-c',
        'tiny && python3 -c "import tinytwo; tinytwo.hello()" && exec python3 /workspace/algorithm/server/serve.py'
      ]
    })
  );
  const log = await serve.log(version.id);
  expect(`${version.state} ${log}`).toMatch(/^completed [^]*pip>=1: the base image has/);
  const { owner, projectId, spec } = serve.stage;
  const { id } = await owner.call(serving.createService, {
    params: { projectId },
    body: { name: 'tiny' }
  });
  await owner.call(serving.addProduction, {
    params: { serviceId: id },
    body: { packageVersionId: version.id, specId: spec.id, replicas: 1 }
  });
  await serve.serves(id);
  const { lines } = await owner.call(serving.logs, {
    params: { serviceId: id, role: 'production' },
    query: {}
  });
  expect(lines.map(({ text }) => text)).toEqual(
    expect.arrayContaining(['tinyone 1.0 says hello', 'tinytwo 2.5 says hello'])
  );
  await owner.call(serving.removeProduction, { params: { serviceId: id } });
}, 90_000);

test('a requirement that there is not fails the build, and the log says why', async () => {
  const packageId = await serve.package('without');
  const version = await serve.built(
    await serve.build(packageId, { requirements: ['tinyone==9.9'] })
  );
  expect(version.state).toBe('failed');
  expect(await serve.log(version.id)).toMatch(/tinyone==9\.9[^]*could not be fetched/);
}, 60_000);

test.each([
  ['that are all fetched', ['tinyone==1.0', 'tinytwo==1.0'], /tinyone 1\.0 depends on tinytwo>=2/],
  ['one of which the base image has', ['tinyold', 'pip>=1'], /tinyold 1\.0 depends on pip<1/]
])(
  'requirements that contradict each other fail the build: %s',
  async (name, requirements, why) => {
    const version = await serve.built(
      await serve.build(await serve.package(name), { requirements })
    );
    expect(version.state).toBe('failed');
    expect(await serve.log(version.id)).toMatch(why);
  },
  60_000
);

test('a fetch ends with the companion that began it, and the next begins the build anew', async () => {
  const python = execFileSync('python3', ['-c', 'import sys; print(sys.executable)']);
  // An index that takes requests and answers none, until it is told to.
  const index = createServer();
  index.listen(0, '127.0.0.1');
  await once(index, 'listening');
  const companion = await startCompanion({
    args: ['--python', python.toString().trim()],
    env: { PIP_INDEX_URL: `http://127.0.0.1:${(index.address() as AddressInfo).port}/` }
  });
  const own = await setServingStage(companion);
  try {
    const packageId = await own.package('interrupted');
    const asked = once(index, 'request') as Promise<[IncomingMessage]>;
    const version = await own.build(packageId, { requirements: ['tinyone'] });
    const [request] = await asked;
    const gone = once(request.socket, 'close');
    const again = once(index, 'request') as Promise<[IncomingMessage, ServerResponse]>;
    await companion.kill();
    await gone;
    await companion.start();
    const [, response] = await again;
    index.on('request', (_, later) => later.writeHead(404).end());
    response.writeHead(404).end();
    expect((await own.built(version)).state).toBe('failed');
    expect(await own.log(version.id)).toContain('could not be fetched');
  } finally {
    await own.end();
    index.close();
  }
}, 90_000);
