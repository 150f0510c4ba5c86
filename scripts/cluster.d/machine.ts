import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync
} from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:http';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { LOGS, RUN, networkOf } from './layout.ts';
import { NOTE_AND_BECOME, gone, noted, onlyChild, signal } from './process.ts';
import { Trouble } from './say.ts';

export interface Mount {
  readonly kind: 'bind' | 'proc' | 'tmpfs';
  readonly source?: string;
  readonly target: string;
  readonly readOnly?: boolean;
}

/** What `programs/machine.go` reads. */
export interface MachineDescription {
  readonly mounts: readonly Mount[];
  /** Links in the root, by name. */
  readonly links?: Readonly<Record<string, string>>;
  /** Has a root of its own, in which there is only what is mounted; otherwise it sees the host's files. */
  readonly ownRoot: boolean;
}

/** A program on a machine. */
export interface Service {
  readonly name: string;
  readonly command: readonly string[];
  readonly environment?: readonly string[];
}

export interface ServiceState {
  readonly running: boolean;
  readonly exitCode?: number;
}

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * A machine of the cluster: namespaces of processes, mounts and names in a network namespace that is there already. Its first
 * process takes orders through a Unix socket, and whatever ran on the machine ends with it.
 */
export class Machine {
  readonly name: string;
  private readonly directory: string;
  private readonly note: string;
  private readonly socket: string;

  constructor(name: string) {
    this.name = name;
    this.directory = join(RUN, 'machines', name);
    this.note = join(this.directory, 'process');
    this.socket = join(this.directory, 'socket');
  }

  /** Where its services write, as the host sees it. */
  get logs(): string {
    return join(LOGS, this.name);
  }

  log(service: string): string {
    return join(this.logs, `${service}.log`);
  }

  get isUp(): boolean {
    return noted(this.note) !== undefined;
  }

  /** The machine's first process, as the host counts. */
  get init(): number | undefined {
    const known = noted(this.note);
    return known && onlyChild(known);
  }

  /** Starts the machine with nothing on it. It outlives the caller. @throws Trouble */
  async start(programs: string, described: MachineDescription): Promise<void> {
    mkdirSync(this.logs, { recursive: true });
    const root = join(this.directory, 'root');
    mkdirSync(root, { recursive: true });
    const description = join(this.directory, 'description.json');
    const { ownRoot, ...rest } = described;
    writeFileSync(
      description,
      JSON.stringify({
        hostname: this.name,
        socket: this.socket,
        root: ownRoot ? root : '',
        links: {},
        ...rest
      })
    );
    const log = openSync(this.log('machine'), 'a');
    const child = spawn(
      'sh',
      [
        ...['-c', NOTE_AND_BECOME, 'sh', this.note],
        ...['nsenter', `--net=/run/netns/${networkOf(this.name)}`],
        ...['unshare', '--pid', '--fork', '--kill-child', '--mount', '--uts', '--ipc'],
        ...['--propagation', 'private', programs, 'machine', description]
      ],
      { detached: true, stdio: ['ignore', log, log, 'pipe'], env: { PATH } }
    );
    closeSync(log);
    child.unref();
    // Descriptor 3 is written to when the machine takes orders, and closed by its end when it cannot.
    const ready = child.stdio[3] as Readable;
    const [answer] = (await Promise.race([once(ready, 'data'), once(ready, 'end')])) as [Buffer?];
    ready.destroy();
    if (answer === undefined) {
      throw new Trouble(`${this.name} did not start: ${this.lastLines('machine')}`);
    }
  }

  /** What was started on the machine, running or ended. */
  async services(): Promise<Record<string, ServiceState>> {
    return (await this.ask('GET', '/services')) as Record<string, ServiceState>;
  }

  /** Starts a program unless it runs as ordered; true if it had to be started. */
  async ensure(service: Service): Promise<boolean> {
    const { name } = service;
    if ((await this.services())[name]?.running) {
      if (this.lastOrder(name) === JSON.stringify(service)) {
        return false;
      }
      await this.signal(name, constants.signals.SIGTERM, true);
    }
    await this.order(service);
    return true;
  }

  /** Runs a program to its end, unless it did since the machine's start. @throws Trouble unless it ends with 0 */
  async once(task: Service): Promise<void> {
    if ((await this.services())[task.name]?.exitCode !== 0) {
      await this.run(task);
    }
  }

  /** Runs a program to its end. @throws Trouble unless it ends with 0 */
  async run(task: Service): Promise<void> {
    const { name } = task;
    await this.ensure(task);
    const { exitCode } = await this.end(name);
    if (exitCode !== 0) {
      throw new Trouble(`${name} on ${this.name} ended with ${exitCode}: ${this.lastLines(name)}`);
    }
  }

  /** Waits for the end of a service. @throws Trouble if there is none of the name */
  async end(service: string, signal?: AbortSignal): Promise<ServiceState> {
    return (await this.ask('GET', `/services/${service}/end`, undefined, signal)) as ServiceState;
  }

  /** Sends a signal to a service and, where it ends by it, waits for that. @throws Trouble if there is no such service */
  async signal(service: string, number: number, waitForEnd: boolean): Promise<void> {
    await this.ask('POST', `/services/${service}/signal/${number}`);
    if (waitForEnd) {
      await this.end(service);
    }
  }

  /** Ends the machine and everything on it. */
  async stop(): Promise<void> {
    const known = noted(this.note);
    if (known) {
      // The first process rather than its parent: the parent ends when all of the namespace has.
      const init = onlyChild(known);
      signal(known, init ?? known.pid, 'SIGKILL');
      if (!(await gone(known, 10_000))) {
        throw new Trouble(`${this.name} (process ${known.pid}) does not end`);
      }
    }
    rmSync(this.directory, { recursive: true, force: true });
  }

  lastLines(service: string, count = 12): string {
    const path = this.log(service);
    if (!existsSync(path)) {
      return '(it said nothing)';
    }
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n').slice(-count);
    return `${lines.join('\n')}\n(all of it is in ${path})`;
  }

  private async order(service: Service): Promise<void> {
    const { name, command, environment = [] } = service;
    await this.ask('PUT', `/services/${name}`, {
      command,
      environment: [`PATH=${PATH}`, 'HOME=/root', ...environment],
      log: this.logInside(name)
    });
    writeFileSync(join(this.directory, `${name}.order`), JSON.stringify(service));
  }

  private lastOrder(service: string): string | undefined {
    const path = join(this.directory, `${service}.order`);
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  }

  /** A machine with a root of its own sees its logs in /var/log. */
  private logInside(service: string): string {
    const { root } = JSON.parse(readFileSync(join(this.directory, 'description.json'), 'utf8')) as {
      root: string;
    };
    return root ? `/var/log/${service}.log` : this.log(service);
  }

  private async ask(
    method: string,
    path: string,
    body?: unknown,
    signal?: AbortSignal
  ): Promise<unknown> {
    const asked = request({ socketPath: this.socket, method, path, signal });
    asked.end(body === undefined ? undefined : JSON.stringify(body));
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    const answer = await text(response);
    if (response.statusCode !== 200) {
      throw new Trouble(`${this.name}: ${answer.trim()}`);
    }
    return JSON.parse(answer);
  }
}
