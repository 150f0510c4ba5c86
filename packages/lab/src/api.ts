import { Token } from '@lumino/coreutils';
import type { Client } from '@topsdl/client';
import type { InputOf, Operation, ResponseOf } from '@topsdl/contract';

/**
 * What of an operation a request needs. An `Operation` is one; so is a literal with the same method
 * and path, for the few requests that are made before the contract is loaded.
 */
export interface Route<O extends Operation = Operation> {
  readonly method: O['method'];
  readonly path: string;
  /** Never set: it carries the operation's types. */
  readonly operation?: O;
}

/** The answer to a light request that was not a success. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  /** HTTP status; 0 where nothing answered. */
  readonly status: number;
  /** The problem's code, where a problem came. */
  readonly code: string | undefined;

  constructor(message: string, status: number, code?: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Where the companion is, seen from this page, and how it is asked. */
export interface ITopsApi {
  /** `<Jupyter's base URL>topsdl/`, absolute, with the slash. */
  readonly baseUrl: string;
  /** Address of the WebSocket that carries the events. */
  readonly eventsUrl: string;
  /** The typed client; it comes with the contract, which is loaded on first use. */
  client(): Promise<Client>;
  /**
   * A request without the contract, for what has to be known before anything is opened.
   *
   * @throws RequestError
   */
  request<O extends Operation>(route: Route<O>, input: InputOf<O>): Promise<ResponseOf<O>>;
  /** Signs the owner of the data directory in, through JupyterLab's server. */
  continueAsOwner(): Promise<void>;
  /** Puts the first notebook into the file browser, where it is not there yet; returns its path. */
  startNotebook(): Promise<string>;
}

export const ITopsApi = new Token<ITopsApi>(
  '@topsdl/lab:ITopsApi',
  'The TopsDL companion of this JupyterLab, and a typed client of its API.'
);
