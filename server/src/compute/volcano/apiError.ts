import type { ApiStatus } from './objects.ts';

/** What the API server answered with, or that it did not. */
export class ApiError extends Error {
  /** The HTTP status; 0 where there was no answer. */
  readonly status: number;
  /** Kubernetes' own word, such as `AlreadyExists`; where there was no answer the connection's, such as `ECONNREFUSED`. */
  readonly reason: string;
  /** How long to wait before the next try, where the server says so. */
  readonly retryAfterMs: number | undefined;

  constructor(status: number, message: string, reason = '', retryAfterMs?: number) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }

  /**
   * From the status object or other body of an answer.
   *
   * @param retryAfter the header of this name, in seconds
   */
  static from(status: number, body: unknown, retryAfter?: string): ApiError {
    const answer = (typeof body === 'object' && body !== null ? body : {}) as ApiStatus;
    const seconds = Number(retryAfter ?? answer.details?.retryAfterSeconds ?? Number.NaN);
    return new ApiError(
      status,
      answer.message ?? `The API server answered with ${status}.`,
      answer.reason ?? '',
      Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined
    );
  }

  /** No answer, or one of a server that is not up: what was asked for may have been done or not. */
  get away(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504;
  }

  get notFound(): boolean {
    return this.status === 404;
  }

  /** The credentials do not suffice for it. */
  get forbidden(): boolean {
    return this.status === 403;
  }

  /** Something of this name is there already, or was changed by somebody else meanwhile. */
  get conflict(): boolean {
    return this.status === 409;
  }

  /** What the watch was to go on from is no longer known. */
  get expired(): boolean {
    return this.status === 410;
  }
}

export function isApiError(error: unknown): error is ApiError {
  return error instanceof ApiError;
}

/** Of a request that got no answer. */
export function unanswered(error: unknown): ApiError {
  const {
    name,
    message = String(error),
    code = ''
  } = Object(error) as Partial<Error> & {
    code?: string;
  };
  const late = name === 'TimeoutError' || name === 'AbortError';
  return new ApiError(0, late ? 'the API server did not answer in time' : message || code, code);
}
