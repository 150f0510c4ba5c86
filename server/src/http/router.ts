import { languageOf, type Operation } from '@topsdl/contract';
import { Router, type Request, type Response } from 'express';
import type { Logger } from 'pino';
import type { z } from 'zod';
import type { Access, Owner } from '../access/access.ts';
import { objectsIn } from '../access/access.ts';
import type { Database, Transaction } from '../db/database.ts';
import { sendJson, sendProblem } from './answer.ts';
import type { Authenticated, Authenticator } from './authenticate.ts';
import type { Call, Handler, PublicCall, PublicHandler } from './call.ts';
import { keyedRequest, storeAnswer, storedAnswer, type KeyedRequest } from './idempotency.ts';
import { readJson } from './json-body.ts';
import { ProblemError } from './problem.ts';
import { boundedBody } from './raw-body.ts';
import { readQuery, validate } from './validate.ts';

export interface RouterOptions {
  readonly db: Database;
  readonly access: Access;
  readonly authenticator: Authenticator;
  readonly log: Logger;
  /** Checks answers against the contract, too: in tests and in a checkout. */
  readonly checkResponses: boolean;
  /** Told of each answer, for the metrics. */
  readonly onAnswered: (operation: string, status: number, seconds: number) => void;
}

type AnyHandler = (call: Call<Operation>) => unknown;

interface Implementation {
  readonly operation: Operation;
  readonly handler: AnyHandler;
}

/** Another request with the same key was committed while this one ran. */
class Replay extends Error {
  readonly response: unknown;
  constructor(response: unknown) {
    super('replay');
    this.response = response;
  }
}

/**
 * Carries requests to the implementations of the contract's operations. Everything that the contract
 * says of an operation is enforced here, and only here: who may call it, what its parts look like,
 * what it answers.
 */
export class ApiRouter {
  readonly router = Router({ caseSensitive: true, strict: true });
  readonly #options: RouterOptions;
  readonly #implemented = new Map<string, Implementation>();

  constructor(options: RouterOptions) {
    this.#options = options;
  }

  /** Ids of the operations that have an implementation. */
  get implemented(): ReadonlySet<string> {
    return new Set(this.#implemented.keys());
  }

  /** Registers the implementation of an operation that needs a session. */
  implement<O extends Operation>(operation: O, handler: Handler<O>): void {
    if (operation.access.scope === 'public') {
      throw new Error(`${operation.id} is public: use implementPublic`);
    }
    this.#add(operation, handler as unknown as AnyHandler);
  }

  /** Registers the implementation of an operation that anyone may call. */
  implementPublic<O extends Operation>(operation: O, handler: PublicHandler<O>): void {
    if (operation.access.scope !== 'public') {
      throw new Error(`${operation.id} is not public: use implement`);
    }
    this.#add(operation, handler as unknown as AnyHandler);
  }

  /**
   * Opens the addresses. Other methods of one are answered by 405 at once: an address in which a word
   * stands where others have an id is not theirs. Call it once everything is registered.
   */
  finish(): void {
    const addresses = Map.groupBy(this.#implemented.values(), ({ operation }) => operation.path);
    for (const path of [...addresses.keys()].sort(byPrecedence)) {
      const here = addresses.get(path) ?? [];
      here.forEach(implementation => this.#open(implementation));
      this.router.all(expressPath(path), (req, res) => {
        const problem = new ProblemError('method-not-allowed', { method: req.method }, undefined, {
          headers: { Allow: here.map(({ operation }) => operation.method).join(', ') }
        });
        sendProblem(req, res, problem, this.#options.log);
      });
    }
  }

  #add(operation: Operation, handler: AnyHandler): void {
    if (this.#implemented.has(operation.id)) {
      throw new Error(`${operation.id} is implemented twice`);
    }
    this.#implemented.set(operation.id, { operation, handler });
  }

  #open({ operation, handler }: Implementation): void {
    const method = operation.method.toLowerCase() as 'get' | 'post' | 'put' | 'patch' | 'delete';
    this.router[method](expressPath(operation.path), (req, res) => {
      const began = process.hrtime.bigint();
      res.once('close', () => {
        const seconds = Number(process.hrtime.bigint() - began) / 1e9;
        this.#options.onAnswered(operation.id, res.statusCode, seconds);
      });
      this.#handle(operation, handler, req, res).catch((error: unknown) => {
        sendProblem(req, res, error, this.#options.log);
      });
    });
  }

  async #handle(
    operation: Operation,
    handler: AnyHandler,
    req: Request,
    res: Response
  ): Promise<void> {
    const { access, authenticator } = this.#options;
    if (operation.method !== 'GET') {
      authenticator.refuseForeign(req);
    }
    let authenticated: Authenticated | undefined;
    if (operation.access.scope !== 'public') {
      authenticated = authenticator.require(req);
      if (operation.method !== 'GET') {
        authenticator.requireClient(req, authenticated.by);
      }
    }
    const params = validate(operation.params, req.params, 'params');
    const owner = authenticated && this.#authorize(operation, authenticated, params);

    const aborter = new AbortController();
    const release = authenticated
      ? access.live.hold(
          authenticated.caller,
          caller => access.check(caller, operation.access, owner),
          () => {
            aborter.abort(new ProblemError('not-signed-in'));
            // A request that ends its own session is still answered; what streams is cut.
            if (operation.rawResponse) {
              res.destroy();
            }
          }
        )
      : undefined;
    res.once('close', () => {
      release?.();
      if (!res.writableFinished) {
        aborter.abort(new Error('the client went away'));
      }
    });

    const query = validate(strictQuery(operation), readQuery(req.url), 'query');
    for (const name of Object.keys(operation.headers ?? {})) {
      if (req.headers[name.toLowerCase()] === undefined) {
        throw new ProblemError('invalid', {}, undefined, {
          fields: [{ field: `headers.${name}`, code: 'rule.required', params: {} }]
        });
      }
    }
    const body = await this.#body(operation, req);
    const common: PublicCall<Operation> = {
      params,
      query,
      body: body as never,
      language: languageOf(req.headers['accept-language']),
      req,
      res,
      signal: aborter.signal,
      log: this.#options.log,
      bytes: limit => boundedBody(req, limit)
    };
    if (!authenticated) {
      this.#answer(operation, res, await handler(common as Call<Operation>));
      return;
    }
    const keyed = operation.idempotencyKey
      ? keyedRequest(
          req.headers['idempotency-key'] as string | undefined,
          authenticated.caller.userId,
          operation.id,
          [params, query, body ?? null]
        )
      : undefined;
    const stored = keyed && storedAnswer(this.#options.db.orm, keyed);
    if (stored) {
      this.#answerAgain(operation, res, stored.response);
      return;
    }
    try {
      const call: Call<Operation> = {
        ...common,
        caller: authenticated.caller,
        authenticated,
        projectId: owner?.projectId ?? null,
        commit: work => this.#commit(operation, keyed, work) as never
      };
      this.#answer(operation, res, await handler(call));
    } catch (error) {
      if (!(error instanceof Replay)) {
        throw error;
      }
      this.#answerAgain(operation, res, error.response);
    }
  }

  #authorize(
    operation: Operation,
    { caller }: Authenticated,
    params: Record<string, unknown>
  ): Owner | undefined {
    const { access } = this.#options;
    if (operation.access.scope !== 'project') {
      access.check(caller, operation.access, undefined);
      return undefined;
    }
    const owner = access.ownerOf(operation.path, params);
    const kind = objectsIn(operation.path)[0]?.kind;
    access.check(caller, operation.access, owner, kind);
    return owner;
  }

  async #body(operation: Operation, req: Request): Promise<unknown> {
    if (operation.body) {
      return validate(operation.body, await readJson(req), 'body');
    }
    if (operation.rawBody) {
      const type = (req.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
      if (type !== operation.rawBody.contentType) {
        throw new ProblemError('wrong-content-type', { expected: operation.rawBody.contentType });
      }
    }
    return undefined;
  }

  #commit(
    operation: Operation,
    keyed: KeyedRequest | undefined,
    work: (tx: Transaction) => unknown
  ): unknown {
    const { db } = this.#options;
    return db.write(tx => {
      const stored = keyed && storedAnswer(tx, keyed);
      if (stored) {
        throw new Replay(stored.response);
      }
      const response = work(tx);
      if (keyed) {
        this.#check(operation, response);
        storeAnswer(tx, keyed, response);
      }
      return response as never;
    });
  }

  #answerAgain(operation: Operation, res: Response, response: unknown): void {
    res.setHeader('Idempotency-Replayed', 'true');
    this.#answer(operation, res, response);
  }

  #answer(operation: Operation, res: Response, response: unknown): void {
    if (operation.rawResponse) {
      return;
    }
    if (res.headersSent || res.destroyed) {
      return;
    }
    if (!operation.response || operation.status === 204) {
      res.status(operation.status).end();
      return;
    }
    this.#check(operation, response);
    sendJson(res, operation.status, response);
  }

  #check(operation: Operation, response: unknown): void {
    if (this.#options.checkResponses && operation.response) {
      const result = operation.response.safeParse(response);
      if (!result.success) {
        throw new Error(
          `${operation.id} answers against the contract: ${result.error.message.slice(0, 2000)}`
        );
      }
    }
  }
}

/** `/datasets/{datasetId}` as Express writes it. */
export function expressPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1');
}

/** Words before parameters, segment by segment. */
function byPrecedence(a: string, b: string): number {
  const rank = (path: string) => path.replace(/\{\w+\}/g, '\uffff');
  return rank(a) < rank(b) ? -1 : 1;
}

const strictQueries = new WeakMap<Operation, z.ZodObject>();

/** An operation's query that refuses unknown parameters; kept, for zod compiles each new schema at its first use. */
function strictQuery(operation: Operation): z.ZodObject {
  const schema = strictQueries.get(operation) ?? operation.query.strict();
  strictQueries.set(operation, schema);
  return schema;
}
