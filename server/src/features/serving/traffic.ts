import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { operations } from '@topsdl/contract';
import type { Caller } from '../../access/caller.ts';
import type { Gateway } from '../../gateway/index.ts';
import { restPathOf } from '../../gateway/index.ts';
import { ProblemError } from '../../http/problem.ts';
import type { Mount } from '../../http/server.ts';
import type { AdmissionParts, Admissions } from './admission.ts';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Requests to `/services/<id>/…`: whoever may see a service may call it. What comes from a browser has
 * to show that it comes from our own pages, as for the API.
 */
export function trafficMount(
  parts: AdmissionParts,
  admissions: Admissions,
  gateway: Gateway
): Mount {
  const { access, authenticator, projectOf } = parts;
  const check = (req: IncomingMessage, rest: string, upgrade: boolean) => {
    const target = restPathOf(`/services${rest}`);
    const known = target && admissions.callerOf(req, target.serviceId);
    const { caller, by } = known
      ? ({
          caller: known,
          by: req.headers.authorization === undefined ? 'cookie' : 'bearer'
        } as const)
      : authenticator.require(req);
    if (!target) {
      throw new ProblemError('not-found', { kind: 'service' });
    }
    const allowed = (now: Caller) =>
      access.check(
        now,
        operations.serving.getService.access,
        projectOf(target.serviceId),
        'service'
      );
    if (!known) {
      allowed(caller);
    }
    if (upgrade || !SAFE.has(req.method ?? '')) {
      authenticator.refuseForeign(req);
    }
    if (!SAFE.has(req.method ?? '')) {
      authenticator.requireClient(req, by);
    }
    const hold = (what: ServerResponse | Duplex) => {
      const release = access.live.hold(caller, allowed, () => what.destroy());
      what.once('close', release);
    };
    return { ...target, hold };
  };
  return {
    proceeds: true,
    request(req, res, rest) {
      const { serviceId, restPath, hold } = check(req, rest, false);
      hold(res);
      if (req.headers.expect?.toLowerCase() === '100-continue') {
        gateway.handleContinue(req, res, serviceId, restPath);
      } else {
        gateway.handle(req, res, serviceId, restPath);
      }
    },
    upgrade(req, socket, head, rest) {
      const { serviceId, restPath, hold } = check(req, rest, true);
      hold(socket);
      gateway.handleUpgrade(req, socket, head, serviceId, restPath);
    }
  };
}
