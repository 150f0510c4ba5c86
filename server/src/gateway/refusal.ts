import { languageOf, type ProblemCode } from '@topsdl/contract';
import { problemDocument, ProblemError } from '../http/problem.ts';

/** Why the gateway itself answers instead of a replica. */
export interface Refusal {
  readonly code: ProblemCode;
  /** The part of the request that is at fault. */
  readonly field?: string;
  readonly params?: Readonly<Record<string, string | number>>;
}

/** A refusal as an HTTP message: RFC 9457 problem details. */
export interface RefusalMessage {
  readonly status: number;
  readonly contentType: 'application/problem+json';
  readonly body: string;
}

/** @param acceptLanguage decides the language of `detail`, for people who read it without the panels */
export function refusalMessage(refusal: Refusal, acceptLanguage?: string): RefusalMessage {
  const problem = new ProblemError(refusal.code, refusal.params, refusal.field);
  return {
    status: problem.status,
    contentType: 'application/problem+json',
    body: JSON.stringify(problemDocument(problem, languageOf(acceptLanguage)))
  };
}
