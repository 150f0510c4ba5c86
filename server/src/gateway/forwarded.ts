import type { Socket } from 'node:net';

/** What the request said about the hops before. */
export interface Hops {
  readonly for: string | undefined;
  readonly proto: string | undefined;
  readonly host: string | undefined;
  readonly prefix: string | undefined;
}

/** A value that is safe in a field line: what a client sent is taken only when it is plain. */
function plain(value: string | undefined): string | undefined {
  return value !== undefined && /^[\x21-\x7e][\x20-\x7e]{0,511}$/.test(value) ? value : undefined;
}

/** What the lines are made of. */
interface Told extends Hops {
  readonly ownHost: string | undefined;
  readonly path: string;
}

/**
 * The hop that a connection comes over. Over the companion's Unix socket that is Jupyter's own proxy,
 * and what it says of the hops before is passed on; a client on the network could claim anything, and
 * what it says is replaced.
 */
export class LastHop {
  /** Whether what a request says of the hops before is believed. */
  readonly trusted: boolean;
  readonly #peer: string;
  readonly #encrypted: boolean;
  /** What was told the last time, which mostly is what is to be told again. */
  #told: Told | null = null;
  #lines = '';

  /** @param socket still open, or it has forgotten where it came from */
  constructor(socket: Socket) {
    const peer = socket.remoteAddress;
    this.trusted = peer === undefined;
    this.#peer = peer ?? '127.0.0.1';
    this.#encrypted = 'encrypted' in socket && socket.encrypted === true;
  }

  /**
   * The lines that tell a replica where a request goes, and where it came from.
   *
   * @param host the request's own Host
   * @param path where the service lies below the companion, such as `/services/<id>`
   */
  lines(hops: Hops, host: string | undefined, path: string): string {
    const told = this.#told;
    if (
      told === null ||
      told.path !== path ||
      told.ownHost !== host ||
      told.for !== hops.for ||
      told.proto !== hops.proto ||
      told.host !== hops.host ||
      told.prefix !== hops.prefix
    ) {
      this.#told = { ...hops, ownHost: host, path };
      this.#lines = this.#write(this.#told);
    }
    return this.#lines;
  }

  #write({ ownHost, path, ...hops }: Told): string {
    const { trusted } = this;
    const client = (trusted ? plain(hops.for) : undefined) ?? this.#peer;
    const encrypted = (trusted && hops.proto === 'https') || this.#encrypted;
    const named = (trusted ? plain(hops.host) : undefined) ?? plain(ownHost);
    const prefix = ((trusted ? plain(hops.prefix) : undefined) ?? '').replace(/\/+$/, '') + path;
    return (
      `host: localhost\r\nx-forwarded-for: ${client}\r\nx-forwarded-proto: ${encrypted ? 'https' : 'http'}\r\n` +
      (named === undefined ? '' : `x-forwarded-host: ${named}\r\n`) +
      `x-forwarded-prefix: ${prefix}\r\nvia: 1.1 topsdl\r\n`
    );
  }
}
