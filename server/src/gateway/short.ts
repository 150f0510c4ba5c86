import type { Socket } from 'node:net';
import type { Outgoing } from './exchange.ts';
import { droppedInRequest, FIELD } from './fields.ts';
import { forwardedLines, isTrusted } from './forwarded.ts';
import { BadHead, HeadFields, latin1 } from './head.ts';
import { SHORT_BODY, shortOutgoing } from './incoming.ts';

/** What decides whether a request may use a service. */
export interface Credentials {
  readonly serviceId: string;
  readonly method: string;
  readonly authorization: string | undefined;
  readonly cookie: string | undefined;
  readonly origin: string | undefined;
  /** `Sec-Fetch-Site` */
  readonly site: string | undefined;
  /** Host and port that the browser sees. */
  readonly host: string | undefined;
  /** The header that shows a request with a cookie to come from our own pages. */
  readonly client: string | undefined;
}

/** True when the request is certainly allowed; all others are left to the server's full check. */
export type Admission = (credentials: Credentials) => boolean;

/** Requests the short way takes: written as usual, to a service, in origin form. */
const REQUEST_LINE =
  /^(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) (\/services\/([0-9a-f-]{36}))(\/[!"$-~]*|\?[!"$-~]*)? HTTP\/1\.1$/;

/** Fields of which one alone may stand in a request, as bits. */
const DECISIVE = [
  FIELD.host,
  FIELD.authorization,
  FIELD.cookie,
  FIELD.client,
  FIELD.origin,
  FIELD.fetchSite,
  FIELD.forwardedHost
].reduce((bits, field) => bits | (1 << field), 0);

const END = Buffer.from('\r\n\r\n');
const fields = new HeadFields();

/**
 * A request that is plainly written: an ordinary method on a service, one Host, no coding, nothing to
 * negotiate, a body short enough to be held. Whatever is not is for node:http. It is filled again for
 * each, and good until the next is read.
 */
export class ShortRequest {
  method = '';
  serviceId = '';
  /** Bytes of the request in all. */
  length = 0;
  #bytes: Buffer = Buffer.alloc(0);
  #path = '';
  #target = '';
  #headEnd = 0;

  /** @returns false when the request at the beginning of `bytes` is not plain, or its head not complete */
  read(bytes: Buffer): boolean {
    const end = bytes.indexOf(END);
    const lineEnd = bytes.indexOf(13);
    if (end < 0 || bytes[lineEnd + 1] !== 10) {
      return false;
    }
    const match = REQUEST_LINE.exec(latin1(bytes, 0, lineEnd));
    if (match === null) {
      return false;
    }
    try {
      fields.read(bytes, lineEnd + 2, end + 4);
    } catch (error) {
      if (error instanceof BadHead) {
        return false;
      }
      throw error;
    }
    const { first } = fields;
    this.#bytes = bytes;
    this.method = match[1]!;
    this.#path = match[2]!;
    this.serviceId = match[3]!;
    const rest = match[4];
    this.#target = rest === undefined ? '/' : rest[0] === '?' ? `/${rest}` : rest;
    this.#headEnd = end + 4;
    this.length = end + 4 + Math.max(0, fields.contentLength);
    return (
      !fields.chunked &&
      fields.contentLength <= SHORT_BODY &&
      first[FIELD.upgrade] === 0 &&
      first[FIELD.expect] === 0 &&
      first[FIELD.host] !== 0 &&
      !this.#repeats()
    );
  }

  /** Whether a field that decides about admission stands there twice: node:http knows how to take that. */
  #repeats(): boolean {
    let seen = 0;
    for (let i = 0; i < fields.count; i++) {
      const bit = DECISIVE & (1 << fields.field[i]!);
      if ((seen & bit) !== 0) {
        return true;
      }
      seen |= bit;
    }
    return false;
  }

  /** @param socket where the request came from */
  credentials(socket: Socket): Credentials {
    const forwardedHost = isTrusted(socket) ? this.#value(FIELD.forwardedHost) : undefined;
    return {
      serviceId: this.serviceId,
      method: this.method,
      authorization: this.#value(FIELD.authorization),
      cookie: this.#value(FIELD.cookie),
      origin: this.#value(FIELD.origin),
      site: this.#value(FIELD.fetchSite),
      host: forwardedHost ?? this.#value(FIELD.host),
      client: this.#value(FIELD.client)
    };
  }

  /** The client closes, or wants us to, after the response. */
  get close(): boolean {
    return fields.close;
  }

  get language(): string | undefined {
    return this.#value(FIELD.acceptLanguage);
  }

  /** The version that it insists on, as it says it. */
  get version(): string | undefined {
    return this.#value(FIELD.version);
  }

  /** What a replica is asked. @param socket where the request came from */
  outgoing(socket: Socket): Outgoing {
    const bytes = this.#bytes;
    let lines = `${this.method} ${this.#target} HTTP/1.1\r\nhost: localhost\r\n`;
    // Lines that stay are mostly neighbours: they are taken over in runs.
    let runStart = -1;
    let runEnd = 0;
    for (let i = 0; i < fields.count; i++) {
      if (!droppedInRequest(fields.field[i]!)) {
        runStart = runStart < 0 ? fields.nameStart[i]! : runStart;
        runEnd = fields.valueEnd[i]!;
      } else if (runStart >= 0) {
        lines += `${latin1(bytes, runStart, runEnd)}\r\n`;
        runStart = -1;
      }
    }
    if (runStart >= 0) {
      lines += `${latin1(bytes, runStart, runEnd)}\r\n`;
    }
    const hops = {
      for: this.#value(FIELD.forwardedFor),
      proto: this.#value(FIELD.forwardedProto),
      host: this.#value(FIELD.forwardedHost),
      prefix: this.#value(FIELD.forwardedPrefix)
    };
    const head = `${lines}${forwardedLines(socket, hops, this.#value(FIELD.host), this.#path)}\r\n`;
    const body = this.length > this.#headEnd ? bytes.subarray(this.#headEnd, this.length) : null;
    return shortOutgoing(this.method, head, body);
  }

  #value(field: number): string | undefined {
    return fields.value(this.#bytes, field);
  }
}
