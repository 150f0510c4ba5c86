import {
  catalogue,
  sentence,
  type FieldProblem,
  type Language,
  type Params,
  type Problem,
  type ProblemCode
} from '@topsdl/contract';

/** A fault of one field, before its sentence is known. */
export interface FieldFault {
  readonly field: string;
  readonly code: string;
  readonly params: Params;
}

/**
 * What an operation refuses. Thrown anywhere below a handler, it becomes the problem document of the
 * answer; `code` and its status come from the contract's catalogue.
 */
export class ProblemError extends Error {
  readonly code: ProblemCode;
  readonly params: Params;
  /** Path of the field at fault, such as `body.name`. */
  readonly field: string | undefined;
  readonly status: number;
  readonly fields: readonly FieldFault[];
  /** Headers that the answer carries, such as `Retry-After`. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ProblemCode,
    params: Params = {},
    field?: string,
    options: {
      status?: number;
      fields?: readonly FieldFault[];
      headers?: Readonly<Record<string, string>>;
    } = {}
  ) {
    super(sentence(code, params));
    this.name = 'ProblemError';
    this.code = code;
    this.params = params;
    this.field = field;
    this.status = options.status ?? catalogue[code].status;
    this.fields = options.fields ?? [];
    this.headers = options.headers ?? {};
  }
}

/** The document of a problem, its sentences in the reader's language. */
export function problemDocument(error: ProblemError, language: Language): Problem {
  const fields = error.fields.map((fault): FieldProblem => ({
    field: fault.field,
    code: fault.code,
    params: { ...fault.params },
    detail: sentence(fault.code, fault.params, language)
  }));
  const field = error.field ?? fields[0]?.field;
  return {
    type: `urn:topsdl:problem:${error.code}`,
    title: sentence(error.code, error.params, 'en'),
    status: error.status,
    detail: sentence(error.code, error.params, language),
    code: error.code,
    params: { ...error.params },
    ...(field === undefined ? {} : { field }),
    ...(fields.length > 0 ? { fields } : {})
  };
}

const DISK_FULL = new Set(['ENOSPC', 'EDQUOT', 'SQLITE_FULL']);

/** Whether a disk had no room: node's own error, or SQLite's. */
export function isDiskFull(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && DISK_FULL.has(code);
}
