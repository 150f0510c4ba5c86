import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { operations, type Service } from '@topsdl/contract';
import { Companion } from '@topsdl/testing';
import { setServingStage, type ServingStage } from '../support/servingStage.ts';

const { serving } = operations;
let companion: Companion;
let serve: ServingStage;

beforeAll(async () => {
  companion = await new Companion({}).start();
  serve = await setServingStage(companion);
}, 60_000);

afterAll(() => serve?.end(), 60_000);

test('services outlive the companion: the replicas are attached again and the last committed table holds', async () => {
  const { owner, projectId, spec } = serve.stage;
  const packageId = await serve.package('digits');
  const versions = await Promise.all(
    ['one', 'two'].map(async NAME =>
      serve.built(await serve.build(packageId, { environment: { NAME } }))
    )
  );
  const [first, second] = versions.map(({ id }) => id);
  const { id } = await owner.call(serving.createService, {
    params: { projectId },
    body: { name: 'lasting' }
  });
  const version = (packageVersionId: string, replicas: number) => ({
    params: { serviceId: id },
    body: { packageVersionId, specId: spec.id, replicas }
  });
  await owner.call(serving.addProduction, version(first!, 2));
  await serve.serves(id);
  await owner.call(serving.addGray, version(second!, 1));
  await serve.serves(id, 'gray');

  const pid = async (): Promise<unknown> => (await serve.call(id)).json.pid;
  expect(await pid()).toBeDefined();
  const hosts = async (): Promise<Set<string>> => {
    const seen = new Set<string>();
    for (let i = 0; i < 12; i++) {
      const { json } = await serve.call(id, '/', { headers: { 'x-topsdl-version': 'production' } });
      seen.add(`${String(json.name)} ${String(json.host)} ${String(json.pid)}`);
    }
    return seen;
  };

  // Ended in the middle of swaps, again and again: each time the roles are those before or after.
  for (let round = 0; round < 3; round++) {
    const before = await serve.service(id);
    const replicas = await hosts();
    const load = serve.load(id, 200, 4).catch(() => null);
    const swap = owner
      .call(serving.swap, { params: { serviceId: id }, body: {} })
      .catch(() => null as Service | null);
    await new Promise(resolve => setTimeout(resolve, round * 7));
    await companion.kill();
    const answered = await swap;
    await load;
    await companion.start();
    const after = await serve.service(id);
    const swapped = after.production?.id === before.gray?.id;
    expect(swapped || after.production?.id === before.production?.id).toBe(true);
    expect(after.gray?.id).toBe(swapped ? before.production?.id : before.gray?.id);
    expect(after.revision).toBe(before.revision + (swapped ? 1 : 0));
    if (answered) {
      expect(swapped).toBe(true);
    }
    await serve.serves(id);
    if (!swapped) {
      expect(await hosts()).toEqual(replicas);
    }
    expect(await serve.load(id, 100)).toEqual({ failed: 0, roles: { production: 90, gray: 10 } });
  }

  // Removed while it ran: the next companion ends what the last one had begun to end.
  await owner.call(serving.removeGray, { params: { serviceId: id } });
  await companion.kill();
  await companion.start();
  const { production } = await serve.serves(id);
  await serve.until(
    () => owner.call(operations.projects.overview, { params: { projectId } }),
    ({ running }) => running.length === 1 && running[0]?.id === production?.id
  );
  await owner.call(serving.removeProduction, { params: { serviceId: id } });
  await serve.until(
    () => owner.call(operations.projects.overview, { params: { projectId } }),
    ({ running }) => running.length === 0
  );
}, 240_000);
