import type { Outgoing } from './exchange.ts';
import { droppedInRequest, FIELD } from './fields.ts';
import type { Hops, LastHop } from './forwarded.ts';
import { BadHead, HeadFields, latin1 } from './head.ts';
import { SHORT_BODY, shortOutgoing, TINY_BODY } from './incoming.ts';

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

/** Methods that the short way takes, with all of a line that comes before the service. */
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'].map(method => ({
  method,
  start: `${method} `,
  before: Buffer.from(`${method} /services/`)
}));
const BEHIND = Buffer.from(' HTTP/1.1\r\n');
const ID_LENGTH = 36;
/** 1 for each byte of a service's id. */
const ID = table(byte => /[0-9a-f-]/.test(byte));
/** 1 for each byte that may stand in the path and query of a request in origin form. */
const TARGET = table(byte => /[!"$-~]/.test(byte));
const SLASH = 47;
const QUESTION_MARK = 63;

function table(has: (byte: string) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (has(String.fromCharCode(byte)) ? 1 : 0));
}

function standsAt(bytes: Uint8Array, start: number, what: Uint8Array): boolean {
  let i = 0;
  while (i < what.length && bytes[start + i] === what[i]) {
    i++;
  }
  return i === what.length;
}

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

const NO_HOPS: Hops = { for: undefined, proto: undefined, host: undefined, prefix: undefined };
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
  /** The head, and a tiny body: its parts are cut from this, which costs less than from the bytes. */
  #text = '';
  /** The bytes of `serviceId`: mostly the next request asks for the same, which then is not made anew. */
  #id: Buffer = Buffer.alloc(0);
  /** The method with its space. */
  #start = '';
  #path = '';
  #targetStart = 0;
  #lineEnd = 0;
  #host: string | undefined;
  #hops = NO_HOPS;

  /** @returns false when the request at the beginning of `bytes` is not plain, or its head not complete */
  read(bytes: Buffer): boolean {
    this.#bytes = bytes;
    try {
      if (!this.#line(bytes) || !fields.read(bytes, this.#lineEnd, bytes.length)) {
        return false;
      }
    } catch (error) {
      if (error instanceof BadHead) {
        return false;
      }
      throw error;
    }
    const { first } = fields;
    if (
      fields.chunked ||
      fields.contentLength > SHORT_BODY ||
      first[FIELD.upgrade] !== 0 ||
      first[FIELD.expect] !== 0 ||
      first[FIELD.host] === 0 ||
      // node:http knows how to take these.
      (fields.repeated & DECISIVE) !== 0
    ) {
      return false;
    }
    this.length = fields.end + Math.max(0, fields.contentLength);
    const tiny = this.length <= fields.end + TINY_BODY;
    this.#text = latin1(bytes, 0, tiny ? this.length : fields.end);
    this.#host = this.#value(FIELD.host);
    this.#hops = this.#readHops();
    return true;
  }

  /** Reads `<method> /services/<id>[/…][?…] HTTP/1.1`; false when the line is any other. */
  #line(bytes: Buffer): boolean {
    const known = METHODS.find(({ before }) => standsAt(bytes, 0, before));
    if (known === undefined) {
      return false;
    }
    const idStart = known.before.length;
    const idEnd = idStart + ID_LENGTH;
    if (bytes.length <= idEnd) {
      return false;
    }
    if (!standsAt(bytes, idStart, this.#id) || this.#id.length === 0) {
      for (let at = idStart; at < idEnd; at++) {
        if (ID[bytes[at]!] === 0) {
          return false;
        }
      }
      this.serviceId = latin1(bytes, idStart, idEnd);
      this.#id = Buffer.from(this.serviceId, 'latin1');
      this.#path = `/services/${this.serviceId}`;
    }
    let at = idEnd;
    if (bytes[at] === SLASH || bytes[at] === QUESTION_MARK) {
      while (at < bytes.length && TARGET[bytes[at]!] === 1) {
        at++;
      }
    }
    if (!standsAt(bytes, at, BEHIND)) {
      return false;
    }
    this.method = known.method;
    this.#start = known.start;
    this.#targetStart = idEnd;
    this.#lineEnd = at + BEHIND.length;
    return true;
  }

  #readHops(): Hops {
    const { first } = fields;
    return first[FIELD.forwardedFor] === 0 &&
      first[FIELD.forwardedProto] === 0 &&
      first[FIELD.forwardedHost] === 0 &&
      first[FIELD.forwardedPrefix] === 0
      ? NO_HOPS
      : {
          for: this.#value(FIELD.forwardedFor),
          proto: this.#value(FIELD.forwardedProto),
          host: this.#value(FIELD.forwardedHost),
          prefix: this.#value(FIELD.forwardedPrefix)
        };
  }

  /** @param trusted whether what it says of the hops before is believed */
  credentials(trusted: boolean): Credentials {
    return {
      serviceId: this.serviceId,
      method: this.method,
      authorization: this.#value(FIELD.authorization),
      cookie: this.#value(FIELD.cookie),
      origin: this.#value(FIELD.origin),
      site: this.#value(FIELD.fetchSite),
      host: (trusted ? this.#hops.host : undefined) ?? this.#host,
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

  /** What a replica is asked. @param hop where the request came from */
  outgoing(hop: LastHop): Outgoing {
    const text = this.#text;
    const target = text.slice(this.#targetStart, this.#lineEnd);
    const slash = this.#bytes[this.#targetStart] === SLASH ? '' : '/';
    let head = this.#start + slash + target + hop.lines(this.#hops, this.#host, this.#path);
    // Lines that stay are mostly neighbours, of the body too: they are taken over in runs.
    const { count, field, nameStart } = fields;
    let run = -1;
    for (let i = 0; i < count; i++) {
      if (!droppedInRequest(field[i]!)) {
        run = run < 0 ? nameStart[i]! : run;
      } else if (run >= 0) {
        head += text.slice(run, nameStart[i]);
        run = -1;
      }
    }
    head += text.slice(run < 0 ? nameStart[count] : run);
    const body = text.length < this.length ? this.#bytes.subarray(fields.end, this.length) : null;
    return shortOutgoing(this.method, head, body);
  }

  #value(field: number): string | undefined {
    const index = fields.first[field]! - 1;
    return index < 0
      ? undefined
      : this.#text.slice(fields.valueStart[index]!, fields.valueEnd[index]!);
  }
}
