import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, createServer, request, type IncomingHttpHeaders, type Server } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  createGateway,
  restPathOf,
  type Gateway,
  type GatewayOptions
} from '../../src/gateway/index.ts';

const REPLICA = fileURLToPath(new URL('./replica.ts', import.meta.url));
export const SERVICE = '01900000-0000-7000-8000-000000000001';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  rawHeaders: string[];
  body: Buffer;
}

export interface Ask {
  path?: string;
  method?: string;
  headers?: Record<string, string | string[]>;
  body?: Buffer | string;
  agent?: Agent | false;
}

/** What a test needs: replicas as processes, and a server with the gateway in it on a Unix socket. */
export class Stage {
  readonly directory = mkdtempSync(join(tmpdir(), 'gateway-'));
  readonly agent = new Agent({ keepAlive: true });
  readonly gateway: Gateway;
  readonly server: Server;
  readonly socketPath = join(this.directory, 'companion.sock');
  readonly #children = new Map<string, ChildProcess>();
  readonly #output = new Map<string, string>();

  /** @param short requests may take the short way */
  constructor(short: boolean, options: GatewayOptions = {}) {
    const gateway = createGateway(options);
    this.gateway = gateway;
    this.server = createServer((req, res) => {
      const target = restPathOf(req.url ?? '');
      if (target) {
        gateway.handle(req, res, target.serviceId, target.restPath);
      } else {
        req.resume();
        req.on('end', () => res.end(`own ${req.method} ${req.url}`));
      }
    });
    this.server.on('checkContinue', (req, res) => {
      const target = restPathOf(req.url ?? '');
      gateway.handleContinue(req, res, target!.serviceId, target!.restPath);
    });
    this.server.on('upgrade', (req, socket, head) => {
      const target = restPathOf(req.url ?? '');
      gateway.handleUpgrade(req, socket, head, target!.serviceId, target!.restPath);
    });
    if (short) {
      gateway.attach(this.server, ({ authorization }) => authorization !== 'Bearer unknown');
    }
  }

  async listen(): Promise<this> {
    this.server.listen(this.socketPath);
    await once(this.server, 'listening');
    return this;
  }

  socketOf(name: string): string {
    return join(this.directory, `${name}.sock`);
  }

  /** Starts a replica; resolves when it listens. */
  async replica(name: string, raw?: string): Promise<ChildProcess> {
    const args = [this.socketOf(name), name, ...(raw === undefined ? [] : [raw])];
    const child = spawn(process.execPath, [REPLICA, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NODE_OPTIONS: '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON' }
    });
    this.#children.set(name, child);
    this.#output.set(name, '');
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', chunk => {
        this.#output.set(name, this.#output.get(name)! + String(chunk));
        resolve();
      });
      child.once('exit', code => reject(new Error(`replica ${name} ended with ${code}`)));
    });
    return child;
  }

  /** Resolves when a replica has said something. */
  async said(name: string, text: string): Promise<void> {
    while (!this.#output.get(name)!.includes(text)) {
      await once(this.#children.get(name)!.stdout!, 'data');
    }
  }

  async kill(name: string, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#children.get(name)!;
    this.#children.delete(name);
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal);
      await once(child, 'exit');
    }
  }

  /** Routes to the named replicas: versions `v1` (production) and `v2` (gray), unless told otherwise. */
  route(
    production: string[],
    gray: string[] = [],
    grayShare = 0,
    versions: [string, string] = ['v1', 'v2']
  ): void {
    const rows = (names: string[]) =>
      names.map(name => ({
        socketPath: this.socketOf(name.replace('!', '')),
        ready: !name.startsWith('!')
      }));
    this.gateway.apply(SERVICE, {
      serviceId: SERVICE,
      production: { versionId: versions[0], backends: rows(production) },
      gray: gray.length > 0 ? { versionId: versions[1], backends: rows(gray) } : null,
      grayShare
    });
  }

  /** Resolves when that many requests are under way in the versions that have a role. */
  async underWay(count: number): Promise<void> {
    const now = () => this.gateway.counters().reduce((sum, { inFlight }) => sum + inFlight, 0);
    while (now() !== count) {
      await new Promise(resolve => setTimeout(resolve, 5));
    }
  }

  ask(ask: Ask = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const req = request(
        {
          socketPath: this.socketPath,
          path: `/services/${SERVICE}${ask.path ?? '/'}`,
          method: ask.method ?? (ask.body === undefined ? 'GET' : 'POST'),
          headers: ask.headers ?? {},
          agent: ask.agent ?? this.agent
        },
        res => {
          const chunks: Buffer[] = [];
          res.on('data', (chunk: Buffer) => chunks.push(chunk));
          res.on('error', reject);
          res.on('end', () =>
            resolve({
              status: res.statusCode!,
              headers: res.headers,
              rawHeaders: res.rawHeaders,
              body: Buffer.concat(chunks)
            })
          );
        }
      );
      req.on('error', reject);
      req.end(ask.body);
    });
  }

  /** What a replica saw of a request. */
  async echo(ask: Ask = {}): Promise<{
    name: string;
    method: string;
    url: string;
    headers: Record<string, string>;
    body: string;
  }> {
    return JSON.parse((await this.ask(ask)).body.toString());
  }

  /** Sends bytes as they are, and resolves with all that came until the connection ended. */
  raw(bytes: string | Buffer, then?: { after: number; bytes: string }): Promise<string> {
    return new Promise(resolve => {
      const socket = connect(this.socketPath);
      let text = '';
      socket.on('data', chunk => (text += chunk.toString('latin1')));
      // A server that refuses what it has not read to the end resets the connection.
      socket.on('error', () => resolve(text));
      socket.on('close', () => resolve(text));
      socket.write(bytes);
      if (then) {
        setTimeout(() => socket.write(then.bytes), then.after);
      }
    });
  }

  async close(): Promise<void> {
    this.agent.destroy();
    this.gateway.close();
    this.server.closeAllConnections();
    this.server.close();
    for (const name of [...this.#children.keys()]) {
      await this.kill(name);
    }
    rmSync(this.directory, { recursive: true, force: true });
  }
}
