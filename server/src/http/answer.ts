import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { languageOf } from '@topsdl/contract';
import type { Logger } from 'pino';
import { isDiskFull, problemDocument, ProblemError } from './problem.ts';

/** Headers of every answer; what is served to be shown sets its own policy over them. */
export const SECURITY_HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin'
} as const;

export function secure(res: ServerResponse): void {
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
    res.setHeader(name, value);
  }
}

export function sendJson(
  res: ServerResponse,
  status: number,
  value: unknown,
  type = 'application/json'
): void {
  const body = Buffer.from(JSON.stringify(value));
  res.statusCode = status;
  res.setHeader('Content-Type', `${type}; charset=utf-8`);
  res.setHeader('Content-Length', body.length);
  res.end(body);
}

/**
 * Answers with a problem document. What is not a problem by itself becomes `disk-full` or `internal`:
 * its details go to the log under a reference, and none of them to the client.
 */
export function sendProblem(
  req: IncomingMessage,
  res: ServerResponse,
  error: unknown,
  log: Logger
): void {
  const problem = asProblem(error, log, req);
  if (res.headersSent) {
    // A part of a raw answer is out: a cut must look cut.
    res.destroy();
    return;
  }
  for (const name of res.getHeaderNames()) {
    if (!(name in lowerCaseSecurity) && name !== 'set-cookie') {
      res.removeHeader(name);
    }
  }
  secure(res);
  for (const [name, value] of Object.entries(problem.headers)) {
    res.setHeader(name, value);
  }
  const language = languageOf(req.headers['accept-language']);
  res.setHeader('Content-Language', language);
  sendJson(res, problem.status, problemDocument(problem, language), 'application/problem+json');
}

const lowerCaseSecurity = Object.fromEntries(
  Object.keys(SECURITY_HEADERS).map(name => [name.toLowerCase(), true])
);

function asProblem(error: unknown, log: Logger, req: IncomingMessage): ProblemError {
  if (error instanceof ProblemError) {
    return error;
  }
  const place = { method: req.method, path: req.url?.split('?', 1)[0] };
  if (isDiskFull(error)) {
    log.error({ err: error, ...place }, 'no space left');
    return new ProblemError('disk-full');
  }
  const reference = randomBytes(6).toString('hex');
  log.error({ err: error, reference, ...place }, 'a request failed');
  return new ProblemError('internal', { reference });
}
