import express, { type Express } from 'express';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { asProblem, problemBytes, secure, sendProblem } from './answer.ts';
import { receive } from './forwarding.ts';
import { ProblemError } from './problem.ts';

/** Serves addresses outside the contract, below a first path segment of their own. */
export interface Mount {
  /** It answers `Expect: 100-continue` itself; for others it is answered before they see the request. */
  readonly proceeds?: boolean;
  /** `rest` is the path and query after the segment, beginning with `/` where there is any. */
  request(req: IncomingMessage, res: ServerResponse, rest: string): void | Promise<void>;
  upgrade?(req: IncomingMessage, socket: Duplex, head: Buffer, rest: string): void | Promise<void>;
}

/** Bytes of a request's head; more is answered with 431. */
const HEAD_LIMIT = 32 * 1024;
const HEAD_TIMEOUT = 20_000;
/** How long connections may take to finish when the companion shuts down. */
const DRAIN_TIME = 5_000;

/** The companion's HTTP server: one application behind a Unix socket and, where asked for, TCP. */
export class HttpServer {
  readonly app: Express;
  readonly #log: Logger;
  readonly #mounts = new Map<string, Mount>();
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #answering = new Set<ServerResponse>();
  readonly #onServer: ((server: Server) => void)[] = [];
  #draining = false;

  constructor(log: Logger) {
    this.#log = log;
    this.app = express();
    this.app.disable('x-powered-by');
    this.app.disable('etag');
    this.app.set('query parser', false);
    this.app.set('case sensitive routing', true);
  }

  /** Whether it is shutting down and takes no new work. */
  get draining(): boolean {
    return this.#draining;
  }

  /** Serves `/<segment>` and everything below it. */
  mount(segment: string, mount: Mount): void {
    if (this.#mounts.has(segment)) {
      throw new Error(`/${segment} is served twice`);
    }
    this.#mounts.set(segment, mount);
  }

  /** Is told of each server before it listens. */
  onServer(listener: (server: Server) => void): void {
    this.#onServer.push(listener);
  }

  /** What answers addresses that nobody serves; call it last. */
  finish(): void {
    this.app.use((req, res) => {
      sendProblem(req, res, new ProblemError('not-found', { kind: 'address' }), this.#log);
    });
    this.app.use(
      (error: unknown, req: IncomingMessage, res: ServerResponse, _next: express.NextFunction) => {
        // Express itself complains of addresses that cannot be decoded.
        const status = (error as { status?: number }).status;
        const problem = status === 400 ? new ProblemError('not-found', { kind: 'address' }) : error;
        sendProblem(req, res, problem, this.#log);
      }
    );
  }

  /**
   * Listens.
   *
   * @param local whether what comes in is from the owner's own processes, whose forwarding headers count
   */
  async listen(
    where: { path: string } | { host: string; port: number },
    local: boolean
  ): Promise<Server> {
    const server = createServer({
      maxHeaderSize: HEAD_LIMIT,
      headersTimeout: HEAD_TIMEOUT,
      // Bodies are bounded in size; a slow uploader may take its time.
      requestTimeout: 0,
      keepAliveTimeout: 65_000,
      connectionsCheckingInterval: 5_000,
      shouldUpgradeCallback: changesProtocol
    });
    server.maxHeadersCount = 200;
    this.#onServer.forEach(listener => listener(server));
    server.on('connection', socket => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    server.on('request', (req, res) => this.#request(req, res, local));
    server.on('checkContinue', (req, res) => {
      if (this.#find(req.url)?.mount.proceeds !== true) {
        res.writeContinue();
      }
      this.#request(req, res, local);
    });
    server.on('upgrade', (req, socket, head) => this.#upgrade(req, socket, head, local));
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      if (socket.writable && error.code !== 'ECONNRESET') {
        const problem =
          error.code === 'HPE_HEADER_OVERFLOW'
            ? new ProblemError('head-too-large', { limit: HEAD_LIMIT })
            : new ProblemError('malformed-request');
        socket.end(problemBytes(problem));
      } else {
        socket.destroy();
      }
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(where, () => {
        server.removeListener('error', reject);
        resolve();
      });
    });
    this.#servers.push(server);
    return server;
  }

  /** Takes no new connections, lets requests finish for a while, then ends what is left. */
  async close(): Promise<void> {
    this.#draining = true;
    const closed = this.#servers.map(
      server =>
        new Promise<void>(resolve => {
          server.close(() => resolve());
          server.closeIdleConnections();
        })
    );
    for (const res of this.#answering) {
      if (String(res.getHeader('content-type')).startsWith('text/event-stream')) {
        // These end with us or never; whoever listens comes back to the next companion and resumes.
        res.destroy();
      }
    }
    const timer = setTimeout(() => {
      for (const socket of this.#sockets) {
        socket.destroy();
      }
    }, DRAIN_TIME);
    await Promise.all(closed);
    clearTimeout(timer);
  }

  #request(req: IncomingMessage, res: ServerResponse, local: boolean): void {
    receive(req, local);
    if (this.#draining) {
      res.setHeader('Connection', 'close');
    }
    this.#answering.add(res);
    res.once('close', () => {
      this.#answering.delete(res);
      if (this.#draining) {
        setImmediate(() => this.#servers.forEach(server => server.closeIdleConnections()));
      }
    });
    const found = this.#find(req.url);
    if (!found) {
      secure(res);
      this.app(req as express.Request, res as express.Response);
      return;
    }
    Promise.resolve()
      .then(() => found.mount.request(req, res, found.rest))
      .catch((error: unknown) => sendProblem(req, res, error, this.#log));
  }

  #upgrade(req: IncomingMessage, socket: Duplex, head: Buffer, local: boolean): void {
    receive(req, local);
    socket.on('error', () => socket.destroy());
    const found = this.#find(req.url);
    const refuse = (error: unknown) => {
      const problem = asProblem(error, this.#log, req);
      socket.end(problemBytes(problem, req.headers['accept-language']));
    };
    if (!found?.mount.upgrade) {
      refuse(new ProblemError('not-found', { kind: 'address' }));
      return;
    }
    const { mount, rest } = found;
    Promise.resolve()
      .then(() => mount.upgrade?.(req, socket, head, rest))
      .catch(refuse);
  }

  #find(url = '/'): { mount: Mount; rest: string } | undefined {
    const match = /^\/([A-Za-z0-9._-]+)(.*)$/s.exec(url);
    const mount = match?.[1] === undefined ? undefined : this.#mounts.get(match[1]);
    return mount && { mount, rest: match?.[2] ?? '' };
  }
}

/**
 * Whether a request is to change protocols, as one for a WebSocket. Many clients offer HTTP/2 with every
 * request, as they may be refused it; such a one, and one with a body, is a request like any other.
 */
function changesProtocol({ headers }: IncomingMessage): boolean {
  const { upgrade = '', 'content-length': length = '0', 'transfer-encoding': coding } = headers;
  return length === '0' && coding === undefined && !/\bh2c\b/i.test(upgrade);
}
