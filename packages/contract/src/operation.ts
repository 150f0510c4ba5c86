import { z } from 'zod';

/** What a user may do; a set that a user holds, not a ladder. */
export const Permission = z
  .enum(['platform', 'data', 'label', 'review', 'admin'])
  .meta({ id: 'Permission' });
export type Permission = z.infer<typeof Permission>;

/**
 * Who may call an operation. It is declared here and enforced in one place, the server's router.
 *
 * - `public`: nobody has to be signed in.
 * - `signedIn`: any signed-in user, about themselves or about the installation.
 * - `project`: a member of the project that the path names (or that owns the object it names) who
 *   holds one of the permissions. For everyone else the object does not exist (404). A public object
 *   can be read by all signed-in users; writing one needs `admin`.
 * - `admin`: administrators. Others get 403.
 */
export type Access =
  | { readonly scope: 'public' }
  | { readonly scope: 'signedIn' }
  | { readonly scope: 'project'; readonly anyOf: readonly Permission[]; readonly write: boolean }
  | { readonly scope: 'admin' };

export const access = {
  public: { scope: 'public' } as const satisfies Access,
  signedIn: { scope: 'signedIn' } as const satisfies Access,
  admin: { scope: 'admin' } as const satisfies Access,
  /** Reading something of a project. */
  read: (...anyOf: Permission[]) =>
    ({ scope: 'project', anyOf, write: false }) as const satisfies Access,
  /** Changing something of a project. */
  write: (...anyOf: Permission[]) =>
    ({ scope: 'project', anyOf, write: true }) as const satisfies Access
};

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** How a body that is not JSON travels. */
export interface Binary {
  readonly contentType: string;
  /** Of answers: what else they may be, where that depends on the parameters. */
  readonly otherTypes?: readonly string[];
  readonly description: string;
}

/** A request header that an operation needs. */
export interface Header {
  readonly description: string;
  readonly schema: z.ZodType;
}

type Fields = z.ZodObject;

/**
 * One operation of the API. The server's validation, the client's types, the forms, `openapi.json`
 * and the Python client all come from these objects.
 *
 * @typeParam P path parameters, Q query, B JSON body, R JSON response.
 */
export interface Operation<
  P extends Fields = Fields,
  Q extends Fields = Fields,
  B extends z.ZodType = z.ZodType,
  R extends z.ZodType = z.ZodType
> {
  /** `<feature>.<verb>`, unique. */
  readonly id: string;
  readonly method: Method;
  /** Below `/api`, with `{name}` for path parameters. */
  readonly path: string;
  readonly summary: string;
  readonly access: Access;
  readonly params: P;
  readonly query: Q;
  /** JSON body, if the operation takes one. */
  readonly body?: B;
  /** Raw body, streamed, instead of JSON. */
  readonly rawBody?: Binary;
  /** JSON response; `undefined` with status 204 or a raw response. */
  readonly response?: R;
  /** Raw response, streamed, instead of JSON. */
  readonly rawResponse?: Binary;
  readonly status: 200 | 201 | 202 | 204;
  /** Request headers that mean something to this operation. */
  readonly headers?: Readonly<Record<string, Header>>;
  /** Repeating the call with the same `Idempotency-Key` header does it once. */
  readonly idempotencyKey?: boolean;
}

const none = z.object({});
type None = typeof none;

interface Declaration<P, Q, B, R> {
  id: string;
  method: Method;
  path: string;
  summary: string;
  access: Access;
  params?: P;
  query?: Q;
  body?: B;
  rawBody?: Binary;
  response?: R;
  rawResponse?: Binary;
  status?: 200 | 201 | 202 | 204;
  headers?: Readonly<Record<string, Header>>;
  idempotencyKey?: boolean;
}

/**
 * Declares an operation; parameters and query default to none, the status to 200 with a response and
 * 204 without.
 */
export function operation<
  P extends Fields = None,
  Q extends Fields = None,
  B extends z.ZodType = z.ZodNever,
  R extends z.ZodType = z.ZodVoid
>(declared: Declaration<P, Q, B, R>): Operation<P, Q, B, R> {
  return {
    ...declared,
    params: declared.params ?? (none as unknown as P),
    query: declared.query ?? (none as unknown as Q),
    status: declared.status ?? (declared.response || declared.rawResponse ? 200 : 204)
  };
}

/** The JSON an operation answers with. */
export type ResponseOf<O extends Operation> =
  O extends Operation<Fields, Fields, z.ZodType, infer R> ? z.output<R> : never;

/** What a caller passes: the parts that the operation has, and only those. */
export type InputOf<O extends Operation> =
  O extends Operation<infer P, infer Q, infer B, z.ZodType>
    ? (z.input<P> extends Record<string, never> ? { params?: undefined } : { params: z.input<P> }) &
        (z.input<Q> extends Record<string, never>
          ? { query?: undefined }
          : { query?: z.input<Q> }) &
        (B extends z.ZodNever ? { body?: undefined } : { body: z.input<B> })
    : never;
