import { jest } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Agent, fetch as undiciFetch } from 'undici';
import { createClient, type Client } from '@topsdl/client';
import { operations, type Permission } from '@topsdl/contract';

// Whole programs are started, on machines that have other things to do.
jest.setTimeout(120_000);

const MAIN = join(__dirname, '../../src/main.ts');

export interface StartOptions {
  /** A data directory to serve; otherwise a new one. */
  readonly data?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A companion as its own process, on a Unix socket. */
export class TestCompanion {
  readonly data: string;
  readonly process: ChildProcess;
  readonly #agent: Agent;
  readonly #stderr: string[];

  private constructor(data: string, child: ChildProcess, socket: string, stderr: string[]) {
    this.data = data;
    this.process = child;
    this.#agent = new Agent({ connect: { socketPath: socket }, headersTimeout: 60_000 });
    this.#stderr = stderr;
  }

  static async start(options: StartOptions = {}): Promise<TestCompanion> {
    const data = options.data ?? mkdtempSync(join(tmpdir(), 'tops-'));
    const child = spawn(
      process.execPath,
      ['--conditions=topsdl-source', MAIN, '--data', data, '--ready-fd', '3'],
      {
        stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
        env: { ...process.env, TOPSDL_SERVER_IDLE_SECONDS: '0', ...options.env }
      }
    );
    const stderr: string[] = [];
    child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk.toString()));
    const lines = createInterface({ input: child.stdio[3] as Readable });
    const ready = Promise.race([
      once(lines, 'line').then(([line]) => JSON.parse(line as string) as { socket: string }),
      once(child, 'exit').then(([code]) => {
        throw new Error(`the companion ended with ${String(code)}: ${stderr.join('')}`);
      })
    ]);
    return new TestCompanion(data, child, (await ready).socket, stderr);
  }

  get log(): string {
    return this.#stderr.join('');
  }

  /** A client without a session. */
  client(headers: Readonly<Record<string, string>> = {}): Client {
    const fetch = ((url: string, init: object) =>
      undiciFetch(url, { ...init, dispatcher: this.#agent })) as unknown as typeof globalThis.fetch;
    return createClient({ baseUrl: 'http://companion/', fetch, headers: () => headers });
  }

  /** The owner, who has every permission but `admin`. */
  owner(): Promise<Client> {
    const secret = readFileSync(join(this.data, 'secret'), 'utf8').trim();
    return this.#signedIn(operations.account.ownerSession, { body: { secret } });
  }

  admin(): Promise<Client> {
    const password = readFileSync(join(this.data, 'admin-password'), 'utf8').trim();
    return this.#signedIn(operations.account.signIn, { body: { name: 'admin', password } });
  }

  /** Makes a user and signs them in. */
  async user(
    name: string,
    permissions: readonly Permission[]
  ): Promise<{ client: Client; id: string }> {
    const admin = await this.admin();
    const body = { name, password: 'password', permissions: [...permissions] };
    const { id } = await admin.call(operations.admin.createUser, { body });
    const client = await this.#signedIn(operations.account.signIn, {
      body: { name, password: 'password' }
    });
    return { client, id };
  }

  async #signedIn(
    operation: Parameters<Client['raw']>[0],
    input: { body: object }
  ): Promise<Client> {
    const response = await this.client().raw(operation, input as never);
    const cookie = response.headers.getSetCookie().map(value => value.split(';', 1)[0]);
    return this.client({ Cookie: cookie.join('; ') });
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const exit = once(this.process, 'exit');
      this.process.kill('SIGKILL');
      await exit;
    }
    await this.#agent.destroy();
  }

  async stop(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const exit = once(this.process, 'exit');
      this.process.kill('SIGTERM');
      await exit;
    }
    await this.#agent.destroy();
  }

  /** Stops it and removes its data. */
  async dispose(): Promise<void> {
    await this.stop();
    rmSync(this.data, { recursive: true, force: true });
  }
}

/** The project that an installation begins with. */
export async function firstProject(client: Client): Promise<string> {
  const page = await client.call(operations.projects.list, { query: {} });
  return page.items[0]!.id;
}
