import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerResponse } from 'node:http';
import type { Authenticator } from '../../http/authenticate.ts';
import { forwarding } from '../../http/forwarding.ts';
import { ProblemError } from '../../http/problem.ts';
import type { Mount } from '../../http/server.ts';
import { adapt, NETRON_POLICY, typeOf } from './page.ts';

/** Serves the package's folder at `/netron/`, to those who are signed in. */
export function netronMount(
  folder: () => Promise<string | null>,
  authenticator: Authenticator
): Mount {
  return {
    async request(req, res, rest) {
      authenticator.require(req);
      if (req.method !== 'GET' && req.method !== 'HEAD') {
        throw new ProblemError('method-not-allowed', { method: req.method ?? '' });
      }
      const [path = ''] = rest.split('?', 1);
      if (path === '') {
        res.writeHead(308, { Location: `netron/${rest}` }).end();
        return;
      }
      const name = path === '/' ? 'index.html' : path.slice(1);
      const type = typeOf(name);
      const root = await folder();
      if (root === null) {
        throw new ProblemError('program-missing', {
          program: 'netron',
          install: 'pip install netron'
        });
      }
      if (type === null) {
        throw new ProblemError('not-found', { kind: 'address' });
      }
      const bytes = await read(join(root, name));
      res.setHeader('Content-Security-Policy', NETRON_POLICY);
      res.setHeader('X-Content-Type-Options', 'nosniff');
      res.setHeader('Referrer-Policy', 'no-referrer');
      res.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
      if (name === 'index.html') {
        // The answer to its question about cookies, so that it does not ask whom to send them to.
        res.setHeader(
          'Set-Cookie',
          `consent=1; Path=${forwarding(req).prefix}/netron/; SameSite=Strict`
        );
        send(res, type, 'no-store', Buffer.from(adapt(bytes.toString('utf8'))), req.method);
        return;
      }
      send(res, type, 'private, max-age=3600', bytes, req.method);
    }
  };
}

function send(
  res: ServerResponse,
  type: string,
  cache: string,
  body: Buffer,
  method: string
): void {
  res.writeHead(200, {
    'Content-Type': type,
    'Cache-Control': cache,
    'Content-Length': body.length
  });
  res.end(method === 'HEAD' ? undefined : body);
}

async function read(path: string): Promise<Buffer> {
  try {
    return await fs.readFile(path);
  } catch {
    throw new ProblemError('not-found', { kind: 'address' });
  }
}
