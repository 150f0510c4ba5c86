import { allOperations, openapi } from '@topsdl/contract';
import type { App } from '../../app.ts';
import { secure, sendJson } from '../../http/answer.ts';
import { ProblemError } from '../../http/problem.ts';
import type { Mount } from '../../http/server.ts';
import { renderDocs, STYLE } from './docs-page.ts';

/** `GET /openapi.json`: the API's description. */
export function documentMount(app: App): Mount {
  let document: ReturnType<typeof openapi> | undefined;
  return {
    request(_req, res, rest) {
      if (rest.split('?', 1)[0] !== '') {
        throw new ProblemError('not-found', { kind: 'address' });
      }
      secure(res);
      document ??= openapi(allOperations, app.version, app.authenticator.cookieName);
      sendJson(res, 200, document);
    }
  };
}

/** `GET /docs`: the same for people, without a script and without anything from elsewhere. */
export function docsMount(app: App): Mount {
  let page: string | undefined;
  return {
    request(_req, res, rest) {
      secure(res);
      switch (rest.split('?', 1)[0]) {
        case '/style.css':
          res.setHeader('Content-Type', 'text/css; charset=utf-8');
          res.end(STYLE);
          return;
        case '/':
          // Links in the page are relative to the address without the slash.
          res.writeHead(308, { Location: '../docs' }).end();
          return;
        case '':
          page ??= renderDocs(openapi(allOperations, app.version), app.version);
          res.setHeader('Content-Type', 'text/html; charset=utf-8');
          res.setHeader(
            'Content-Security-Policy',
            "default-src 'none'; style-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
          );
          res.end(page);
          return;
        default:
          throw new ProblemError('not-found', { kind: 'address' });
      }
    }
  };
}
