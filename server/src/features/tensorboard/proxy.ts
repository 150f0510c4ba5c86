import {
  request,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse
} from 'node:http';
import { pipeline } from 'node:stream/promises';
import { tensorboard } from '@topsdl/contract';
import type { Access } from '../../access/access.ts';
import type { Endpoint } from '../../compute/engine.ts';
import type { Authenticator } from '../../http/authenticate.ts';
import { forwarding } from '../../http/forwarding.ts';
import { ProblemError } from '../../http/problem.ts';
import type { Mount } from '../../http/server.ts';
import { pathOf, type TensorBoards } from './service.ts';

/** Fields of one connection (RFC 9110, 7.6.1), never passed on. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade'
]);
/** What says who asks, and how they reached us: none of TensorBoard's business. */
const PRIVATE = /^(?:cookie|authorization|host|forwarded|x-forwarded-.*|x-topsdl-.*|x-xsrftoken)$/;
const TIMEOUT_MS = 120_000;
const ADDRESS = /^\/([0-9a-f-]{36})(\/[^\s]*)?$/;

/** Serves `/tensorboards/<id>/…` to those who may see the run. */
export function tensorboardMount(
  boards: TensorBoards,
  access: Access,
  authenticator: Authenticator
): Mount {
  return {
    async request(req, res, rest) {
      const [, id = '', path = ''] = ADDRESS.exec(rest) ?? [];
      const { caller } = authenticator.require(req);
      const found = boards.find(id);
      access.check(caller, tensorboard.get.access, found?.row, 'tensorboard');
      if (req.method !== 'GET' && req.method !== 'HEAD') {
        authenticator.refuseForeign(req);
      }
      if (path === '') {
        // Its page has relative links, which need the slash.
        res.writeHead(308, { Location: `${id}/` }).end();
        return;
      }
      const endpoint = found && boards.endpoint(found);
      if (!endpoint) {
        throw new ProblemError('unavailable', { detail: found?.workload.state ?? '' });
      }
      boards.idle.touch(id);
      const released = access.live.hold(
        caller,
        current => access.check(current, tensorboard.get.access, found.row, 'tensorboard'),
        () => res.destroy()
      );
      try {
        await forward(req, res, endpoint, `${pathOf(id).slice(0, -1)}${path}`);
      } finally {
        released();
      }
    }
  };
}

/** Passes a request on and its answer back, at the pace of whoever reads. */
async function forward(
  req: IncomingMessage,
  res: ServerResponse,
  endpoint: Endpoint,
  path: string
): Promise<void> {
  const upstream = request({
    ...endpoint,
    method: req.method,
    path,
    headers: { ...passed(req.headers), host: 'localhost' },
    timeout: TIMEOUT_MS,
    agent: false
  });
  upstream.once('timeout', () => upstream.destroy(new Error('no answer')));
  res.once('close', () => upstream.destroy());
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    upstream.once('response', resolve);
    upstream.once('error', reject);
  });
  req.pipe(upstream);
  const answer = await answered.catch((error: Error) => {
    throw new ProblemError('unavailable', { detail: error.message });
  });
  res.writeHead(answer.statusCode ?? 502, answerHeaders(req, answer.headers));
  // A reader who leaves is no fault of anyone's.
  await pipeline(answer, res).catch(() => res.destroy());
}

function passed(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const named = (headers.connection ?? '').split(',').map(name => name.trim().toLowerCase());
  const dropped = new Set([...HOP_BY_HOP, ...named]);
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !dropped.has(name) && !PRIVATE.test(name))
  );
}

/** What its answers may say: no cookies for our origin, frames in our own pages only, nothing kept by caches that others use. */
function answerHeaders(req: IncomingMessage, headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const { 'set-cookie': _, location, ...rest } = passed(headers);
  const policy = rest['content-security-policy'];
  return {
    ...rest,
    ...(location === undefined ? {} : { location: located(req, location) }),
    ...(policy === undefined
      ? {}
      : {
          'content-security-policy': tightened(String(policy))
        }),
    'cache-control': 'private, no-cache',
    'x-content-type-options': 'nosniff'
  };
}

/** Its own policy without other people's machines, and to be framed by our pages only. */
function tightened(policy: string): string {
  const own = policy
    .split(';')
    .filter(directive => !/^\s*frame-ancestors/.test(directive))
    .map(directive => directive.replace(/\s+https?:\/\/[^\s;]+/g, ''));
  return [...own, "frame-ancestors 'self'"].join(';');
}

/** A path as the browser sees it: the companion may be below JupyterLab's own. */
function located(req: IncomingMessage, location: string): string {
  return location.startsWith('/tensorboards/') ? `${forwarding(req).prefix}${location}` : location;
}
