import { expect, test } from '@jest/globals';

import { examineGateway } from '../../../src/compute/volcano/doctor/gateway.ts';
import type { ClusterObject } from '../../../src/compute/volcano/objects.ts';
import { answer, refuse } from './apiServer.ts';
import { told, withServer } from './findings.ts';

test('a gateway that is not there, has no API, or is not programmed', async () => {
  const at = { namespace: 'gateways', name: 'public', host: 'models', path: '/services' };
  const gateways = '/apis/gateway.networking.k8s.io/v1/namespaces/gateways/gateways';
  const from = { namespace: {}, pod: {} };
  await withServer(async (server, api) => {
    const look = async () => told(await examineGateway(api, { ...at, from }));
    expect(await look()).toEqual([
      'missing gateway: httproutes of gateway.networking.k8s.io/v1 are not served, so nobody reaches services by cluster.gateway: install the Gateway API, or take the setting away'
    ]);
    let may = true;
    server.intercept = ({ path }, response) => {
      if (path === '/apis/gateway.networking.k8s.io/v1') {
        answer(response, 200, { resources: [{ name: 'httproutes' }] });
        return true;
      }
      if (!may) {
        refuse(response, 403, 'Forbidden');
      }
      return !may;
    };
    expect(await look()).toEqual([
      'missing gateway: there is no Gateway gateways/public: make it, or correct cluster.gateway'
    ]);
    server.put(gateways, { metadata: { name: 'public' } });
    expect(await look()).toEqual(['ok gateway: there is gateways/public']);
    const conditions = [{ type: 'Programmed', status: 'False', message: 'no address' }];
    server.put(gateways, {
      metadata: { name: 'public' },
      status: { conditions }
    } as ClusterObject);
    expect(await look()).toEqual(['wrong gateway: gateways/public is not programmed: no address']);
    may = false;
    expect(await look()).toEqual([
      'ok gateway: httproutes of gateway.networking.k8s.io/v1 are served'
    ]);
  });
});
