import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { GatewayCore } from './core.ts';
import { FrontConnection } from './front.ts';
import type { Admission } from './short.ts';

/** The short way before one server. */
export interface Front {
  /** Closes connections that have no request under way, and lets no other stay open. */
  close(): void;
  /** Ends what is under way and would not be admitted any more. */
  recheck(): void;
}

/** Puts the short way in front of a server that listens, or will. */
export function attachFront(server: Server, core: GatewayCore, admits: Admission): Front {
  const listeners = server.listeners('connection') as ((socket: Socket) => void)[];
  const connections = new Set<FrontConnection>();
  let closing = false;
  const handOver = (socket: Socket): void => {
    for (const listener of listeners) {
      listener.call(server, socket);
    }
  };
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    if (closing) {
      handOver(socket);
      return;
    }
    connections.add(
      new FrontConnection(socket, core, admits, handOver, gone => connections.delete(gone))
    );
  });
  return {
    close() {
      closing = true;
      for (const connection of connections) {
        connection.close();
      }
    },
    recheck() {
      for (const connection of connections) {
        connection.recheck();
      }
    }
  };
}
