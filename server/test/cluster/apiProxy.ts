import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { request as overTls, type RequestOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { z } from 'zod';
import { refuse } from '../compute/volcano/apiServer.ts';

const Kubeconfig = z.object({
  clusters: z.tuple([
    z.object({
      cluster: z.object({ server: z.string(), 'certificate-authority-data': z.string() })
    })
  ]),
  users: z.tuple([
    z.object({
      user: z.object({ 'client-certificate-data': z.string(), 'client-key-data': z.string() })
    })
  ])
});

/** What becomes of requests: passed on, connections cut, never answered, or answered as by a server that is not up. */
export type Weather = 'fine' | 'cut' | 'silent' | 'unavailable';

/** One that was made of the API server. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  /** Milliseconds of `performance.now()`. */
  readonly at: number;
}

/** A way to the API server of a cluster which can be bad, and counts what comes along it. */
export class ApiProxy {
  /** Since it was emptied last. */
  readonly asked: Asked[] = [];
  /** Whether the answer to a request is lost after the server has done what was asked. */
  losesAnswer: (asked: Asked) => boolean = () => false;
  readonly #target: RequestOptions;
  readonly #server = createServer((request, response) => this.#pass(request, response));
  readonly #sockets = new Set<Socket>();
  #weather: Weather = 'fine';

  /** @param kubeconfig in JSON and with certificates, as `scripts/cluster` writes it, and as `kubectl config view --raw -o json` does */
  static async start(kubeconfig: string): Promise<ApiProxy> {
    const { clusters, users } = Kubeconfig.parse(JSON.parse(readFileSync(kubeconfig, 'utf8')));
    const { hostname, port } = new URL(clusters[0].cluster.server);
    const proxy = new ApiProxy({
      hostname,
      port,
      ca: Buffer.from(clusters[0].cluster['certificate-authority-data'], 'base64'),
      cert: Buffer.from(users[0].user['client-certificate-data'], 'base64'),
      key: Buffer.from(users[0].user['client-key-data'], 'base64')
    });
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  private constructor(target: RequestOptions) {
    this.#target = target;
    this.#server.on('connection', socket => {
      this.#sockets.add(socket);
      socket.on('error', () => {}).on('close', () => this.#sockets.delete(socket));
      if (this.#weather === 'cut') {
        this.asked.push({ method: '', path: '', at: performance.now() });
        socket.destroy();
      }
    });
    this.#server.on('upgrade', (request, socket: Socket, head) =>
      this.#upgrade(request, socket, head)
    );
  }

  /** Writes a kubeconfig that leads here. */
  writeKubeconfig(path: string): void {
    const { port } = this.#server.address() as AddressInfo;
    const config = {
      clusters: [
        {
          name: 'c',
          cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true }
        }
      ],
      users: [{ name: 'u', user: {} }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x'
    };
    writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
  }

  /** Changes the weather; what was under way is cut off unless it gets fine. */
  set weather(weather: Weather) {
    this.#weather = weather;
    this.asked.length = 0;
    if (weather !== 'fine') {
      this.#sockets.forEach(socket => socket.destroy());
    }
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#sockets.forEach(socket => socket.destroy());
    await once(this.#server, 'close');
  }

  #note({ method = '', url: path = '' }: IncomingMessage): Asked {
    const asked = { method, path, at: performance.now() };
    this.asked.push(asked);
    return asked;
  }

  #pass(request: IncomingMessage, response: ServerResponse): void {
    const asked = this.#note(request);
    if (this.#weather === 'silent') {
      return;
    }
    if (this.#weather === 'unavailable') {
      refuse(response, 503, 'ServiceUnavailable', 'the server is currently unable to handle it');
      return;
    }
    const onward = overTls(this.#options(request), answer => {
      if (this.losesAnswer(asked)) {
        answer.resume().on('end', () => request.socket.destroy());
        return;
      }
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      response.flushHeaders();
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    this.#note(request);
    if (this.#weather !== 'fine') {
      socket.destroy();
      return;
    }
    const onward = overTls(this.#options(request));
    onward.on('upgrade', (answer, upstream: Socket, first: Buffer) => {
      const { statusCode = 101, statusMessage = '', rawHeaders } = answer;
      const lines = rawHeaders.flatMap((name, i) =>
        i % 2 === 0 ? [`${name}: ${rawHeaders[i + 1] ?? ''}`] : []
      );
      socket.write([`HTTP/1.1 ${statusCode} ${statusMessage}`, ...lines, '', ''].join('\r\n'));
      upstream.unshift(first);
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
      upstream.on('error', () => socket.destroy());
      socket.on('close', () => upstream.destroy());
    });
    onward.on('response', answer => answer.resume().on('end', () => socket.destroy()));
    onward.on('error', () => socket.destroy());
    onward.end();
  }

  #options({ method, url, headers }: IncomingMessage): RequestOptions {
    return { ...this.#target, method, path: url, headers };
  }
}
