import type { IncomingMessage } from 'node:http';
import { operations } from '@topsdl/contract';
import type { App } from '../../app.ts';
import type { Admission, Gateway } from '../../gateway/index.ts';
import { restPathOf } from '../../gateway/index.ts';
import { ProblemError } from '../../http/problem.ts';
import type { Mount } from '../../http/server.ts';
import type { ServingService } from './service.ts';

/** How long an admission is remembered: a token that has ended is refused after this. */
const REMEMBER_MS = 500;
const REMEMBERED = 1000;
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Requests to `/services/<id>/…`: whoever may see a service may call it. What comes from a browser has
 * to show that it comes from our own pages, as for the API.
 */
export function trafficMount(app: App, gateway: Gateway, service: ServingService): Mount {
  const check = (req: IncomingMessage, rest: string, upgrade: boolean) => {
    const target = restPathOf(`/services${rest}`);
    const { caller, by } = app.authenticator.require(req);
    const row = target && service.find(target.serviceId);
    if (!row) {
      throw new ProblemError('not-found', { kind: 'service' });
    }
    const { access } = operations.serving.getService;
    app.access.check(caller, access, { projectId: row.projectId }, 'service');
    if (upgrade || !SAFE.has(req.method ?? '')) {
      app.authenticator.refuseForeign(req);
    }
    if (!SAFE.has(req.method ?? '')) {
      app.authenticator.requireClient(req, by);
    }
    return target;
  };
  return {
    proceeds: true,
    request(req, res, rest) {
      const { serviceId, restPath } = check(req, rest, false);
      if (req.headers.expect?.toLowerCase() === '100-continue') {
        gateway.handleContinue(req, res, serviceId, restPath);
      } else {
        gateway.handle(req, res, serviceId, restPath);
      }
    },
    upgrade(req, socket, head, rest) {
      const { serviceId, restPath } = check(req, rest, true);
      gateway.handleUpgrade(req, socket, head, serviceId, restPath);
    }
  };
}

/**
 * Admits what is certainly allowed, without going through the whole of the server: a program with a
 * token. Browsers, which come with cookies and an origin, take the long way.
 */
export function admission(app: App, service: ServingService): Admission {
  const remembered = new Map<string, number>();
  return ({ serviceId, authorization, cookie, origin }) => {
    const token = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(authorization ?? '')?.[1];
    if (token === undefined || cookie !== undefined || origin !== undefined) {
      return false;
    }
    const key = `${serviceId} ${token}`;
    const now = performance.now();
    if ((remembered.get(key) ?? 0) > now) {
      return true;
    }
    const caller = app.access.accounts.byToken(token);
    const row = caller && service.find(serviceId);
    if (!row) {
      return false;
    }
    try {
      const { access } = operations.serving.getService;
      app.access.check(caller, access, { projectId: row.projectId }, 'service');
    } catch (error) {
      if (error instanceof ProblemError) {
        return false;
      }
      throw error;
    }
    if (remembered.size >= REMEMBERED) {
      remembered.clear();
    }
    remembered.set(key, now + REMEMBER_MS);
    return true;
  };
}
