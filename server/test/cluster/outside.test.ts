import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { operations, type PackageVersion, type Service } from '@topsdl/contract';
import { request } from 'undici';
import { KINDS, pathOf } from '../../src/compute/volcano/kinds.ts';
import { httpRouteName, type HttpRoute } from '../../src/compute/volcano/manifests/httpRoute.ts';
import { testCluster } from '../compute/volcano/testCluster.ts';
import { setServingStage, type ServingStage } from '../support/servingStage.ts';
import { ClusterStage } from './clusterStage.ts';
import { digitsOnline } from './digitsOnline.ts';
import { requireHttpRoutes } from './gatewayApi.ts';

jest.setTimeout(240_000);

const { serving } = operations;
const cluster = testCluster();
/** Such as `{"parent": "gateways/public", "host": "models.test", "address": "http://10.239.65.7:8000"}`, where there is a real gateway. */
const real = JSON.parse(process.env.TOPSDL_TEST_GATEWAY ?? 'null') as {
  parent: string;
  host: string;
  address: string;
} | null;

if (cluster === undefined) {
  test.skip('services past the companion: no cluster is up, see scripts/cluster', () => undefined);
} else {
  const { parent, host } = real ?? { parent: 'gateways/public', host: 'models.test' };
  let on: ClusterStage;
  let serve: ServingStage;
  let undo: () => Promise<void>;
  let first: PackageVersion;
  let second: PackageVersion;
  let service: Service;

  beforeAll(async () => {
    on = await ClusterStage.set(cluster, undefined, {
      TOPSDL_CLUSTER_GATEWAY: JSON.stringify({ parent, host })
    });
    undo = await requireHttpRoutes(on.api);
    serve = await setServingStage(on.companion);
    ({ first, second, service } = await digitsOnline(serve));
  });

  afterAll(async () => {
    try {
      await serve?.clear();
      await undo?.();
    } finally {
      await on?.close();
    }
  });

  const add = (packageVersionId: string) => ({
    params: { serviceId: service.id },
    body: { packageVersionId, specId: serve.stage.spec.id, replicas: 1 }
  });
  const weights = (route: HttpRoute | undefined) =>
    route?.spec.rules[0]?.backendRefs.map(({ weight }) => weight);
  const becomes = (wanted: (route: HttpRoute | undefined) => boolean) =>
    on.until<HttpRoute>(KINDS.httpRoute, on.namespace(), httpRouteName(service.id), wanted);
  const weigh = (...wanted: number[]) =>
    becomes(route => JSON.stringify(weights(route)) === JSON.stringify(wanted));
  const backends = async () => {
    const path = pathOf(KINDS.httpRoute, on.namespace(), httpRouteName(service.id));
    const { spec } = await on.api.get<HttpRoute>(path);
    return spec.rules[0]?.backendRefs.map(({ name }) => name);
  };

  test('a route follows versions, shares and readiness', async () => {
    const { owner } = serve.stage;
    const params = { serviceId: service.id };
    await owner.call(serving.addProduction, add(first.id));
    await weigh(1);
    await serve.serves(service.id);
    const seen: unknown[] = [];
    const grown = becomes(route => {
      seen.push(weights(route));
      return weights(route)?.length === 2;
    });
    const { gray } = await owner.call(serving.addGray, add(second.id));
    // Nothing goes to what is not ready.
    expect(gray?.available).toBe(0);
    await serve.until(
      () => serve.service(service.id),
      found => found.gray?.state === 'starting'
    );
    expect(seen).toEqual([[1]]);
    await serve.serves(service.id, 'gray');
    await grown;
    await weigh(9, 1);
    await owner.call(serving.setShare, { params, body: { share: 0.25 } });
    await weigh(3, 1);
    const before = await backends();
    await owner.call(serving.swap, { params, body: {} });
    await becomes(route => {
      const names = route?.spec.rules[0]?.backendRefs.map(({ name }) => name);
      return JSON.stringify(names) === JSON.stringify(before?.toReversed());
    });
    await weigh(3, 1);
  });

  if (real !== null) {
    const call = async (): Promise<{ status: number; name: unknown }> => {
      const { statusCode, body } = await request(`${real.address}/services/${service.id}/predict`, {
        headers: { host: real.host }
      });
      const text = await body.text();
      return {
        status: statusCode,
        name: statusCode === 200 ? (JSON.parse(text) as { name: unknown }).name : text
      };
    };
    const load = async (count: number): Promise<Record<string, number>> => {
      let left = count;
      const seen: Record<string, number> = {};
      const worker = async (): Promise<void> => {
        while (left-- > 0) {
          const { status, name } = await call();
          const key = `${status} ${String(name)}`;
          seen[key] = (seen[key] ?? 0) + 1;
        }
      };
      await Promise.all(Array.from({ length: 8 }, worker));
      return seen;
    };

    test('a real gateway divides requests as the route says, and loses none of them in a swap', async () => {
      const { owner } = serve.stage;
      const params = { serviceId: service.id };
      // No gateway tells when it has taken up a change.
      await new Promise(resolve => setTimeout(resolve, 5000));
      const { headers, body } = await request(`${real.address}/services/${service.id}/x?y=1`, {
        headers: { host: real.host, cookie: 'a=b', authorization: 'Bearer x', 'x-mine': '1' }
      });
      const { path, seen: fields } = (await body.json()) as { path: string; seen: string[] };
      expect(path).toBe('/x?y=1');
      expect(fields).toContain('x-mine');
      expect(fields).not.toEqual(expect.arrayContaining(['cookie']));
      expect(fields).not.toEqual(expect.arrayContaining(['authorization']));
      expect(headers['content-security-policy']).toMatch(/^sandbox /);
      const count = 5000;
      const seen = await load(count);
      const deviation = Math.sqrt(count * 0.25 * 0.75);
      expect(Object.keys(seen).sort()).toEqual(['200 one', '200 two']);
      // The second version is production since the swap.
      expect(Math.abs((seen['200 one'] ?? 0) - count * 0.25)).toBeLessThan(4 * deviation);

      const swapping = load(2000);
      for (let i = 0; i < 5; i++) {
        await owner.call(serving.swap, { params, body: {} });
      }
      expect(Object.keys(await swapping).sort()).toEqual(['200 one', '200 two']);
      const removing = load(1000);
      await owner.call(serving.removeGray, { params });
      expect(Object.keys(await removing).every(answer => answer.startsWith('200 '))).toBe(true);
    });
  }

  test('it goes with the last version, and comes back with the next', async () => {
    const { owner } = serve.stage;
    await serve.clear();
    await becomes(route => route === undefined);
    await owner.call(serving.addProduction, add(first.id));
    await becomes(route => route !== undefined);
    await serve.clear();
    await owner.call(serving.deleteService, { params: { serviceId: service.id } });
    await becomes(route => route === undefined);
  });
}
