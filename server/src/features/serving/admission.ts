import type { IncomingMessage } from 'node:http';
import { operations } from '@topsdl/contract';
import type { Access } from '../../access/access.ts';
import type { Caller } from '../../access/caller.ts';
import type { Authenticator } from '../../http/authenticate.ts';
import { ProblemError } from '../../http/problem.ts';
import type { Credentials } from '../../gateway/index.ts';

/** After this an admission is looked at again, so that it is known when a token was last used. */
const AGAIN_MS = 30_000;

/** Tokens and cookies that are remembered; beyond it all are forgotten. */
const REMEMBERED = 1000;

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);
const BEARER = /^Bearer ([\x21-\x7e]{1,200})$/i;

/** Who a token stands for, and to which services it was found to have access. */
interface Admitted {
  readonly caller: Caller;
  /** The session's end, or the time of the next look, in milliseconds of the monotonic clock. */
  readonly until: number;
  readonly services: Set<string>;
}

export interface AdmissionParts {
  readonly access: Access;
  readonly authenticator: Authenticator;
  /** The service's project; nothing where there is no such service. */
  readonly projectOf: (serviceId: string) => { readonly projectId: string } | undefined;
}

/**
 * Admits what is certainly allowed, without going through the whole of the server. It is remembered
 * which services a token or a cookie may use, until anything changes about sessions, users, members or
 * projects: then all of it is forgotten in the same turn, before another request is read.
 */
export class Admissions {
  readonly #parts: AdmissionParts;
  readonly #admitted = new Map<string, Admitted>();

  constructor(parts: AdmissionParts) {
    this.#parts = parts;
    parts.access.live.onRecheck(() => this.#admitted.clear());
  }

  /** True when the request is certainly allowed; all others are left to the server's full check. */
  admits(request: Credentials): boolean {
    const { authorization, cookie } = request;
    // A bearer token counts alone: it never falls back to the cookie.
    const secret = authorization ?? cookie;
    return (
      secret !== undefined &&
      (SAFE.has(request.method) || this.#isOwn(request)) &&
      this.#find(secret, authorization !== undefined, request.serviceId) !== undefined
    );
  }

  /** Who makes a request, if that is certainly somebody who may see the service. */
  callerOf({ headers }: IncomingMessage, serviceId: string): Caller | undefined {
    const { authorization, cookie } = headers;
    const secret = authorization ?? cookie;
    return secret === undefined
      ? undefined
      : this.#find(secret, authorization !== undefined, serviceId);
  }

  /** Whether a request that may change something comes from a program, or from a page of ours. */
  #isOwn({ authorization, origin, site, host, client }: Credentials): boolean {
    return (
      (origin === undefined || origin === `http://${host}` || origin === `https://${host}`) &&
      (site === undefined || site === 'same-origin' || site === 'none') &&
      (authorization !== undefined || (client !== undefined && client !== ''))
    );
  }

  #find(secret: string, isBearer: boolean, serviceId: string): Caller | undefined {
    const now = performance.now();
    let known = this.#admitted.get(secret);
    if (known && known.until > now) {
      if (known.services.has(serviceId)) {
        return known.caller;
      }
    } else {
      known = undefined;
    }
    const { access, authenticator, projectOf } = this.#parts;
    const token = isBearer ? BEARER.exec(secret)?.[1] : authenticator.tokenIn(secret);
    const caller = token === undefined ? undefined : access.accounts.byToken(token);
    const owner = caller && projectOf(serviceId);
    if (!owner) {
      return undefined;
    }
    try {
      access.check(caller, operations.serving.getService.access, owner, 'service');
    } catch (error) {
      if (error instanceof ProblemError) {
        return undefined;
      }
      throw error;
    }
    if (!known) {
      if (this.#admitted.size >= REMEMBERED) {
        this.#admitted.clear();
      }
      const left = (caller.expiresAt ?? Infinity) - Date.now();
      known = { caller, until: now + Math.min(AGAIN_MS, left), services: new Set() };
      this.#admitted.set(secret, known);
    }
    known.services.add(serviceId);
    return known.caller;
  }
}
