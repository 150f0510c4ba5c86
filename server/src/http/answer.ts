import { randomBytes } from 'node:crypto';
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
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

/** Bytes of a refused body that are still read. */
const DISCARD_LIMIT = 256 * 1024 ** 2;

/**
 * Reads on what is left of a refused body: who is still sending comes to the answer only when done, and a
 * connection closed before that would take the answer with it.
 */
function discardRest(req: IncomingMessage): void {
  if (req.complete) {
    return;
  }
  let left = DISCARD_LIMIT;
  req.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) {
      req.socket.destroy();
    }
  });
  req.resume();
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
  discardRest(req);
}

/**
 * A problem as bytes, for a connection that never became a request and an answer. It is to be closed.
 */
export function problemBytes(problem: ProblemError, acceptLanguage?: string): string {
  const language = languageOf(acceptLanguage);
  const body = JSON.stringify(problemDocument(problem, language));
  const headers = {
    ...SECURITY_HEADERS,
    ...problem.headers,
    'Content-Language': language,
    'Content-Type': 'application/problem+json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close'
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const reason = STATUS_CODES[problem.status] ?? 'Refused';
  return [`HTTP/1.1 ${problem.status} ${reason}`, ...lines, '', body].join('\r\n');
}

const lowerCaseSecurity = Object.fromEntries(
  Object.keys(SECURITY_HEADERS).map(name => [name.toLowerCase(), true])
);

/** An error as what may be said of it. What is not meant for the client goes to the log. */
export function asProblem(error: unknown, log: Logger, req: IncomingMessage): ProblemError {
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
