import { get } from 'node:http';
import { text } from 'node:stream/consumers';

import { describe, expect, test } from '@jest/globals';

import type { Endpoint } from '../../../src/compute/engine.ts';
import type { Bench } from './bench.ts';

/** A small server that listens on an address of its node's. */
const httpServer = (address: string): string => `python3 -u -c '
import http.server, os, signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
class H(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/crash": os._exit(3)
        body = os.uname().nodename.encode()
        self.send_response(200); self.send_header("content-length", str(len(body))); self.end_headers(); self.wfile.write(body)
    def log_message(self, *a): pass
server = http.server.ThreadingHTTPServer(("${address}", 8080), H)
print("listening")
server.serve_forever()
'`;

/** Workloads that are reached through ports. */
export function describeServices(bench: Bench): void {
  describe('serves', () => {
    const service = {
      kind: 'service',
      command: httpServer('0.0.0.0'),
      ports: [8080],
      readiness: { port: 8080, path: '/', intervalMs: 50 }
    } as const;
    const ready = (count: number) => (observation: { nodes: { state: string }[] }) =>
      observation.nodes.length === count && observation.nodes.every(node => node.state === 'ready');

    test('replicas with the same port, each behind its endpoint, and more and fewer of them', async () => {
      const run = bench.trial({ ...service, replicas: 2 });
      await run.submit();
      const up = await run.until(ready(2));
      expect(up.state).toBe('running');
      const names = await Promise.all(
        [0, 1].map(replica => fetchText(run.engine.endpoint(run.handle, 8080, replica)))
      );
      expect(new Set(names).size).toBe(2);
      await run.engine.scale(run.handle, 3);
      await run.until(ready(3));
      expect(await fetchText(run.engine.endpoint(run.handle, 8080, 2))).toMatch(/-2$/);
      const draining = run.until(seen => seen.nodes.some(node => node.state === 'draining'));
      await run.engine.scale(run.handle, 1);
      await draining;
      await run.until(ready(1));
      expect(await fetchText(run.engine.endpoint(run.handle, 8080, 0))).toBe(names[0]);
      await run.engine.stop(run.handle);
      expect(await run.ended()).toMatchObject({ state: 'stopped' });
      expect(bench.under.hasProcesses(run.handle)).toBe(false);
    });

    test('a program that listens on the loopback address alone', async () => {
      const run = bench.trial({ ...service, command: httpServer('127.0.0.1') });
      await run.submit();
      await run.until(ready(1));
      expect(await fetchText(run.engine.endpoint(run.handle, 8080, 0))).toMatch(/-0$/);
    });

    test('as many replicas as were wanted last', async () => {
      const run = bench.trial({
        kind: 'service',
        replicas: 2,
        command: `trap '' TERM; while :; do sleep 1; done`,
        ports: [8080],
        graceMs: 1000
      });
      await run.submit();
      await run.until(ready(2));
      const draining = run.until(seen => seen.nodes.some(node => node.state === 'draining'));
      await run.engine.scale(run.handle, 1);
      await draining;
      const one = run.until(ready(1));
      for (const wanted of [2, 1]) {
        await run.engine.scale(run.handle, wanted);
      }
      await one;
      await run.engine.scale(run.handle, 1);
      expect((await run.observe()).nodes).toHaveLength(1);
    });

    test('again after a crash, at the same endpoint, and says why', async () => {
      const run = bench.trial({ ...service });
      await run.submit();
      await run.until(ready(1));
      const endpoint = run.engine.endpoint(run.handle, 8080, 0);
      const crashed = run.until(seen => seen.nodes[0]?.state === 'backoff');
      await expect(fetchText(endpoint, '/crash')).rejects.toThrow();
      expect((await crashed).nodes[0]).toMatchObject({
        exitCode: 3,
        reason: { code: 'command_failed', params: { exitCode: 3 } }
      });
      const back = await run.until(ready(1));
      expect(back.nodes[0]?.restarts).toBe(1);
      expect(await fetchText(endpoint)).toMatch(/-0$/);
    });

    test('no port that was not asked for', () => {
      const run = bench.trial({ ...service });
      expect(() => run.engine.endpoint(run.handle, 9090)).toThrow(
        expect.objectContaining({ code: 'port_unknown' }) as Error
      );
    });

    test('an interactive workload through its port', async () => {
      const run = bench.trial({
        kind: 'interactive',
        command: httpServer('0.0.0.0'),
        ports: [8080]
      });
      await run.submit();
      await run.said('listening');
      const endpoint = run.engine.endpoint(run.handle, 8080);
      expect(await fetchText(endpoint)).toBe(run.plan.nodes[0]);
      await expect(run.engine.scale(run.handle, 2)).rejects.toMatchObject({
        code: 'not_a_service'
      });
    });
  });
}

function fetchText(endpoint: Endpoint, path = '/'): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get({ ...endpoint, path, agent: false, headers: { connection: 'close' } });
    request.on('response', response => {
      text(response).then(resolve, reject);
    });
    request.on('error', reject);
  });
}
