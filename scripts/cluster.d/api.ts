import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { text } from 'node:stream/consumers';

/** The part of every Kubernetes object that says which one it is. */
export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  finalizers?: string[];
}

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta;
}

export interface ObjectList<T> {
  metadata: { resourceVersion: string };
  items: T[];
}

export interface WatchEvent<T> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: T;
}

/** What the API server refused, in its own words. */
export class ApiError extends Error {
  readonly status: number;
  /** Such as `NotFound`, `AlreadyExists`, `Conflict`, `Expired`. */
  readonly reason: string;
  constructor(status: number, reason: string, message: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.reason = reason;
  }
}

interface Connection {
  server: string;
  authority: Buffer;
  certificate: Buffer;
  key: Buffer;
}

/** A connection to the API server as one of those whose kubeconfig the cluster wrote. */
export class Api {
  private readonly server: string;
  private readonly agent: Agent;

  constructor(connection: Connection) {
    this.server = connection.server;
    this.agent = new Agent({
      keepAlive: true,
      ca: connection.authority,
      cert: connection.certificate,
      key: connection.key
    });
  }

  /** @param path of a kubeconfig that {@link kubeconfig} wrote */
  static from(path: string): Api {
    const { clusters, users } = JSON.parse(readFileSync(path, 'utf8')) as Kubeconfig;
    const decode = (data: string): Buffer => Buffer.from(data, 'base64');
    return new Api({
      server: clusters[0].cluster.server,
      authority: decode(clusters[0].cluster['certificate-authority-data']),
      certificate: decode(users[0].user['client-certificate-data']),
      key: decode(users[0].user['client-key-data'])
    });
  }

  get<T>(path: string): Promise<T> {
    return this.ask<T>('GET', path);
  }

  create<T extends KubeObject>(path: string, object: T): Promise<T> {
    return this.ask<T>('POST', path, JSON.stringify(object));
  }

  /** Replaces the object, or its status where the path ends in `/status`. @throws ApiError with status 409 if it has changed since it was read */
  replace<T extends KubeObject>(path: string, object: T): Promise<T> {
    return this.ask<T>('PUT', path, JSON.stringify(object));
  }

  /** Replaces a part of the object; what is null is removed. */
  patch<T>(path: string, change: unknown): Promise<T> {
    return this.ask<T>('PATCH', path, JSON.stringify(change), 'application/merge-patch+json');
  }

  /** Changes a part of an object, lists by the names of their entries. Only Kubernetes' own kinds have such lists. */
  merge<T>(path: string, change: unknown): Promise<T> {
    const type = 'application/strategic-merge-patch+json';
    return this.ask<T>('PATCH', path, JSON.stringify(change), type);
  }

  /** Makes the object what the YAML or JSON document says, made or changed by it before. */
  apply<T>(path: string, document: string): Promise<T> {
    const query = '?fieldManager=topsdl-cluster&force=true';
    return this.ask<T>('PATCH', path + query, document, 'application/apply-patch+yaml');
  }

  /** Deletes the object, and only the one with this uid where one is given. */
  delete(path: string, uid?: string): Promise<unknown> {
    const options = { propagationPolicy: 'Background', ...(uid && { preconditions: { uid } }) };
    return this.ask('DELETE', path, JSON.stringify(options));
  }

  /**
   * The changes of a collection from a version on, until the server ends the stream.
   * @throws ApiError with status 410 when the version is no longer known
   */
  async *watch<T>(
    path: string,
    version: string,
    signal?: AbortSignal
  ): AsyncGenerator<WatchEvent<T>> {
    const query = new URLSearchParams({
      watch: 'true',
      resourceVersion: version,
      allowWatchBookmarks: 'true'
    });
    const response = await this.send('GET', `${path}${path.includes('?') ? '&' : '?'}${query}`, {
      signal
    });
    await refuse(response);
    for await (const line of linesOf(response)) {
      const event = JSON.parse(line) as WatchEvent<T>;
      if (event.type === 'ERROR') {
        throw errorOf(event.object as Status);
      }
      yield event;
    }
  }

  close(): void {
    this.agent.destroy();
  }

  private async ask<T>(method: string, path: string, body?: string, type?: string): Promise<T> {
    const response = await this.send(method, path, { body, type });
    await refuse(response);
    const answer = await text(response);
    return (response.headers['content-type']?.includes('json') ? JSON.parse(answer) : answer) as T;
  }

  private async send(
    method: string,
    path: string,
    {
      body,
      type = 'application/json',
      signal
    }: { body?: string; type?: string; signal?: AbortSignal }
  ): Promise<IncomingMessage> {
    // Of a DELETE with a body Node tells no length by itself.
    const headers =
      body === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(body) };
    const sent = request(this.server + path, { method, headers, agent: this.agent, signal });
    sent.end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return response;
  }
}

/** The lines of a stream; unlike `node:readline` it throws what the stream throws. */
async function* linesOf(stream: IncomingMessage): AsyncGenerator<string> {
  let rest = '';
  stream.setEncoding('utf8');
  for await (const piece of stream as AsyncIterable<string>) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

interface Status {
  code?: number;
  reason?: string;
  message?: string;
}

function errorOf(status: Status, code = 500): ApiError {
  return new ApiError(
    status.code ?? code,
    status.reason ?? '',
    status.message ?? 'no reason given'
  );
}

async function refuse(response: IncomingMessage): Promise<void> {
  const code = response.statusCode ?? 500;
  if (code < 400) {
    return;
  }
  const answer = await text(response);
  let status: Status;
  try {
    status = JSON.parse(answer) as Status;
  } catch {
    status = { message: answer.trim() };
  }
  throw errorOf(status, code);
}

/** The fields of a kubeconfig that are used here; JSON is YAML, so every other client reads it, too. */
interface Kubeconfig {
  apiVersion: 'v1';
  kind: 'Config';
  clusters: [{ name: string; cluster: { server: string; 'certificate-authority-data': string } }];
  users: [{ name: string; user: { 'client-certificate-data': string; 'client-key-data': string } }];
  contexts: [{ name: string; context: { cluster: string; user: string } }];
  'current-context': string;
}

/** A kubeconfig that needs no other file. */
export function kubeconfig(
  user: string,
  { server, authority, certificate, key }: Connection
): string {
  const encode = (data: Buffer): string => data.toString('base64');
  const config: Kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'topsdl', cluster: { server, 'certificate-authority-data': encode(authority) } }
    ],
    users: [
      {
        name: user,
        user: { 'client-certificate-data': encode(certificate), 'client-key-data': encode(key) }
      }
    ],
    contexts: [{ name: user, context: { cluster: 'topsdl', user } }],
    'current-context': user
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}
