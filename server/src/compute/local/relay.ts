import { rmSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import { createConnection, createServer } from 'node:net';

/** A port of a node: the addresses at which its program may listen, tried in order. */
export interface RelayTarget {
  hosts: readonly string[];
  port: number;
}

/**
 * Listens on a Unix socket and carries bytes to a port of the network in which this process is. A connection that finds nobody
 * listening is closed at once.
 */
export async function startRelay(path: string, target: RelayTarget): Promise<Server> {
  rmSync(path, { force: true });
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, near => {
    near.on('error', () => near.destroy());
    dial(target).then(
      far => join(near, far),
      () => near.destroy()
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  return server;
}

/** Connects to the first address of a target that answers. @throws the last address' error */
export async function dial(target: RelayTarget): Promise<Socket> {
  let failure: unknown;
  for (const host of target.hosts) {
    try {
      return await connect(host, target.port);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

function connect(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host, port, allowHalfOpen: true, noDelay: true });
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
    socket.once('error', reject);
  });
}

function join(near: Socket, far: Socket): void {
  far.on('error', () => near.destroy());
  near.on('error', () => far.destroy());
  near.on('close', () => far.destroy());
  far.on('close', () => near.destroy());
  near.pipe(far);
  far.pipe(near);
}
