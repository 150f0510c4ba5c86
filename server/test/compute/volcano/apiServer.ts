import { once } from 'node:events';
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { ClusterApi } from '../../../src/compute/volcano/client.ts';
import type { ClusterObject } from '../../../src/compute/volcano/objects.ts';

type Event = { type: string; object: object; version: number };

/** Answers a request itself, or leaves it to the server by giving false. */
export type Intercept = (
  request: { method: string; path: string; query: URLSearchParams; body: string },
  response: ServerResponse
) => boolean | Promise<boolean>;

/** A server that keeps objects and tells of their changes in the words of Kubernetes' API, over a real connection. */
export class ApiServer {
  readonly requests: { method: string; path: string; query: URLSearchParams; at: number }[] = [];
  intercept: Intercept = () => false;
  /** Objects of one list, so that lists have pages. */
  pageSize = 500;
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  readonly #sockets = new Set<Socket>();
  readonly #objects = new Map<string, ClusterObject>();
  readonly #history: (Event & { path: string })[] = [];
  readonly #watches = new Set<{
    path: string;
    send(event: Event): void;
    response: ServerResponse;
  }>();
  readonly #directory = mkdtempSync(join(tmpdir(), 'topsdl-api-'));
  #version = 1;
  #oldest = 0;

  static async start(port = 0): Promise<ApiServer> {
    const server = new ApiServer();
    server.#server.on('connection', socket => {
      server.#sockets.add(socket);
      socket.on('close', () => server.#sockets.delete(socket));
    });
    await server.listen(port);
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async listen(port: number): Promise<void> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  /** The path of a kubeconfig for this server. */
  kubeconfig(): string {
    const path = join(this.#directory, 'kubeconfig');
    const config = {
      clusters: [
        {
          name: 'c',
          cluster: { server: `http://127.0.0.1:${this.port}`, 'insecure-skip-tls-verify': true }
        }
      ],
      users: [{ name: 'u', user: { token: 'secret' } }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x'
    };
    writeFileSync(path, JSON.stringify(config));
    return path;
  }

  client(): ClusterApi {
    return ClusterApi.connect({ kubeconfig: this.kubeconfig() });
  }

  object(path: string): ClusterObject | undefined {
    return this.#objects.get(path);
  }

  objects(collection: string): ClusterObject[] {
    return [...this.#objects]
      .filter(([path]) => path.slice(0, path.lastIndexOf('/')) === collection)
      .map(([, object]) => object);
  }

  /** Makes or changes an object, and tells those who watch. */
  put(collection: string, object: ClusterObject): ClusterObject {
    const path = `${collection}/${object.metadata.name}`;
    const before = this.#objects.get(path);
    const version = ++this.#version;
    const uid = object.metadata.uid ?? before?.metadata.uid ?? `uid-${version}`;
    const after = {
      ...object,
      metadata: { ...object.metadata, uid, resourceVersion: String(version) }
    };
    this.#objects.set(path, after);
    this.#tell(collection, { type: before ? 'MODIFIED' : 'ADDED', object: after, version });
    return after;
  }

  delete(collection: string, name: string): void {
    const path = `${collection}/${name}`;
    const before = this.#objects.get(path);
    if (before) {
      this.#objects.delete(path);
      const version = ++this.#version;
      const object = {
        ...before,
        metadata: { ...before.metadata, resourceVersion: String(version) }
      };
      this.#tell(collection, { type: 'DELETED', object, version });
    }
  }

  /** Tells every watch how far it is. */
  bookmark(): void {
    const version = ++this.#version;
    const object = { metadata: { resourceVersion: String(version) } };
    this.#watches.forEach(watch => watch.send({ type: 'BOOKMARK', object, version }));
  }

  /** Forgets what happened: who watches from before it gets 410. */
  compact(): void {
    this.#oldest = this.#version;
    this.#history.length = 0;
  }

  /** Ends all watches, as a server does that is started again. */
  endWatches(how: 'end' | 'reset' | 'half' | 'expired'): void {
    for (const { response } of this.#watches) {
      if (how === 'expired') {
        response.write(
          `${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' } })}\n`
        );
        response.end();
      } else if (how === 'half') {
        response.write('{"type":"MODIFIED","object":{"metadata":{"na');
        response.end();
      } else if (how === 'reset') {
        response.socket?.resetAndDestroy();
      } else {
        response.end();
      }
    }
    this.#watches.clear();
  }

  get watching(): number {
    return this.#watches.size;
  }

  async stop(): Promise<void> {
    this.#sockets.forEach(socket => socket.destroy());
    this.#server.close();
    await once(this.#server, 'close');
  }

  async dispose(): Promise<void> {
    await this.stop().catch(() => undefined);
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #tell(collection: string, event: Event): void {
    this.#history.push({ ...event, path: collection });
    for (const watch of this.#watches) {
      if (watch.path === collection) {
        watch.send(event);
      }
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://x');
    const { pathname: path, searchParams: query } = url;
    const method = request.method ?? 'GET';
    this.requests.push({ method, path, query, at: performance.now() });
    const body = await text(request).catch(() => '');
    if (await this.intercept({ method, path, query, body }, response)) {
      return;
    }
    if (path === '/readyz') {
      response.end('ok');
    } else if (method === 'POST') {
      const object = JSON.parse(body) as ClusterObject;
      if (this.#objects.has(`${path}/${object.metadata.name}`)) {
        refuse(response, 409, 'AlreadyExists');
      } else {
        answer(response, 201, this.put(path, object));
      }
    } else if (method === 'GET' && query.get('watch') === 'true') {
      this.#watch(path, query, response);
    } else if (method === 'GET' && this.#objects.has(path)) {
      answer(response, 200, this.#objects.get(path));
    } else if (method === 'GET' && (query.has('limit') || query.has('labelSelector'))) {
      this.#list(path, query, response);
    } else if (method === 'DELETE' && this.#objects.has(path)) {
      const at = path.lastIndexOf('/');
      this.delete(path.slice(0, at), path.slice(at + 1));
      answer(response, 200, { kind: 'Status', status: 'Success' });
    } else {
      refuse(response, 404, 'NotFound');
    }
  }

  #list(path: string, query: URLSearchParams, response: ServerResponse): void {
    const all = this.objects(path);
    const start = Number(query.get('continue') ?? 0);
    const items = all.slice(start, start + this.pageSize);
    const next = start + this.pageSize < all.length ? String(start + this.pageSize) : '';
    answer(response, 200, {
      metadata: { resourceVersion: String(this.#version), continue: next },
      items
    });
  }

  #watch(path: string, query: URLSearchParams, response: ServerResponse): void {
    const from = Number(query.get('resourceVersion') ?? 0);
    if (from < this.#oldest) {
      refuse(response, 410, 'Expired');
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    const watch = {
      path,
      response,
      send: ({ type, object }: Event) => {
        response.write(`${JSON.stringify({ type, object })}\n`);
      }
    };
    this.#history
      .filter(event => event.path === path && event.version > from)
      .forEach(event => watch.send(event));
    this.#watches.add(watch);
    response.on('close', () => this.#watches.delete(watch));
  }
}

export function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

export function refuse(
  response: ServerResponse,
  code: number,
  reason: string,
  message = reason
): void {
  answer(response, code, { kind: 'Status', status: 'Failure', code, reason, message });
}
