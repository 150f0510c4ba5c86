import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { operations } from '@topsdl/contract';
import { startCompanion } from '@topsdl/testing';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { setServingStage, type ServingStage } from '../support/servingStage.ts';

const { serving } = operations;
let serve: ServingStage;
let first: string;
let second: string;

beforeAll(async () => {
  serve = await setServingStage(await startCompanion());
}, 60_000);

afterAll(() => serve?.end(), 60_000);

const add = (serviceId: string, packageVersionId: string, replicas = 1) => ({
  params: { serviceId },
  body: { packageVersionId, specId: serve.stage.spec.id, replicas }
});

test('a version is built in a sandbox, with its log, and can be built only once', async () => {
  const packageId = await serve.package('digits');
  const version = await serve.build(packageId, {
    environment: { NAME: 'one' },
    setupCommand:
      'echo setting up; printf "#!/bin/sh\\necho from the layer\\n" > $TOPSDL_LAYER/bin/tool; chmod +x $TOPSDL_LAYER/bin/tool; touch /workspace/model/digits/x 2>&1 | sed s/^/refused:/'
  });
  expect(['pending', 'building']).toContain(version.state);
  const built = await serve.built(version);
  expect(built).toMatchObject({ state: 'completed', reason: null, number: 1 });
  expect(built.bytes).toBeGreaterThan(0);
  const log = await serve.log(built.id);
  expect(log).toMatch(/setting up[^]*refused:.*Read-only[^]*Built\./);
  first = built.id;
  await expect(
    serve.stage.owner.call(serving.build, { params: { packageVersionId: first } })
  ).rejects.toMatchObject({ code: 'wrong-state' });

  second = (await serve.built(await serve.build(packageId, { environment: { NAME: 'two' } }))).id;
  const page = await serve.stage.owner.call(serving.getPackage, { params: { packageId } });
  expect(page.versions.map(({ number, state }) => [number, state])).toEqual([
    [2, 'completed'],
    [1, 'completed']
  ]);
}, 90_000);

test('a build that fails says so, is built again, and one that runs can be stopped', async () => {
  const packageId = await serve.package('failing');
  const failing = await serve.built(
    await serve.build(packageId, { setupCommand: 'apt-get update || exit 7' })
  );
  expect(failing).toMatchObject({
    state: 'failed',
    reason: { code: 'build-failed', params: { exitCode: 7 } },
    bytes: null
  });
  // Whatever apt-get has made of it, the log says what the sandbox lets a command do, and what to do instead.
  expect(await serve.log(failing.id)).toMatch(
    /The setup command ended with exit code 7\.\n.*has no network.*\n.*requirements/
  );
  const { owner } = serve.stage;
  const again = await owner.call(serving.build, { params: { packageVersionId: failing.id } });
  expect(['pending', 'building']).toContain(again.state);
  expect((await serve.built(again)).state).toBe('failed');

  const slow = await serve.build(packageId, { setupCommand: 'echo begun; sleep 600' });
  await serve.until(
    () => serve.version(slow.id),
    ({ state }) => state === 'building'
  );
  await owner.call(serving.stopBuild, { params: { packageVersionId: slow.id } });
  expect((await serve.built(slow)).state).toBe('stopped');
  await serve.until(
    () =>
      owner.call(serving.deletePackageVersion, { params: { packageVersionId: slow.id } }).then(
        () => true,
        () => false
      ),
    gone => gone
  );
}, 90_000);

test('what a version may not ask for is refused at the field', async () => {
  const packageId = await serve.package('refused');
  const cases: [Parameters<ServingStage['build']>[1], string, string][] = [
    [
      { requirements: ['pandas==1.4 --index-url http://evil'] },
      'rule.requirement',
      'requirements.0'
    ],
    [{ requirements: ['-r /etc/passwd'] }, 'rule.requirement', 'requirements.0'],
    [{ requirements: ['x @ http://evil/x.whl'] }, 'rule.requirement', 'requirements.0'],
    [{ requirements: ['numpy\nRUN evil'] }, 'rule.requirement', 'requirements.0'],
    [{ arguments: [] }, 'rule.required', 'arguments']
  ];
  for (const [more, code, field] of cases) {
    await expect(serve.build(packageId, more)).rejects.toMatchObject({
      code: 'invalid',
      problem: { fields: [expect.objectContaining({ code, field: `body.${field}` })] }
    });
  }
  await expect(
    serve.build(packageId, { environment: { TOPSDL_LAYER: '/' } })
  ).rejects.toMatchObject({ code: 'variable-reserved' });
});

test('production and gray serve, are split exactly, and change places without losing a request', async () => {
  const { owner, projectId } = serve.stage;
  const service = await owner.call(serving.createService, {
    params: { projectId },
    body: { name: 'digits online' }
  });
  expect(service).toMatchObject({ production: null, gray: null, path: `/services/${service.id}/` });
  expect((await serve.call(service.id)).json).toMatchObject({ code: 'service-unavailable' });
  await expect(owner.call(serving.addGray, add(service.id, second))).rejects.toMatchObject({
    code: 'role-missing'
  });

  await owner.call(serving.addProduction, add(service.id, first, 2));
  const one = await serve.serves(service.id);
  expect(one.production).toMatchObject({ available: 2, replicas: 2, packageNumber: 1 });
  const answer = await serve.call(service.id, '/predict?x=1', {
    method: 'POST',
    body: 'hello',
    headers: { 'x-mine': '1' }
  });
  expect(answer).toMatchObject({ status: 200, role: 'production' });
  expect(answer.json).toMatchObject({
    name: 'one',
    model: 'the model',
    path: '/predict?x=1',
    body: 'hello'
  });
  expect(answer.json.seen).toContain('x-mine');
  expect(answer.json.seen).not.toContain('authorization');

  // A program with a token takes the short way, which adds no fields of node:http. A connection of its
  // own, for one that has asked the API stays with node:http.
  const plain = request({
    socketPath: serve.stage.companion.socket,
    path: `/services/${service.id}/`,
    headers: { authorization: `Bearer ${await serve.token()}` },
    agent: false
  }).end();
  const [response] = (await once(plain, 'response')) as [IncomingMessage];
  expect([response.statusCode, response.headers['keep-alive']]).toEqual([200, undefined]);
  response.resume();

  await owner.call(serving.addGray, add(service.id, second));
  await serve.serves(service.id, 'gray');
  const { running } = await owner.call(operations.projects.overview, {
    params: { projectId: serve.stage.projectId }
  });
  expect(running).toMatchObject(
    ['production', 'gray'].map(role => ({ kind: 'service', subjectId: service.id, role }))
  );
  expect(await serve.load(service.id, 500)).toEqual({
    failed: 0,
    roles: { production: 450, gray: 50 }
  });

  const loading = serve.load(service.id, 1500);
  for (let i = 0; i < 5; i++) {
    const before = await serve.service(service.id);
    const after = await owner.call(serving.swap, {
      params: { serviceId: service.id },
      body: { revision: before.revision }
    });
    expect(after.production?.id).toBe(before.gray?.id);
    expect(after).toMatchObject({ grayShare: 0.1, revision: before.revision + 1 });
  }
  await expect(
    owner.call(serving.swap, { params: { serviceId: service.id }, body: { revision: 1 } })
  ).rejects.toMatchObject({ code: 'changed-since' });
  expect(await loading).toEqual({ failed: 0, roles: { production: 1350, gray: 150 } });
  expect((await serve.call(service.id)).json).toMatchObject({ name: 'two' });

  // The share, and the replicas of the version that was production, while requests go on.
  await owner.call(serving.setShare, { params: { serviceId: service.id }, body: { share: 0.5 } });
  const shrinking = serve.load(service.id, 600);
  await owner.call(serving.setReplicas, {
    params: { serviceId: service.id, role: 'gray' },
    body: { replicas: 1 }
  });
  expect(await shrinking).toEqual({ failed: 0, roles: { production: 300, gray: 300 } });
  await owner.call(serving.setReplicas, {
    params: { serviceId: service.id, role: 'production' },
    body: { replicas: 2 }
  });
  expect((await serve.serves(service.id)).production?.available).toBe(2);

  const metrics = await owner.call(serving.metrics, {
    params: { serviceId: service.id },
    query: { minutes: 5 }
  });
  expect(metrics.production.requests).toHaveLength(60);
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  expect(sum(metrics.production.requests) + sum(metrics.gray.requests)).toBeGreaterThan(2600);
  expect(metrics.totals.gray.errors).toBe(0);
  const exported = await (await serve.stage.companion.fetch('/metrics')).text();
  expect(exported).toMatch(
    /topsdl_service_requests_total\{service="[^"]+",version="[^"]+",role="gray"\} \d+/
  );

  const logs = await owner.call(serving.logs, {
    params: { serviceId: service.id, role: 'production' },
    query: {}
  });
  expect(logs.lines.map(({ text }) => text)).toContain('serving two');

  await expect(
    owner.call(serving.removeProduction, { params: { serviceId: service.id } })
  ).rejects.toMatchObject({ code: 'gray-present' });
  const slow = serve.call(service.id, '/sleep', { headers: { 'x-topsdl-version': 'gray' } });
  const removing = serve.load(service.id, 300);
  // Nothing tells when a request has reached its replica.
  await new Promise(resolve => setTimeout(resolve, 200));
  await owner.call(serving.removeGray, { params: { serviceId: service.id } });
  expect((await slow).status).toBe(200);
  expect((await removing).failed).toBe(0);
  await expect(
    owner.call(serving.deletePackageVersion, { params: { packageVersionId: second } })
  ).rejects.toMatchObject({ code: 'still-used' });
  await owner.call(serving.removeProduction, { params: { serviceId: service.id } });
  await owner.call(serving.deleteService, { params: { serviceId: service.id } });
  expect((await serve.call(service.id)).status).toBe(404);
}, 180_000);

test('a replica that dies is started again, and the others serve meanwhile', async () => {
  const { owner, projectId } = serve.stage;
  const { id } = await owner.call(serving.createService, {
    params: { projectId },
    body: { name: 'mortal' }
  });
  await owner.call(serving.addProduction, add(id, first, 2));
  await serve.serves(id);
  expect((await serve.call(id, '/die', { method: 'POST', body: '{}' })).status).toBe(502);
  const degraded = await serve.until(
    () => serve.service(id),
    ({ production }) => production?.state === 'degraded'
  );
  expect(degraded.production?.reason).toMatchObject({
    code: 'replica-failed',
    params: { exitCode: 3 }
  });
  expect(await serve.load(id, 100)).toMatchObject({ failed: 0 });
  await serve.serves(id);
  await owner.call(serving.removeProduction, { params: { serviceId: id } });
}, 90_000);

test('without a session, and for members of other projects, there is nothing', async () => {
  const { admin, owner, projectId, companion } = serve.stage;
  const { id } = await owner.call(serving.createService, {
    params: { projectId },
    body: { name: 'private' }
  });
  expect((await companion.fetch(`/services/${id}/`)).status).toBe(401);
  const user = await admin.call(operations.admin.createUser, {
    body: { name: 'outsider', password: 'password', permissions: ['platform'] }
  });
  expect(user.name).toBe('outsider');
  const signedIn = await companion.client().raw(operations.account.signIn, {
    body: { name: 'outsider', password: 'password' }
  });
  const cookie = signedIn.headers.getSetCookie().map(value => value.split(';', 1)[0]);
  const outside = await companion.fetch(`/services/${id}/`, {
    headers: { cookie: cookie.join('; ') }
  });
  expect(outside.status).toBe(404);
  const foreign = await companion.fetch(`/services/${id}/`, {
    method: 'POST',
    headers: { cookie: cookie.join('; '), origin: 'http://evil.example' }
  });
  expect([403, 404]).toContain(foreign.status);
});
