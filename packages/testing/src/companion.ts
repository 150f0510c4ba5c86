import { createClient, type Client } from '@topsdl/client';
import { operations } from '@topsdl/contract';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request, type ClientRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Agent, fetch as fetchOver } from 'undici';

const MAIN = resolve(fileURLToPath(import.meta.url), '../../../../server/src/main.ts');
const START_LIMIT = 60_000;

export interface CompanionOptions {
  /** A data directory to serve; without it a temporary one is made, and removed by `stop`. */
  readonly dataDir?: string;
  /** Settings, as environment variables: `{ TOPSDL_LOG_LEVEL: 'debug' }`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Further arguments of the command line. */
  readonly args?: readonly string[];
}

/** It ended instead of becoming ready. */
export class CompanionEnded extends Error {
  readonly exitCode: number | null;
  readonly stderr: string;

  constructor(exitCode: number | null, stderr: string) {
    super(`the companion ended with ${exitCode ?? 'a signal'}:\n${stderr}`);
    this.exitCode = exitCode;
    this.stderr = stderr;
  }
}

/** A companion: the real process, on a data directory of its own. */
export class Companion {
  readonly dataDir: string;
  readonly #options: CompanionOptions;
  readonly #temporary: boolean;
  #process: ChildProcess | undefined;
  #agent: Agent | undefined;
  #lease: ClientRequest | undefined;
  #socket = '';
  #stderr = '';
  readonly #readers = new Set<() => void>();

  constructor(options: CompanionOptions) {
    this.#options = options;
    this.#temporary = options.dataDir === undefined;
    this.dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'topsdl-test-'));
  }

  /** Path of its Unix socket. */
  get socket(): string {
    return this.#socket;
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  /** All that it has logged. */
  get stderr(): string {
    return this.#stderr;
  }

  /** Resolves when it has logged something. */
  logged(text: string): Promise<void> {
    return new Promise(resolve => {
      const read = () => {
        if (this.#stderr.includes(text)) {
          this.#readers.delete(read);
          resolve();
        }
      };
      this.#readers.add(read);
      read();
    });
  }

  get secret(): string {
    return readFileSync(join(this.dataDir, 'secret'), 'utf8').trim();
  }

  get adminPassword(): string {
    return readFileSync(join(this.dataDir, 'admin-password'), 'utf8').trim();
  }

  /** Starts the process and waits until it is ready. */
  async start(): Promise<this> {
    const child = spawn(
      process.execPath,
      ['--conditions=topsdl-source', MAIN, '--data', this.dataDir, ...(this.#options.args ?? [])],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          PATH: process.env['PATH'],
          HOME: process.env['HOME'],
          TMPDIR: process.env['TMPDIR'],
          // The lease below keeps it; whatever happens to the test, it does not stay for long.
          TOPSDL_SERVER_IDLE_SECONDS: '30',
          TOPSDL_SERVER_CHECK_RESPONSES: 'true',
          ...this.#options.env
        }
      }
    );
    this.#process = child;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
      this.#readers.forEach(read => read());
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), START_LIMIT);
    const ready = new Promise<string>((done, fail) => {
      createInterface(child.stdout).once('line', line => {
        done((JSON.parse(line) as { socket: string }).socket);
      });
      child.once('close', code => fail(new CompanionEnded(code, this.#stderr)));
    });
    try {
      this.#socket = await ready;
    } finally {
      clearTimeout(timer);
    }
    child.unref();
    this.#agent = new Agent({ connect: { socketPath: this.#socket } });
    this.#lease = request({ socketPath: this.#socket, path: '/internal/lease' });
    this.#lease.on('response', response => response.resume()).on('error', () => {});
    this.#lease.end();
    return this;
  }

  /** `fetch` over its socket. @param path beginning with `/` */
  readonly fetch = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetchOver(new URL(path, 'http://localhost/'), {
      ...(init as object),
      dispatcher: this.#agent
    }) as unknown as Promise<Response>;

  /** A client with a bearer token, or nobody's. */
  client(token?: string, headers: Readonly<Record<string, string>> = {}): Client {
    return createClient({
      baseUrl: 'http://localhost/',
      fetch: (input, init) => this.fetch(String(input), init),
      headers: () => ({
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
        ...headers
      })
    });
  }

  /** A bearer token of the data directory's owner. */
  async ownerToken(): Promise<string> {
    const { token } = await this.client().call(operations.account.ownerSession, {
      body: { secret: this.secret }
    });
    return token;
  }

  /** A bearer token of someone who signs in. */
  async tokenOf(name: string, password: string): Promise<string> {
    const { token } = await this.client().call(operations.account.signIn, {
      body: { name, password }
    });
    return token;
  }

  /** The data directory's owner, who has every permission but `admin`. */
  async owner(): Promise<Client> {
    return this.client(await this.ownerToken());
  }

  /** The built-in administrator. */
  async admin(): Promise<Client> {
    return this.signIn('admin', this.adminPassword);
  }

  async signIn(name: string, password: string): Promise<Client> {
    return this.client(await this.tokenOf(name, password));
  }

  /** Ends it at once, as a power cut would; `start` serves the same directory again. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Ends it as a service manager would. @returns its exit code */
  async terminate(): Promise<number | null> {
    return this.#end('SIGTERM');
  }

  /** Ends it politely, and starts it again on the same directory. */
  async restart(): Promise<this> {
    await this.terminate();
    return this.start();
  }

  /** Ends it, and removes the data directory if it was made for this. */
  async stop(): Promise<void> {
    await this.terminate();
    if (this.#temporary) {
      rmSync(this.dataDir, { recursive: true, force: true });
    }
  }

  /** Resolves with the exit code once the process has ended. */
  async ended(): Promise<number | null> {
    const child = this.#process;
    if (child && child.exitCode === null && child.signalCode === null) {
      // Somebody waits for it: a program that does nothing else may not end meanwhile.
      child.ref();
      await once(child, 'exit');
    }
    return child?.exitCode ?? null;
  }

  /** Lets go of the lease that keeps it alive. */
  releaseLease(): void {
    this.#lease?.destroy();
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    this.releaseLease();
    const agent = this.#agent;
    this.#agent = undefined;
    await agent?.destroy();
    this.#process?.kill(signal);
    return this.ended();
  }
}

/** Starts a companion for a test. End it with `stop`. */
export async function startCompanion(options: CompanionOptions = {}): Promise<Companion> {
  const companion = new Companion(options);
  try {
    return await companion.start();
  } catch (error) {
    if (options.dataDir === undefined && existsSync(companion.dataDir)) {
      rmSync(companion.dataDir, { recursive: true, force: true });
    }
    throw error;
  }
}
