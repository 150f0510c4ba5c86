import type { IncomingMessage } from 'node:http';
import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { forwarding } from './forwarding.ts';
import { ProblemError } from './problem.ts';

/** A header that a page of another origin cannot set without asking first. */
export const CLIENT_HEADER = 'x-topsdl-client';

export interface Authenticated {
  readonly caller: Caller;
  readonly by: 'cookie' | 'bearer';
  readonly token: string;
}

/** Finds out who makes a request, and refuses what another site made a browser send. */
export class Authenticator {
  readonly cookieName: string;
  readonly #access: Access;

  constructor(access: Access, instance: string) {
    this.#access = access;
    this.cookieName = `topsdl-${instance}`;
  }

  /** Who is signed in, or nothing. A bearer token counts alone: it never falls back to the cookie. */
  authenticate(req: IncomingMessage): Authenticated | undefined {
    const bearer = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(req.headers.authorization ?? '')?.[1];
    const token = bearer ?? this.cookie(req);
    if (token === undefined) {
      return undefined;
    }
    const caller = this.#access.accounts.byToken(token);
    return caller && { caller, token, by: bearer === undefined ? 'cookie' : 'bearer' };
  }

  /** @throws ProblemError `not-signed-in` */
  require(req: IncomingMessage): Authenticated {
    const authenticated = this.authenticate(req);
    if (!authenticated) {
      throw new ProblemError('not-signed-in', {}, undefined, {
        headers: { 'WWW-Authenticate': 'Bearer' }
      });
    }
    return authenticated;
  }

  /** The session cookie's value. */
  cookie(req: IncomingMessage): string | undefined {
    return this.tokenIn(req.headers.cookie ?? '');
  }

  /** The session in a `Cookie` field. Where a sibling path planted a second one, neither counts. */
  tokenIn(cookies: string): string | undefined {
    const values = cookies.split(';').flatMap(part => {
      const [name, value] = part.trim().split('=', 2);
      return name === this.cookieName && value ? [value] : [];
    });
    return new Set(values).size === 1 ? values[0] : undefined;
  }

  /**
   * Refuses a state-changing request, or a WebSocket, that another origin made a browser send.
   *
   * @throws ProblemError `csrf-refused`
   */
  refuseForeign(req: IncomingMessage): void {
    const { origin } = req.headers;
    const site = req.headers['sec-fetch-site'];
    if (origin !== undefined && hostOf(origin) !== forwarding(req).host.toLowerCase()) {
      throw new ProblemError('csrf-refused');
    }
    if (site !== undefined && site !== 'same-origin' && site !== 'none') {
      throw new ProblemError('csrf-refused');
    }
  }

  /** @throws ProblemError `csrf-refused` when a cookie came without the client's header */
  requireClient(req: IncomingMessage, by: Authenticated['by']): void {
    if (by === 'cookie' && !req.headers[CLIENT_HEADER]) {
      throw new ProblemError('csrf-refused');
    }
  }
}

function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).host;
  } catch {
    return undefined;
  }
}
