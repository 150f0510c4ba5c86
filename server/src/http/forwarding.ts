import type { IncomingMessage } from 'node:http';

/** Where a request comes from, as the proxy before us says or as the connection itself does. */
export interface Forwarding {
  /** It came over the Unix socket, which only the data directory's owner can open. */
  readonly local: boolean;
  /** Host and port that the browser sees. */
  readonly host: string;
  readonly secure: boolean;
  /** Path below which the browser sees the companion, without a slash at the end. */
  readonly prefix: string;
  /** The client's address. */
  readonly address: string;
}

const known = new WeakMap<IncomingMessage, Forwarding>();

/** Notes how a request reached us. Forwarding headers count only over the Unix socket. */
export function receive(req: IncomingMessage, local: boolean): void {
  const header = (name: string) => {
    const value = req.headers[name];
    return local && typeof value === 'string' && value !== '' ? value : undefined;
  };
  const prefix = header('x-forwarded-prefix') ?? '';
  known.set(req, {
    local,
    host: header('x-forwarded-host') ?? req.headers.host ?? '',
    secure: header('x-forwarded-proto') === 'https',
    prefix: /^(?:\/[A-Za-z0-9._~%@:!$&'()*+,=-]+)*\/?$/.test(prefix)
      ? prefix.replace(/\/$/, '')
      : '',
    address: header('x-forwarded-for') ?? req.socket.remoteAddress ?? 'local'
  });
}

export function forwarding(req: IncomingMessage): Forwarding {
  const found = known.get(req);
  if (!found) {
    throw new Error('the request did not come through the server');
  }
  return found;
}
