import { mkdirSync, rmSync } from 'node:fs';
import { createServer, connect, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';

/** Opens a connection to a port of a pod, however it is reached. */
export type Dial = () => Promise<Duplex>;

/**
 * Unix sockets of the companion's, each of which leads to a port of a pod: what connects to one is connected to the pod that is there at
 * that moment. So the address of a replica stays, whatever pod has its place.
 */
export class Relays {
  readonly #directory: string;
  readonly #servers = new Map<string, Server>();
  readonly #open = new Set<Socket>();

  /** @param directory short, for a path of a socket has at most 107 bytes; made when it is needed, and removed at the end */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** The socket of this name; listens from now on. */
  path(name: string, dial: Dial): string {
    const path = join(this.#directory, `${name}.sock`);
    if (!this.#servers.has(name)) {
      mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
      rmSync(path, { force: true });
      const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, client => {
        void this.#relay(client, dial);
      });
      server.listen(path);
      server.unref();
      this.#servers.set(name, server);
    }
    return path;
  }

  /** Ends the sockets whose names begin so, and all that is connected to them. */
  remove(prefix: string): void {
    for (const [name, server] of this.#servers) {
      if (name.startsWith(prefix)) {
        server.close();
        this.#servers.delete(name);
      }
    }
  }

  close(): void {
    this.remove('');
    this.#open.forEach(socket => socket.destroy());
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async #relay(client: Socket, dial: Dial): Promise<void> {
    this.#open.add(client);
    client.on('close', () => this.#open.delete(client));
    client.on('error', () => undefined);
    let port: Duplex;
    try {
      port = await dial();
    } catch {
      // Nobody is there: as if the port itself refused.
      client.resetAndDestroy();
      return;
    }
    port.on('error', () => client.destroy());
    client.on('close', () => port.destroy());
    port.on('close', () => {
      if (!client.writableEnded) {
        client.destroy();
      }
    });
    client.pipe(port);
    port.pipe(client);
  }
}

/** Connects to an address of the pods' own network. */
export function dialAddress(host: string, port: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, allowHalfOpen: true });
    socket.once('connect', () => resolve(socket));
    socket.once('error', reject);
  });
}
