import type { IncomingMessage } from 'node:http';
import type { Connection } from './connection.ts';
import type { BodySource, Outgoing } from './exchange.ts';
import { LastHop } from './forwarded.ts';
import { droppedInRequest, FIELD, fieldOf } from './fields.ts';
import { latin1, listOf } from './head.ts';
import type { Role } from './table.ts';

/** Bodies up to this are read before a replica is troubled with them, and can be sent twice. */
export const SHORT_BODY = 64 * 1024;
/** Bodies up to this travel in one piece with the head. */
export const TINY_BODY = 8 * 1024;

/** Methods whose repetition changes nothing, RFC 9110 9.2.2. */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

/** @see IDEMPOTENT */
export function isIdempotent(method: string): boolean {
  return IDEMPOTENT.has(method);
}

/** The version that a request insists on; undefined when what it says is no version. */
export function forcedRole(value: string | undefined): Role | null | undefined {
  return value === undefined || value === ''
    ? null
    : value === 'gray' || value === 'production'
      ? value
      : undefined;
}

/**
 * Writes the head that a replica gets for a request that node:http has read: without the fields that
 * end at this hop and without the platform's credentials.
 *
 * @param target the path and query as the replica is to see them
 * @param path where the service lies below the companion
 * @param framing the lines that say how the body is delimited, and what else is said to the replica only
 */
export function outgoingHead(
  req: IncomingMessage,
  target: string,
  path: string,
  framing: string
): string {
  const { rawHeaders } = req;
  const nominated = new Set(listOf(req.headers.connection ?? ''));
  let lines = `${req.method} ${target} HTTP/1.1\r\n`;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    const lower = name.toLowerCase();
    const field = fieldOf(lower);
    if (field !== FIELD.contentLength && !droppedInRequest(field) && !nominated.has(lower)) {
      lines += `${name}: ${rawHeaders[i + 1]!}\r\n`;
    }
  }
  const header = (name: string): string | undefined => {
    const value = req.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  };
  const hops = {
    for: header('x-forwarded-for'),
    proto: header('x-forwarded-proto'),
    host: header('x-forwarded-host'),
    prefix: header('x-forwarded-prefix')
  };
  const forwarded = new LastHop(req.socket).lines(hops, req.headers.host, path);
  return `${lines}${forwarded}${framing}\r\n`;
}

/** What is asked of a replica for a request without a body, or with a short one. */
export function shortOutgoing(method: string, head: string, body: Buffer | null): Outgoing {
  const tiny = body !== null && body.length <= TINY_BODY;
  return {
    head: tiny ? head + latin1(body, 0, body.length) : head,
    body: tiny ? null : body,
    source: null,
    idempotent: isIdempotent(method),
    toHead: method === 'HEAD'
  };
}

/** Streams a request's body to a replica. */
export class RequestBody implements BodySource {
  readonly #req: IncomingMessage;
  readonly #chunked: boolean;

  /** @param chunked its length is not known */
  constructor(req: IncomingMessage, chunked: boolean) {
    this.#req = req;
    this.#chunked = chunked;
  }

  pump(connection: Connection, onChunk: () => void, onEnd: () => void): () => void {
    const req = this.#req;
    const { socket } = connection;
    const onData = (chunk: Buffer): void => {
      onChunk();
      let more: boolean;
      if (this.#chunked) {
        socket.cork();
        socket.write(`${chunk.length.toString(16)}\r\n`, 'latin1');
        socket.write(chunk);
        more = socket.write('\r\n', 'latin1');
        socket.uncork();
      } else {
        more = socket.write(chunk);
      }
      if (!more) {
        req.pause();
      }
    };
    const onDrain = (): void => {
      onChunk();
      req.resume();
    };
    const onFinish = (): void => {
      if (this.#chunked) {
        socket.write('0\r\n\r\n', 'latin1');
      }
      onEnd();
    };
    req.on('data', onData);
    req.on('end', onFinish);
    socket.on('drain', onDrain);
    return () => {
      req.off('data', onData);
      req.off('end', onFinish);
      socket.off('drain', onDrain);
      // What the replica did not want to hear has to be read all the same, or the client never looks
      // at the answer.
      req.resume();
    };
  }
}
