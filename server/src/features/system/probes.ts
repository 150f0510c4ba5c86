import type { App } from '../../app.ts';
import { secure, sendJson } from '../../http/answer.ts';
import { forwarding } from '../../http/forwarding.ts';
import { ProblemError } from '../../http/problem.ts';
import type { Mount } from '../../http/server.ts';

/** `GET /health`: the process is alive. */
export function healthMount(app: App): Mount {
  return {
    request(_req, res) {
      secure(res);
      sendJson(res, 200, { status: 'ok', version: app.version });
    }
  };
}

/** `GET /ready`: it takes requests; 503 while it starts or stops, or when the database does not answer. */
export function readyMount(app: App): Mount {
  return {
    request(_req, res) {
      secure(res);
      if (app.http.draining) {
        throw new ProblemError('unavailable', { detail: 'the companion stops' });
      }
      app.db.sqlite.prepare('SELECT 1').get();
      sendJson(res, 200, { status: 'ready', version: app.version });
    }
  };
}

/** `GET /metrics` for Prometheus. From other machines it needs an administrator's token. */
export function metricsMount(app: App): Mount {
  return {
    async request(req, res) {
      secure(res);
      if (!forwarding(req).local) {
        const { caller } = app.authenticator.require(req);
        app.access.check(caller, { scope: 'admin' }, undefined);
      }
      const text = await app.metrics.metrics();
      res.setHeader('Content-Type', app.metrics.contentType);
      res.end(text);
    }
  };
}
