import type { IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Backend, RoleRoute, Underway } from './backend.ts';
import type { Deadlines, Timed } from './deadlines.ts';
import { FIELD } from './fields.ts';
import { BadHead, latin1 } from './head.ts';
import { outgoingHead } from './incoming.ts';
import { responseLines } from './outgoing.ts';
import { refusalMessage, type Refusal } from './refusal.ts';
import { ResponseHead } from './response.ts';

const head = new ResponseHead();

/** Answers an upgrade that does not take place, and closes. */
export function refuseUpgrade(client: Duplex, refusal: Refusal, acceptLanguage?: string): void {
  const { status, contentType, body } = refusalMessage(refusal, acceptLanguage);
  client.end(
    `HTTP/1.1 ${status} ${refusal.code}\r\ncontent-type: ${contentType}\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`
  );
}

/**
 * A connection that changes to another protocol, such as a WebSocket. Until the replica agrees it is
 * a request like any other; from then on bytes are passed in both directions, each at the pace of
 * whoever reads them, until one side closes.
 */
export class Tunnel implements Underway, Timed {
  place = -1;
  deadline: number;
  readonly #req: IncomingMessage;
  readonly #client: Duplex;
  readonly #route: RoleRoute;
  readonly #backend: Backend;
  readonly #deadlines: Deadlines;
  readonly #startedAt = performance.now();
  readonly #upstream: Socket;
  readonly #first: Buffer;
  #read: Buffer = Buffer.alloc(0);
  #status = 0;
  #over = false;

  /**
   * @param first bytes that came behind the request's head, in the new protocol
   * @param target the path and query as the replica is to see them
   * @param path where the service lies below the companion
   */
  constructor(
    req: IncomingMessage,
    client: Duplex,
    first: Buffer,
    route: RoleRoute,
    backend: Backend,
    deadlines: Deadlines,
    target: string,
    path: string
  ) {
    this.#req = req;
    this.#client = client;
    this.#route = route;
    this.#backend = backend;
    this.#deadlines = deadlines;
    this.#first = first;
    this.deadline = performance.now() + deadlines.timeouts.firstByteMs;
    backend.begin(this);
    deadlines.add(this);
    const protocol = String(req.headers.upgrade).replace(/[^\x21-\x7e]/g, '');
    const lines = `connection: Upgrade\r\nupgrade: ${protocol}\r\n`;
    const upstream = connect(
      'socketPath' in backend.endpoint ? { path: backend.endpoint.socketPath } : backend.endpoint
    );
    this.#upstream = upstream;
    upstream.setNoDelay(true);
    upstream.write(outgoingHead(req, target, path, lines), 'latin1');
    upstream.on('data', this.#onData);
    upstream.on('error', (error: NodeJS.ErrnoException) =>
      this.#fail({ code: 'backend-failed', params: { detail: error.code ?? 'it failed' } })
    );
    upstream.on('close', () =>
      this.#fail({ code: 'backend-failed', params: { detail: 'it closed the connection' } })
    );
    client.on('error', () => this.#end());
    client.on('close', () => this.#end());
  }

  expire(): void {
    this.#fail({ code: 'backend-timeout' });
  }

  abort(): void {
    this.#fail({ code: 'service-unavailable' });
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#read = this.#read.length === 0 ? chunk : Buffer.concat([this.#read, chunk]);
    try {
      const next = head.read(this.#read, 0, this.#read.length, this.#req.method === 'HEAD');
      if (next > 0) {
        if (head.status >= 200 || head.status === 101) {
          this.#answer(next);
        } else {
          this.#read = this.#read.subarray(next);
        }
      }
    } catch (error) {
      if (!(error instanceof BadHead)) {
        throw error;
      }
      this.#fail({ code: 'backend-failed', params: { detail: error.message } });
    }
  };

  #answer(next: number): void {
    const upstream = this.#upstream;
    const client = this.#client;
    this.#status = head.status;
    const text = latin1(this.#read, head.statusStart, next);
    let lines = responseLines(text, head, this.#route, head.status !== 101);
    if (head.status === 101) {
      const protocol = head.fields.value(this.#read, FIELD.upgrade) ?? 'websocket';
      lines += `connection: Upgrade\r\nupgrade: ${protocol}\r\n\r\n`;
    } else {
      // The body of a refusal ends with the connection, however it was framed before.
      if (head.fields.chunked) {
        lines += 'transfer-encoding: chunked\r\n';
      }
      lines += 'connection: close\r\n\r\n';
    }
    const rest = this.#read.subarray(next);
    this.#read = Buffer.alloc(0);
    this.#deadlines.remove(this);
    this.#count(head.status);
    upstream.off('data', this.#onData);
    client.write(lines, 'latin1');
    if (rest.length > 0) {
      client.write(rest);
    }
    upstream.pipe(client);
    if (this.#status === 101) {
      // Not before: a replica that does not change protocols would take it for its next request.
      upstream.write(this.#first);
      client.pipe(upstream);
    } else {
      client.resume();
    }
  }

  #fail(refusal: Refusal): void {
    if (this.#over) {
      return;
    }
    if (this.#status === 0) {
      this.#count(refusal.code === 'backend-timeout' ? 504 : 502);
      this.#end(refusal);
    } else {
      this.#end();
    }
  }

  #count(status: number): void {
    const now = performance.now();
    this.#route.version.series.record(now, now - this.#startedAt, status >= 500);
  }

  #end(refusal?: Refusal): void {
    if (this.#over) {
      return;
    }
    this.#over = true;
    this.#deadlines.remove(this);
    this.#upstream.destroy();
    if (refusal) {
      refuseUpgrade(this.#client, refusal, this.#req.headers['accept-language']);
    } else {
      // What was read from the replica still leaves; nothing more is taken from the client.
      this.#client.end();
    }
    this.#backend.end(this);
  }
}
