import { z } from 'zod';
import type { App } from '../../app.ts';
import { openEventStream } from '../../events/sse.ts';
import { secure, sendJson } from '../../http/answer.ts';
import { forwarding } from '../../http/forwarding.ts';
import { readJson } from '../../http/json-body.ts';
import { ProblemError } from '../../http/problem.ts';
import { sameSecret } from '../../http/secret.ts';
import type { Mount } from '../../http/server.ts';
import { validate } from '../../http/validate.ts';

const HEARTBEAT = 30_000;

const SecretBody = z.object({ secret: z.string().max(200) }).strict();

const StopBody = SecretBody.extend({
  /** Ends runs and services, too; without it they live on and the next companion finds them. */
  everything: z.boolean().optional()
});

/**
 * What is between the companion and the processes of its own machine: `GET /internal/lease` is held open
 * by each JupyterLab, `POST /internal/stop` ends the companion, `POST /internal/administrator` is a session
 * of the built-in administrator. The latter two are for whoever owns the data directory and so has its secret.
 */
export function internalMount(app: App): Mount {
  const requireSecret = (secret: string) => {
    if (!sameSecret(secret, app.files.secret)) {
      throw new ProblemError('sign-in-failed');
    }
  };
  return {
    async request(req, res, rest) {
      secure(res);
      const { local } = forwarding(req);
      const path = rest.split('?', 1)[0];
      if (local && path === '/lease' && req.method === 'GET') {
        const release = app.life.lease();
        openEventStream(res);
        // Writing finds out when the other end has vanished without a word.
        const heartbeat = setInterval(() => res.write(':\n\n'), HEARTBEAT);
        res.once('close', () => {
          clearInterval(heartbeat);
          release();
        });
        return;
      }
      if (local && path === '/stop' && req.method === 'POST') {
        const { secret, everything } = validate(StopBody, await readJson(req), 'body');
        requireSecret(secret);
        if (everything) {
          await app.life.endEverything();
        }
        sendJson(res, 202, { stopping: true });
        app.life.requestStop('asked to');
        return;
      }
      if (local && path === '/administrator' && req.method === 'POST') {
        requireSecret(validate(SecretBody, await readJson(req), 'body').secret);
        sendJson(res, 201, { token: app.access.accounts.openAdministration() });
        return;
      }
      throw new ProblemError('not-found', { kind: 'address' });
    }
  };
}
