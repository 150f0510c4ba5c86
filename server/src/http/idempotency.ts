import { createHash } from 'node:crypto';
import { and, eq, lt } from 'drizzle-orm';
import type { Database, Orm, Transaction } from '../db/database.ts';
import { idempotencyKeys } from '../db/table.ts';
import { ProblemError } from './problem.ts';

const KEPT_FOR = 24 * 3_600_000;
const KEY = /^[A-Za-z0-9._:-]{1,100}$/;

/** A request that carries a key. */
export interface KeyedRequest {
  readonly userId: string;
  readonly key: string;
  readonly operation: string;
  readonly requestHash: string;
}

/**
 * Reads the key of a request.
 *
 * @param input what has to be the same for two requests to be one
 */
export function keyedRequest(
  header: string | undefined,
  userId: string,
  operation: string,
  input: unknown
): KeyedRequest | undefined {
  if (header === undefined) {
    return undefined;
  }
  if (!KEY.test(header)) {
    throw new ProblemError('invalid', {}, undefined, {
      fields: [{ field: 'headers.Idempotency-Key', code: 'rule.format', params: {} }]
    });
  }
  const requestHash = createHash('sha256').update(JSON.stringify(input)).digest('hex');
  return { userId, key: header, operation, requestHash };
}

/**
 * The answer that was given to the same request before, wrapped; nothing for a new one.
 *
 * @throws ProblemError `idempotency-conflict` when the key was used for another request
 */
export function storedAnswer(orm: Orm, request: KeyedRequest): { response: unknown } | undefined {
  const row = orm
    .select()
    .from(idempotencyKeys)
    .where(and(eq(idempotencyKeys.userId, request.userId), eq(idempotencyKeys.key, request.key)))
    .get();
  if (!row || row.createdAt < Date.now() - KEPT_FOR) {
    return undefined;
  }
  if (row.operation !== request.operation || row.requestHash !== request.requestHash) {
    throw new ProblemError('idempotency-conflict', {}, 'headers.Idempotency-Key');
  }
  return { response: row.response };
}

/** Keeps an answer, in the transaction of what it answers. */
export function storeAnswer(tx: Transaction, request: KeyedRequest, response: unknown): void {
  const row = { ...request, response: response ?? null, createdAt: Date.now() };
  tx.insert(idempotencyKeys)
    .values(row)
    .onConflictDoUpdate({ target: [idempotencyKeys.userId, idempotencyKeys.key], set: row })
    .run();
}

/** Forgets answers whose time is over. */
export function forgetOldAnswers(db: Database): void {
  db.write(tx => {
    tx.delete(idempotencyKeys)
      .where(lt(idempotencyKeys.createdAt, Date.now() - KEPT_FOR))
      .run();
  });
}
