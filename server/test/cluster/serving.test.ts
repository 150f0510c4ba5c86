import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { operations, type PackageVersion, type Service } from '@topsdl/contract';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testCluster } from '../compute/volcano/testCluster.ts';
import { setServingStage, type ServingStage } from '../support/servingStage.ts';
import { writeWheels } from '../support/wheels.ts';
import { ClusterStage } from './clusterStage.ts';
import { digitsOnline } from './digitsOnline.ts';

jest.setTimeout(240_000);

const { serving } = operations;
const cluster = testCluster();

const WRITE = `python3 -c "
from tensorboardX import SummaryWriter
w = SummaryWriter('/workspace/persistent-model/logs')
for i in range(5):
    w.add_scalar('loss', 1 / (i + 1), i)
w.close()
"`;

if (cluster === undefined) {
  test.skip('services on a cluster: none is up, see scripts/cluster', () => undefined);
} else {
  let on: ClusterStage;
  let serve: ServingStage;
  let first: PackageVersion;
  let second: PackageVersion;
  let service: Service;

  beforeAll(async () => {
    // As from inside the cluster; the engine's own suite goes through the API server.
    on = await ClusterStage.set(cluster, undefined, { TOPSDL_CLUSTER_REACH: 'direct' });
    serve = await setServingStage(on.companion);
    ({ first, second, service } = await digitsOnline(serve));
  });

  afterAll(async () => {
    try {
      await serve?.clear();
    } finally {
      await on?.close();
    }
  });

  const add = (packageVersionId: string, replicas: number) => ({
    params: { serviceId: service.id },
    body: { packageVersionId, specId: serve.stage.spec.id, replicas }
  });

  test('requests are shared exactly between two versions, also while these change places and grow', async () => {
    const { owner } = serve.stage;
    const params = { serviceId: service.id };
    expect([first, second]).toMatchObject([{ state: 'completed' }, { state: 'completed' }]);
    await owner.call(serving.addProduction, add(first.id, 1));
    await owner.call(serving.addGray, add(second.id, 1));
    await serve.serves(service.id);
    await serve.serves(service.id, 'gray');
    expect(await serve.load(service.id, 1000)).toEqual({
      failed: 0,
      roles: { production: 900, gray: 100 }
    });

    const swapping = serve.load(service.id, 1000);
    for (let i = 0; i < 5; i++) {
      const { revision, gray } = await serve.service(service.id);
      const after = await owner.call(serving.swap, { params, body: { revision } });
      expect(after.production?.id).toBe(gray?.id);
    }
    expect(await swapping).toEqual({ failed: 0, roles: { production: 900, gray: 100 } });
    expect((await serve.call(service.id)).json).toMatchObject({
      name: 'two',
      model: 'the model'
    });

    const growing = serve.load(service.id, 600);
    const role = { ...params, role: 'production' as const };
    await owner.call(serving.setReplicas, { params: role, body: { replicas: 2 } });
    expect((await serve.serves(service.id)).production).toMatchObject({ available: 2 });
    const hosts = await Promise.all(
      Array.from({ length: 8 }, async () => (await serve.call(service.id)).json.host)
    );
    expect(new Set(hosts).size).toBeGreaterThan(1);
    await owner.call(serving.setReplicas, { params: role, body: { replicas: 1 } });
    expect(await growing).toMatchObject({ failed: 0 });
  });

  test('a version that is not ready gets no request, and cannot change places', async () => {
    const { owner, projectId } = serve.stage;
    const params = { serviceId: service.id };
    await owner.call(serving.removeGray, { params });
    const packageId = await serve.package('deaf');
    const deaf = await serve.built(
      await serve.build(packageId, { arguments: ['sleep', 'infinity'] })
    );
    await owner.call(serving.addGray, add(deaf.id, 1));
    const { gray } = await serve.until(
      () => serve.service(service.id),
      ({ gray: version }) => version?.state === 'starting'
    );
    const { running } = await owner.call(operations.projects.overview, { params: { projectId } });
    expect(running).toContainEqual(expect.objectContaining({ role: 'gray' }));
    await owner.call(serving.setShare, { params, body: { share: 0.5 } });
    expect(await serve.load(service.id, 100)).toEqual({ failed: 0, roles: { production: 100 } });
    await expect(owner.call(serving.swap, { params, body: {} })).rejects.toMatchObject({
      code: 'wrong-state',
      problem: { params: { state: gray?.state } }
    });
  });

  test('what a package requires is fetched by the image’s own Python, in the sight of whoever reads the log', async () => {
    const { stage } = serve;
    const directory = mkdtempSync(join(tmpdir(), 'wheels-'));
    writeWheels(directory);
    const wheels = await stage.version(
      'algorithms',
      'wheels',
      Object.fromEntries(
        readdirSync(directory).map(name => [name, readFileSync(join(directory, name))])
      )
    );
    rmSync(directory, { recursive: true });
    const packageId = await serve.package('with requirements');
    const version = await serve.built(
      await serve.build(packageId, {
        algorithmVersionIds: [serve.algorithmVersionId, wheels.id],
        requirements: ['tinyone==1.0', 'numpy'],
        // An index that the pods of the test cluster reach: they have no way out of it.
        environment: { PIP_NO_INDEX: '1', PIP_FIND_LINKS: '/workspace/algorithm/wheels' },
        setupCommand: 'PYTHONPATH=$TOPSDL_LAYER/python $TOPSDL_LAYER/bin/tiny'
      })
    );
    const log = await serve.log(version.id);
    expect(`${version.state} ${log}`).toMatch(
      /^completed [^]*numpy: the base image has [^]*Looking in links: \/workspace\/algorithm\/wheels[^]*Successfully installed tinyone-1.0 tinytwo-2.5[^]*tinyone 1.0 says hello[^]*Built\./
    );
    expect(version.bytes).toBeGreaterThan(0);

    const without = await serve.built(
      await serve.build(packageId, { requirements: ['no-such-thing-anywhere==1'] })
    );
    expect(without).toMatchObject({ state: 'failed', reason: { code: 'build-failed' } });
    expect(await serve.log(without.id)).toMatch(
      /no-such-thing-anywhere[^]*could not be fetched[^]*the cluster has to let it out/
    );
    const failing = await serve.built(
      await serve.build(packageId, { setupCommand: 'apt-get update || exit 7' })
    );
    expect(failing).toMatchObject({ reason: { params: { exitCode: 7 } } });
    const said = await serve.log(failing.id);
    expect(said).toMatch(/ended with exit code 7\.\n.*apt-get cannot work/);
    expect(said).not.toContain('no network');
  });

  test('a TensorBoard shows what a run has written', async () => {
    const { stage } = serve;
    const run = await stage.ended((await stage.startRun(await stage.training('curves', WRITE))).id);
    expect(run.state).toBe('completed');
    const board = await stage.owner.call(operations.tensorboard.create, {
      params: { runId: run.id }
    });
    const { path } = await stage.watch(
      () => stage.owner.call(operations.tensorboard.get, { params: { tensorboardId: board.id } }),
      ({ state }) => state === 'running'
    );
    const headers = { authorization: `Bearer ${await serve.token()}` };
    const page = await on.companion.fetch(path, { headers });
    expect(await page.text()).toContain('tb-relative-root');
    const tags = await on.companion.fetch(`${path}data/plugin/scalars/tags`, { headers });
    expect(await tags.json()).toMatchObject({ logs: { loss: {} } });
    const points = `${path}data/plugin/scalars/scalars?run=logs&tag=loss`;
    expect(await (await on.companion.fetch(points, { headers })).json()).toHaveLength(5);
    await stage.owner.call(operations.tensorboard.stop, { params: { tensorboardId: board.id } });
  });
}
