import { mkdtempSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { expect } from '@jest/globals';

import type { ComputeEngine, Endpoint } from '../../../src/compute/engine.ts';
import { Trial } from '../conformance/bench.ts';

/** Has an engine do everything once that needs a right in the namespace of a project. */
export async function tryEverything(engine: ComputeEngine, dataDirectory: string): Promise<void> {
  const under = { engine, directory: () => mkdtempSync(join(dataDirectory, 'run-')) };
  const job = new Trial(under, {
    command: 'mpirun --allow-run-as-root -np 2 hostname; sleep 60',
    nodes: 2
  });
  await job.submit();
  await job.said(/-worker-0$/);
  const { stdout, exited } = await engine.exec(job.handle, { command: 'id -u' });
  expect([(await text(stdout)).trim(), await exited]).toEqual(['65532', 0]);
  expect((await engine.stats(job.handle)).nodes.length).toBeGreaterThan(0);
  await engine.stop(job.handle, 0);
  expect(await job.ended()).toMatchObject({ state: 'stopped' });
  await job.release();

  const service = new Trial(under, {
    kind: 'service',
    command: 'python3 -m http.server 8080 --directory /etc/mpi',
    ports: [8080],
    readiness: { port: 8080, path: '/', intervalMs: 50 }
  });
  await service.submit();
  const ready = (wanted: number) => (seen: { nodes: { state: string }[] }) =>
    seen.nodes.length === wanted && seen.nodes.every(({ state }) => state === 'ready');
  await service.until(ready(1));
  expect(await fetchStatus(engine.endpoint(service.handle, 8080))).toBe(200);
  await engine.scale(service.handle, 2);
  await service.until(ready(2));
  // What nobody knows of any more is removed.
  await engine.sweep([]);
  expect(await service.ended()).toMatchObject({ state: 'lost' });
  await service.release();
}

function fetchStatus(endpoint: Endpoint): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get({ socketPath: endpoint.socketPath, path: '/' }, response => {
      response.resume();
      resolve(response.statusCode);
    }).on('error', reject);
  });
}
