import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, constants, existsSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Duplex, Readable, Writable } from 'node:stream';

import { NODE_FDS, bubblewrapArguments } from './bubblewrap.ts';
import type { NodeGroups } from './cgroups.ts';
import type { ProcessIdentity } from './identity.ts';
import { identify } from './identity.ts';
import type { LaunchFile } from './launchFile.ts';
import type { LogWriter } from './logWriter.ts';
import type { NodeFiles } from './nodeFiles.ts';
import { FILES } from './paths.ts';
import type { FoundProcess } from './processes.ts';
import { childrenOf, isNested, processesBelow, signalProcess } from './processes.ts';
import type { PlannedNode, RunPlan } from './runPlan.ts';
import { COMMAND_SCRIPT, GROUP_SCRIPT, NETWORK_SCRIPT } from './sandboxScripts.ts';

/** What all nodes of a run have in common. */
export interface SandboxContext {
  plan: RunPlan;
  launch: LaunchFile;
  files: NodeFiles;
}

/** One node from its start to the end of its last process. */
export interface NodeProcess {
  /** Resolves when the node is there and its sshd, where it has one, listens. Rejects when it ends before. */
  readonly ready: Promise<void>;
  /** Resolves with the command's exit code when the command has ended; never for a worker. */
  readonly commandEnded: Promise<number>;
  /** Resolves with the node's exit code when everything in it is gone and its output is read. */
  readonly ended: Promise<number>;
  /** To and from the relay process of a replica. */
  readonly relay: Duplex | undefined;
  /** The process below which the node's are, once it is ready. */
  readonly init: ProcessIdentity | undefined;
  /** Whether the node was ended from here. */
  readonly killed: boolean;
  /** The line that explains best why there is no node. */
  readonly lastError: string;
  /** Starts the command. */
  go(): void;
  /** Lets the node end, after the command has. */
  letGo(): void;
  /** Ends every process in the node, whatever it does about signals. */
  kill(): void;
  /** Processes of the command that have not ended: all but what keeps the node together. */
  remaining(): FoundProcess[];
  processes(): FoundProcess[];
}

/** A node that is a bubblewrap sandbox with an init of its own. */
export class Sandbox implements NodeProcess {
  readonly ready: Promise<void>;
  readonly commandEnded: Promise<number>;
  readonly ended: Promise<number>;
  readonly relay: Duplex | undefined;
  init: ProcessIdentity | undefined;

  private readonly _context: SandboxContext;
  private readonly _node: PlannedNode;
  private readonly _index: number;
  private readonly _child: ChildProcess;
  private readonly _go: Writable;
  private readonly _groups: NodeGroups;
  private _wrapper: number | undefined;
  private _killed = false;
  private _lastError = '';

  constructor(
    context: SandboxContext,
    node: PlannedNode,
    index: number,
    groups: NodeGroups,
    log: LogWriter
  ) {
    this._context = context;
    this._node = node;
    this._index = index;
    this._groups = groups;
    const { plan, launch, files } = context;
    const { out, error } = openOutput(launch.directory, index);
    const hostfile = openHostfile(context, index);
    const filter = files.filter === undefined ? undefined : openSync(files.filter, 'r');
    const own = node.role === 'replica';
    const [program = '', ...args] = this._commandLine();
    this._child = spawn(program, args, {
      cwd: '/',
      env: { PATH: process.env.PATH ?? '' },
      stdio: [
        'ignore',
        out.write,
        error.write,
        ...(['pipe', 'pipe', 'pipe', 'pipe'] as const),
        hostfile,
        own ? 'pipe' : 'ignore',
        filter ?? 'ignore'
      ]
    });
    closeSync(out.write);
    closeSync(error.write);
    closeSync(hostfile);
    if (filter !== undefined) {
      closeSync(filter);
    }
    for (const end of this._child.stdio) {
      // A node that is ended in the middle of something resets its connections; that it ended is told by its exit.
      end?.on('error', () => undefined);
    }
    const stream = (fd: number): Duplex => this._child.stdio[fd] as unknown as Duplex;
    this._go = stream(NODE_FDS.go);
    this.relay = own ? stream(NODE_FDS.relay) : undefined;
    const outputEnded = [this._log(log, 'stdout', out.read), this._log(log, 'stderr', error.read)];
    const exited = new Promise<number>(resolve => {
      this._child.once('error', problem => {
        this._lastError = problem.message;
        resolve(127);
      });
      this._child.once('exit', (code, signal) => resolve(code ?? (signal === null ? 1 : 137)));
    });
    this.ended = exited.then(async code => {
      // bubblewrap may have been ended alone, and the init would hold the output open.
      signalProcess(this.init?.pid, 'SIGKILL');
      await Promise.all(outputEnded);
      return code;
    });
    const options = bubblewrapArguments(plan, launch, files, node, index, groups.views);
    stream(NODE_FDS.args).end(`${options.join('\0')}\0`);
    const status = stream(NODE_FDS.status);
    const told = Promise.withResolvers<number>();
    const up = Promise.withResolvers<void>();
    createInterface({ input: status }).on('line', line =>
      line === 'up' ? up.resolve() : told.resolve(Number(line))
    );
    this.commandEnded = told.promise;
    const listening = this._listening(stream(NODE_FDS.sshd), error.read);
    this.ready = Promise.race([
      Promise.all([node.role === 'worker' ? undefined : up.promise, listening]).then(() => {
        this._locate();
      }),
      this.ended.then(code => {
        throw new Error(this._lastError.trim() || `the sandbox ended with ${code}`);
      })
    ]);
    this.ready.catch(() => undefined);
  }

  go(): void {
    this._go.write('go\n');
  }

  letGo(): void {
    this._go.write('end\n');
  }

  /** Ends the init, and with it every process in the sandbox, whatever it does about signals. */
  kill(): void {
    this._killed = true;
    if (this.init === undefined) {
      this._locate();
    }
    signalProcess(this.init?.pid ?? this._child.pid, 'SIGKILL');
  }

  get killed(): boolean {
    return this._killed;
  }

  /** Processes of the command: all but the init, the first process and sshd. */
  remaining(): FoundProcess[] {
    return this.processes().filter(
      ({ pid, name, ended }) =>
        !ended && pid !== this.init?.pid && pid !== this._wrapper && name !== 'sshd'
    );
  }

  processes(): FoundProcess[] {
    return this.init === undefined ? [] : processesBelow(this.init.pid);
  }

  get lastError(): string {
    return this._lastError.trim();
  }

  private _commandLine(): string[] {
    const { plan, launch } = this._context;
    const sshd = launch.sshd !== undefined && this._node.role !== 'replica';
    const inner =
      this._node.role === 'worker'
        ? [
            ...['/usr/sbin/sshd', '-D', '-e', '-f', '/root/.ssh/sshd_config'],
            ...['-o', `ListenAddress=${this._node.address}`]
          ]
        : [
            ...['/bin/bash', '-c', COMMAND_SCRIPT, 'node', sshd ? this._node.address : ''],
            ...[plan.workingDirectory, ...plan.argv]
          ];
    const sandbox = ['bwrap', '--args', String(NODE_FDS.args), '--', ...inner];
    // Where no group limits, each process has its own limits, which is less but better than nothing.
    const limited = [
      ...(this._groups.has('pids') ? [] : [`--nproc=${plan.maxProcesses}`]),
      ...(this._groups.has('memory') || plan.memoryBytes === undefined
        ? []
        : [`--data=${plan.memoryBytes}`])
    ];
    const grouped = [
      ...['/bin/sh', '-c', GROUP_SCRIPT, 'group', ...this._groups.entrances, '--'],
      ...(limited.length === 0 ? [] : ['prlimit', ...limited, '--']),
      ...sandbox
    ];
    if (this._node.role !== 'replica') {
      return grouped;
    }
    return [
      ...['unshare', '--net', '/bin/sh', '-c', NETWORK_SCRIPT, 'network'],
      ...[launch.node, launch.relay, launch.sockets, String(this._index), plan.ports.join(' ')],
      ...grouped
    ];
  }

  /** Finds the init: the child of bubblewrap that is in a namespace of pids of its own. */
  private _locate(): void {
    const init = childrenOf(this._child.pid ?? 0).find(isNested);
    if (init !== undefined) {
      this.init = identify(init);
      this._wrapper = childrenOf(init)[0];
    }
  }

  private _listening(messages: Readable, stderr: Readable): Promise<void> {
    const { role } = this._node;
    if (role === 'replica' || this._context.launch.sshd === undefined) {
      messages.resume();
      return Promise.resolve();
    }
    const source = role === 'worker' ? stderr : messages;
    return new Promise(resolve => {
      source.on('data', (data: Buffer) => {
        if (data.includes('Server listening')) {
          resolve();
        }
      });
    });
  }

  private _log(log: LogWriter, name: 'stdout' | 'stderr', source: Readable): Promise<void> {
    log.pump(name, source);
    if (name === 'stderr') {
      source.on('data', (data: Buffer) => {
        this._lastError = withTail(this._lastError, data);
      });
    }
    return new Promise(resolve => source.once('close', resolve));
  }
}

const TAIL = 1000;

/** The end of what a program has said so far: it comes in pieces, wherever they are cut. */
export function withTail(before: string, data: Buffer): string {
  return (before + data.toString('utf8', Math.max(0, data.length - TAIL))).slice(-TAIL);
}

/** Both ends of a pipe. */
interface Pipe {
  read: Socket;
  write: number;
}

/**
 * Real pipes for a node's output. What Node itself would make are sockets, and a program that opens `/dev/stdout` fails on those.
 */
export function openOutput(directory: string, index: number): { out: Pipe; error: Pipe } {
  const paths = outputPaths(directory, index);
  if (!paths.every(path => existsSync(path))) {
    makeOutputs(directory, [index]);
  }
  const [out = '', error = ''] = paths;
  return { out: openPipe(out), error: openPipe(error) };
}

/** Makes the pipes for several nodes with one process; a node for which that was not done makes its own. */
export function makeOutputs(directory: string, indexes: readonly number[]): void {
  const paths = indexes.flatMap(index => outputPaths(directory, index));
  for (const path of paths) {
    rmSync(path, { force: true });
  }
  execFileSync('mkfifo', ['-m', '600', ...paths]);
}

function outputPaths(directory: string, index: number): string[] {
  return ['out', 'error'].map(name => join(directory, FILES.node, `${index}.${name}`));
}

function openPipe(path: string): Pipe {
  // A reader that does not wait has to come first, or opening for writing would wait for it for ever.
  const read = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const write = openSync(path, constants.O_WRONLY);
  rmSync(path);
  return { read: new Socket({ fd: read, readable: true, writable: false }), write };
}

function openHostfile(context: SandboxContext, index: number): number {
  const path = join(context.launch.directory, FILES.node, `${index}.hostfile`);
  writeFileSync(path, context.files.hostfile);
  const file = openSync(path, 'r');
  rmSync(path);
  return file;
}
