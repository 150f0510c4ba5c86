/** The one file that speaks to Kubernetes. What an answer means is for others to say. */
import { KubeConfig } from '@kubernetes/client-node';
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { RequestOptions } from 'node:https';
import { text } from 'node:stream/consumers';
import { Agent, ProxyAgent, request, type Dispatcher } from 'undici';
import { WebSocket } from 'ws';

import { ApiError, unanswered } from './apiError.ts';
import { Channels } from './channels.ts';
import { expiryOf, type Expiry } from './credentials.ts';
import type { Kind } from './kinds.ts';
import { pathOf } from './kinds.ts';
import type { ClusterObject, ObjectList } from './objects.ts';

export type Query = Readonly<Record<string, string>>;

/** Credentials are read again after this time: a service account's token is replaced in its file. */
const CREDENTIALS_MS = 30_000;
/** A webhook may take ten seconds, and the server answers with its failure then. */
const REQUEST_TIMEOUT_MS = 15_000;
/** Nothing for so long, no bookmark either (they come every minute): the connection is dead and nobody said so. */
const WATCH_SILENCE_MS = 150_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** The context that the library makes up, of a server on this machine, where it finds no configuration at all. */
const NOT_FOUND = 'loaded-context';
/** A server that asks to be left alone for a moment is asked again so often. */
const THROTTLED_TRIES = 3;
const THROTTLED_MS = 1_000;

/** How a patch is to be understood. */
export const MERGE_PATCH = 'application/merge-patch+json';
export const APPLY_PATCH = 'application/apply-patch+yaml';

export { loadYaml } from '@kubernetes/client-node';

interface Access {
  readonly dispatcher: Dispatcher;
  readonly headers: Record<string, string>;
  readonly expires: Expiry | undefined;
  readonly until: number;
}

/** The API server of one cluster. Every method rejects with {@link ApiError}. */
export class ClusterApi {
  readonly #config: KubeConfig;
  readonly #server: string;
  #access: Promise<Access> | undefined;
  #dispatcher: { key: string; dispatcher: Dispatcher } | undefined;

  /**
   * From a kubeconfig file; without one from the pod's service account or where kubectl looks.
   *
   * @throws Error for a file that cannot be read or has no such context
   */
  static connect(options: { kubeconfig?: string; context?: string }): ClusterApi {
    const config = new KubeConfig();
    if (options.kubeconfig === undefined) {
      config.loadFromDefault();
      if (config.getCurrentContext() === NOT_FOUND) {
        throw new Error(
          'There is no kubeconfig: set cluster.kubeconfig or KUBECONFIG, or put one at ~/.kube/config.'
        );
      }
    } else {
      config.loadFromFile(options.kubeconfig);
    }
    if (options.context !== undefined) {
      config.setCurrentContext(options.context);
    }
    return new ClusterApi(config);
  }

  private constructor(config: KubeConfig) {
    const cluster = config.getCurrentCluster();
    if (cluster === null) {
      const names = config.getContexts().map(({ name }) => name);
      throw new Error(
        `The kubeconfig has no cluster for the context “${config.getCurrentContext()}”; its contexts: ${names.join(', ') || 'none'}.`
      );
    }
    this.#config = config;
    this.#server = cluster.server.replace(/\/$/, '');
  }

  /** The address of the server, for logs. */
  get server(): string {
    return this.#server;
  }

  /** What the kubeconfig calls the one whose credentials it has; undefined where it has none. */
  get user(): string | undefined {
    return this.#config.getCurrentUser()?.name;
  }

  /** When the credentials end, where they say so themselves. @throws ApiError where they cannot be had */
  async expires(): Promise<Expiry | undefined> {
    try {
      return (await this.#credentials()).expires;
    } catch (error) {
      throw unanswered(error);
    }
  }

  get<T>(path: string, query?: Query): Promise<T> {
    return this.#request<T>('GET', path, { query });
  }

  post<T>(path: string, body: unknown, query?: Query): Promise<T> {
    return this.#request<T>('POST', path, { body, query });
  }

  list<T extends ClusterObject>(
    kind: Kind,
    namespace: string | undefined,
    query: Query
  ): Promise<ObjectList<T>> {
    return this.get<ObjectList<T>>(pathOf(kind, namespace), query);
  }

  create<T extends ClusterObject>(kind: Kind, object: T): Promise<T> {
    return this.post<T>(pathOf(kind, object.metadata.namespace), object);
  }

  patch<T extends ClusterObject>(
    path: string,
    body: unknown,
    type: typeof MERGE_PATCH | typeof APPLY_PATCH = MERGE_PATCH,
    query?: Query
  ): Promise<T> {
    return this.#request<T>('PATCH', path, { body, type, query });
  }

  /** Makes an object as it is given, or changes one that is there into it. */
  apply<T extends ClusterObject>(kind: Kind, object: T): Promise<T> {
    const { namespace, name } = object.metadata;
    return this.patch<T>(pathOf(kind, namespace, name), object, APPLY_PATCH, {
      fieldManager: 'topsdl',
      force: 'true'
    });
  }

  async remove(path: string, options: { graceSeconds?: number; uid?: string } = {}): Promise<void> {
    const { graceSeconds, uid } = options;
    await this.#request('DELETE', path, {
      body: {
        kind: 'DeleteOptions',
        apiVersion: 'v1',
        propagationPolicy: 'Background',
        ...(graceSeconds === undefined ? {} : { gracePeriodSeconds: graceSeconds }),
        ...(uid === undefined ? {} : { preconditions: { uid } })
      }
    });
  }

  /** Lines of a watch, until the server closes it. */
  async *lines(
    path: string,
    query: Query,
    signal: AbortSignal,
    silenceMs = WATCH_SILENCE_MS
  ): AsyncGenerator<string> {
    const silence = new AbortController();
    const timer = setTimeout(() => silence.abort(), silenceMs);
    timer.unref();
    const stop = AbortSignal.any([signal, silence.signal]);
    try {
      const { statusCode, headers, body } = await this.#send('GET', path, { query, signal: stop });
      if (statusCode !== 200) {
        throw ApiError.from(statusCode, await bodyOf(body), single(headers['retry-after']));
      }
      let rest = '';
      body.setEncoding('utf8');
      for await (const chunk of body as AsyncIterable<string>) {
        timer.refresh();
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        yield* lines;
      }
      if (rest !== '') {
        yield rest;
      }
    } catch (error) {
      throw signal.aborted || error instanceof ApiError ? error : unanswered(error);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Starts a program in a container; its streams and its end come over the channels. */
  exec(
    namespace: string,
    pod: string,
    container: string,
    argv: readonly string[]
  ): Promise<Channels> {
    const query = new URLSearchParams([
      ...argv.map((argument): [string, string] => ['command', argument]),
      ['container', container],
      ['stdin', 'true'],
      ['stdout', 'true'],
      ['stderr', 'true'],
      ['tty', 'false']
    ]);
    return this.#channels(`${pathOf(POD, namespace, pod)}/exec?${query.toString()}`);
  }

  /** Connects to a port of a pod: channel 0 has its bytes, channel 1 what went wrong, each after two bytes of the port's number. */
  forward(namespace: string, pod: string, port: number): Promise<Channels> {
    return this.#channels(`${pathOf(POD, namespace, pod)}/portforward?ports=${port}`);
  }

  async close(): Promise<void> {
    await this.#dispatcher?.dispatcher.destroy();
  }

  async #channels(path: string): Promise<Channels> {
    const options: RequestOptions = {};
    await this.#config.applyToHTTPSOptions(options);
    // A Buffer is what the type of `ws` misses among the kinds of keys.
    const socket = new WebSocket(
      `${this.#server.replace(/^http/, 'ws')}${path}`,
      ['v5.channel.k8s.io', 'v4.channel.k8s.io'],
      { ...(options as WebSocket.ClientOptions), handshakeTimeout: REQUEST_TIMEOUT_MS }
    );
    const channels = new Channels(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', () => resolve());
      socket.once('error', error => reject(unanswered(error)));
      socket.once('unexpected-response', (_request, response: IncomingMessage) => {
        text(response).then(
          content => reject(ApiError.from(response.statusCode ?? 0, parsed(content))),
          (error: unknown) => reject(unanswered(error))
        );
      });
    });
    return channels;
  }

  async #request<T>(
    method: Dispatcher.HttpMethod,
    path: string,
    options: { query?: Query | undefined; body?: unknown; type?: string }
  ): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#once<T>(method, path, options);
      } catch (error) {
        const throttled = error instanceof ApiError && error.status === 429;
        if (!throttled || tries === THROTTLED_TRIES) {
          throw error;
        }
        await new Promise(resolve => setTimeout(resolve, error.retryAfterMs ?? THROTTLED_MS));
      }
    }
  }

  async #once<T>(
    method: Dispatcher.HttpMethod,
    path: string,
    options: { query?: Query | undefined; body?: unknown; type?: string }
  ): Promise<T> {
    const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    try {
      const answer = await this.#send(method, path, { ...options, signal });
      const content = await bodyOf(answer.body);
      if (answer.statusCode === 401) {
        // The token may have been replaced.
        this.#access = undefined;
      }
      if (answer.statusCode >= 300) {
        throw ApiError.from(answer.statusCode, content, single(answer.headers['retry-after']));
      }
      return content as T;
    } catch (error) {
      throw error instanceof ApiError ? error : unanswered(error);
    }
  }

  async #send(
    method: Dispatcher.HttpMethod,
    path: string,
    options: { query?: Query | undefined; body?: unknown; type?: string; signal: AbortSignal }
  ): Promise<Dispatcher.ResponseData> {
    const { dispatcher, headers } = await this.#credentials();
    const { query, body, type = 'application/json', signal } = options;
    const search = query === undefined ? '' : `?${new URLSearchParams(query).toString()}`;
    return request(`${this.#server}${path}${search}`, {
      method,
      dispatcher,
      signal,
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': type }),
        ...headers
      },
      ...(body === undefined ? {} : { body: jsonOf(body) }),
      // Their own limits: a watch may be silent for a minute.
      headersTimeout: 0,
      bodyTimeout: 0
    });
  }

  async #credentials(): Promise<Access> {
    const known = await this.#access;
    if (known !== undefined && performance.now() < known.until) {
      return known;
    }
    this.#access = this.#readCredentials();
    try {
      return await this.#access;
    } catch (error) {
      this.#access = undefined;
      throw error;
    }
  }

  /** Connections are kept, and made anew only where keys or certificates have changed. */
  async #readCredentials(): Promise<Access> {
    const options: RequestOptions = {};
    await this.#config.applyToHTTPSOptions(options);
    const { ca, cert, key, rejectUnauthorized, servername, headers = {}, auth } = options;
    const tls = {
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
      ...(servername === undefined ? {} : { servername })
    };
    const name = JSON.stringify(tls);
    if (this.#dispatcher?.key !== name) {
      const before = this.#dispatcher?.dispatcher;
      this.#dispatcher = { key: name, dispatcher: this.#connections(tls) };
      void before?.close();
    }
    return {
      expires: expiryOf(cert, (headers as OutgoingHttpHeaders)['Authorization']),
      dispatcher: this.#dispatcher.dispatcher,
      headers: {
        ...Object.fromEntries(
          Object.entries(headers).map(([header, value]) => [header.toLowerCase(), String(value)])
        ),
        ...(typeof auth === 'string'
          ? { authorization: `Basic ${Buffer.from(auth).toString('base64')}` }
          : {})
      },
      until: performance.now() + CREDENTIALS_MS
    };
  }

  #connections(tls: object): Dispatcher {
    const proxy = this.#config.getCurrentCluster()?.proxyUrl;
    const connect = {
      ...tls,
      timeout: CONNECT_TIMEOUT_MS,
      keepAlive: true,
      keepAliveInitialDelay: 30_000
    };
    return proxy === undefined
      ? new Agent({ connect })
      : new ProxyAgent({ uri: proxy, requestTls: connect });
  }
}

const POD: Kind = { apiVersion: 'v1', plural: 'pods' };

async function bodyOf(body: Dispatcher.ResponseData['body']): Promise<unknown> {
  return parsed(await body.text());
}

function parsed(content: string): unknown {
  try {
    return JSON.parse(content) as unknown;
  } catch {
    return { message: content.trim().slice(0, 1000) };
  }
}

/** What JSON has as it is, and YAML only escaped, or takes for the end of a line. */
const NOT_IN_YAML = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

/** JSON that is YAML, too: as such the server reads what is applied, and refuses an object for one such letter of a name. */
function jsonOf(body: unknown): string {
  return JSON.stringify(body, (_, value: unknown) =>
    typeof value === 'string' ? value.toWellFormed() : value
  ).replace(NOT_IN_YAML, letter => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
