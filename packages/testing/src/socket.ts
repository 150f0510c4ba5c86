import type { ClientMessage, ServerMessage } from '@topsdl/contract';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Companion } from './companion.ts';

/** A tab's WebSocket: what it was sent so far, and waiting for what comes. */
export class TestSocket {
  readonly messages: ServerMessage[] = [];
  readonly #socket: WebSocket;
  #closed: number | undefined;
  readonly #waiters = new Set<() => void>();

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', data => {
      this.messages.push(JSON.parse(String(data)) as ServerMessage);
      this.#wake();
    });
    socket.on('close', code => {
      this.#closed = code;
      this.#wake();
    });
    socket.on('error', () => {});
  }

  send(message: ClientMessage): void {
    this.#socket.send(JSON.stringify(message));
  }

  /** The first message, past or to come, that the predicate accepts. */
  async message(accepts: (message: ServerMessage) => boolean): Promise<ServerMessage> {
    for (;;) {
      const found = this.messages.find(accepts);
      if (found) {
        return found;
      }
      if (this.#closed !== undefined) {
        throw new Error(`the socket was closed (${this.#closed})`);
      }
      await this.#change();
    }
  }

  /** The code with which the server closes it. */
  async closed(): Promise<number> {
    while (this.#closed === undefined) {
      await this.#change();
    }
    return this.#closed;
  }

  close(): void {
    this.#socket.terminate();
  }

  #change(): Promise<void> {
    return new Promise(resolve => this.#waiters.add(resolve));
  }

  #wake(): void {
    for (const waiter of this.#waiters) {
      waiter();
    }
    this.#waiters.clear();
  }
}

/**
 * Opens `/ws` and says hello.
 *
 * @param since the number after which events are wanted
 */
export async function openSocket(
  companion: Companion,
  token: string,
  since?: number
): Promise<TestSocket> {
  const socket = new WebSocket(`ws+unix:${companion.socket}:/ws`, {
    headers: { Authorization: `Bearer ${token}` }
  });
  const opened = new TestSocket(socket);
  await once(socket, 'open');
  opened.send({ type: 'hello', ...(since === undefined ? {} : { since }) });
  await opened.message(({ type }) => type === 'welcome');
  return opened;
}
