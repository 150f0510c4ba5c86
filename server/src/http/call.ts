import type { Request, Response } from 'express';
import type { Language, Operation, ResponseOf } from '@topsdl/contract';
import type { Readable } from 'node:stream';
import type { Logger } from 'pino';
import type { z } from 'zod';
import type { Caller } from '../access/caller.ts';
import type { Transaction } from '../db/database.ts';
import type { Authenticated } from './authenticate.ts';

type BodyOf<O extends Operation> =
  O extends Operation<infer _P, infer _Q, infer B, infer _R>
    ? B extends z.ZodNever
      ? undefined
      : z.output<B>
    : never;

/** A request to a public operation, whoever makes it. */
export interface PublicCall<O extends Operation> {
  readonly params: z.output<O['params']>;
  readonly query: z.output<O['query']>;
  readonly body: BodyOf<O>;
  readonly language: Language;
  readonly req: Request;
  readonly res: Response;
  /** Aborted when the client goes away, its session ends or it loses access. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** The raw body, failing with `too-large` beyond `limit` bytes. */
  readonly bytes: (limit: number) => Readable;
}

/** A request that has passed: its parts are valid, and its caller may do this. */
export interface Call<O extends Operation> extends PublicCall<O> {
  readonly caller: Caller;
  readonly authenticated: Authenticated;
  /** The project that the path names or that owns the object it names; null for a public object or outside projects. */
  readonly projectId: string | null;
  /**
   * Runs a transaction whose result is the answer. Under an idempotency key the answer is kept in the
   * same transaction, so that a repeated request gets it and does nothing. Operations that take such a
   * key have to change things through this.
   */
  readonly commit: (work: (tx: Transaction) => ResponseOf<O>) => ResponseOf<O>;
}

/** The answer; nothing from operations without a JSON response, which write raw ones to `res` themselves. */
export type Answer<O extends Operation> = ResponseOf<O> | Promise<ResponseOf<O>>;

export type Handler<O extends Operation> = (call: Call<O>) => Answer<O>;
export type PublicHandler<O extends Operation> = (call: PublicCall<O>) => Answer<O>;
