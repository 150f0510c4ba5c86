/**
 * The relays of one replica, in the replica's network and outside its sandbox. Arguments: the directory for sockets, the replica's
 * index, its ports. Orders come as lines of JSON on stdin, answers go to stdout; the end of stdin is the end of the process.
 */
import { get } from 'node:http';
import { createInterface } from 'node:readline';

import type { ReadinessProbe } from '../engine.ts';
import { relaySocket } from './paths.ts';
import { dial, startRelay } from './relay.ts';

const HOSTS = ['127.0.0.1', '::1'];
const [sockets = '', index = '0', ...ports] = process.argv.slice(2);

async function probe(order: ReadinessProbe): Promise<boolean> {
  const timeout = order.timeoutMs ?? 2000;
  try {
    const socket = await dial({ hosts: HOSTS, port: order.port });
    if (order.path === undefined) {
      socket.destroy();
      return true;
    }
    return await new Promise<boolean>(resolve => {
      const request = get({
        createConnection: () => socket,
        path: order.path,
        headers: { host: 'localhost', connection: 'close' },
        signal: AbortSignal.timeout(timeout)
      });
      request.on('response', response => {
        response.destroy();
        const status = response.statusCode ?? 0;
        resolve(status >= 200 && status < 400);
      });
      request.on('error', () => resolve(false));
    });
  } catch {
    return false;
  }
}

const lines = createInterface({ input: process.stdin });
lines.on('line', line => {
  void probe(JSON.parse(line) as ReadinessProbe).then(ready => process.stdout.write(`${ready}\n`));
});
lines.on('close', () => process.exit(0));

await Promise.all(
  ports.map(port => {
    const target = { hosts: HOSTS, port: Number(port) };
    return startRelay(relaySocket(sockets, Number(index), target.port), target);
  })
);
process.stdout.write('listening\n');
