import { Problem, type InputOf, type Operation, type ResponseOf } from '@topsdl/contract';
import { ConnectionError, ProblemError } from './errors.ts';

export interface ClientOptions {
  /** Where the companion is reached, with a trailing slash: `/lab-base/topsdl/`. */
  readonly baseUrl: string;
  readonly fetch?: typeof globalThis.fetch;
  /** Headers for every request, such as `Authorization`; asked anew each time. */
  readonly headers?: () => Readonly<Record<string, string>>;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Makes repeating the call harmless, where the operation takes one. */
  readonly idempotencyKey?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The raw body, for operations that take one. */
  readonly rawBody?: Blob | ArrayBuffer | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;
}

export interface Client {
  readonly baseUrl: string;
  /**
   * Calls an operation and returns its JSON.
   *
   * @throws ProblemError when the server answers with a problem
   * @throws ConnectionError when it cannot be reached
   */
  call<O extends Operation>(
    operation: O,
    input: InputOf<O>,
    options?: CallOptions
  ): Promise<ResponseOf<O>>;
  /** Calls an operation and returns the response itself, for raw bodies and streams. */
  raw<O extends Operation>(
    operation: O,
    input: InputOf<O>,
    options?: CallOptions
  ): Promise<Response>;
  /** The address of an operation, for links and images. */
  url<O extends Operation>(operation: O, input: InputOf<O>): string;
}

interface LooseInput {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

/** Makes a client of the API; it knows neither Jupyter nor React. */
export function createClient(options: ClientOptions): Client {
  const fetch = options.fetch ?? globalThis.fetch.bind(globalThis);
  const base = options.baseUrl.endsWith('/') ? options.baseUrl : `${options.baseUrl}/`;

  const url = (operation: Operation, input: LooseInput): string => {
    const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(String(input.params?.[name]))
    );
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(input.query ?? {})) {
      if (value !== undefined && value !== null) {
        query.set(name, String(value));
      }
    }
    const text = query.toString();
    return `${base}api${path}${text ? `?${text}` : ''}`;
  };

  const raw = async (operation: Operation, input: LooseInput, call: CallOptions = {}) => {
    const headers: Record<string, string> = {
      'X-TopsDL-Client': 'topsdl',
      Accept: operation.rawResponse?.contentType ?? 'application/json',
      ...options.headers?.(),
      ...call.headers
    };
    if (call.idempotencyKey !== undefined) {
      headers['Idempotency-Key'] = call.idempotencyKey;
    }
    const init: RequestInit & { duplex?: 'half' } = {
      method: operation.method,
      headers,
      credentials: 'same-origin'
    };
    if (call.signal) {
      init.signal = call.signal;
    }
    if (operation.body) {
      headers['Content-Type'] = 'application/json';
      init.body = JSON.stringify(input.body);
    } else if (operation.rawBody && call.rawBody !== undefined) {
      headers['Content-Type'] = operation.rawBody.contentType;
      init.body = call.rawBody;
      init.duplex = 'half';
    }
    let response: Response;
    try {
      response = await fetch(url(operation, input), init);
    } catch (error) {
      if (call.signal?.aborted) {
        throw error;
      }
      throw new ConnectionError('The server cannot be reached.', { cause: error });
    }
    if (!response.ok) {
      throw await failure(response);
    }
    return response;
  };

  return {
    baseUrl: base,
    url: (operation, input) => url(operation, input as LooseInput),
    raw: (operation, input, call) => raw(operation, input as LooseInput, call),
    async call<O extends Operation>(operation: O, input: InputOf<O>, call?: CallOptions) {
      const response = await raw(operation, input as LooseInput, call);
      if (response.status === 204 || !operation.response) {
        return undefined as ResponseOf<O>;
      }
      return (await response.json()) as ResponseOf<O>;
    }
  };
}

async function failure(response: Response): Promise<Error> {
  const text = await response.text().catch(() => '');
  try {
    const parsed = Problem.safeParse(JSON.parse(text));
    if (parsed.success) {
      return new ProblemError(parsed.data);
    }
  } catch {
    // Not JSON: a proxy answered.
  }
  return new ConnectionError(`The server cannot be reached (HTTP ${response.status}).`, {
    status: response.status
  });
}
