import type { FieldProblem, Problem } from '@topsdl/contract';

/** The server answered with a problem document. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }

  get code(): string {
    return this.problem.code;
  }

  get status(): number {
    return this.problem.status;
  }

  get params(): Record<string, unknown> {
    return this.problem.params;
  }

  /** The field at fault, as a path without the leading `body.`, if there is one. */
  get field(): string | undefined {
    return this.problem.field?.replace(/^body\./, '');
  }

  get fields(): readonly FieldProblem[] {
    return this.problem.fields ?? [];
  }
}

/** The server could not be reached, or what answered was not the server. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  /** HTTP status of what answered instead, such as a proxy. */
  readonly status: number | undefined;

  constructor(message: string, options: { status?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.status = options.status;
  }
}
