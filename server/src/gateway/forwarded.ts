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

/** Whether what a request says of the hops before is believed: it came over the companion's Unix socket. */
export function isTrusted(socket: Socket): boolean {
  return socket.remoteAddress === undefined;
}

/**
 * The lines that tell a replica where the request came from. Over the companion's Unix socket the hop
 * before is Jupyter's own proxy, and what it says is passed on; a client on the network could claim
 * anything, and what it says is replaced.
 *
 * @param host the request's own Host
 * @param path where the service lies below the companion, such as `/services/<id>`
 */
export function forwardedLines(
  socket: Socket,
  hops: Hops,
  host: string | undefined,
  path: string
): string {
  const peer = socket.remoteAddress;
  const trusted = isTrusted(socket);
  const client = (trusted ? plain(hops.for) : undefined) ?? peer ?? '127.0.0.1';
  const encrypted = 'encrypted' in socket && socket.encrypted === true;
  const proto = trusted && hops.proto === 'https' ? 'https' : encrypted ? 'https' : 'http';
  const named = (trusted ? plain(hops.host) : undefined) ?? plain(host);
  const prefix = ((trusted ? plain(hops.prefix) : undefined) ?? '').replace(/\/+$/, '') + path;
  return (
    `x-forwarded-for: ${client}\r\nx-forwarded-proto: ${proto}\r\n` +
    (named === undefined ? '' : `x-forwarded-host: ${named}\r\n`) +
    `x-forwarded-prefix: ${prefix}\r\nvia: 1.1 topsdl\r\n`
  );
}
