import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, symlinkSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import type { Duplex } from 'node:stream';

import type { ProcessIdentity } from './identity.ts';
import { identify } from './identity.ts';
import type { LogWriter } from './logWriter.ts';
import { FILES } from './paths.ts';
import type { FoundProcess } from './processes.ts';
import { processesMarked, signalProcess } from './processes.ts';
import type { PlannedNode } from './runPlan.ts';
import type { NodeProcess, SandboxContext } from './sandbox.ts';
import { openOutput, withTail } from './sandbox.ts';

/** Joins the relay's input and output in one file, as a sandbox has them. */
const RELAY_SCRIPT = '"$@" <&3 >&3 3>&- 2>/dev/null';

/**
 * A node without a sandbox, where none can be made: a process of the companion's own user, in a directory that looks like
 * `/workspace`. It keeps nothing from anybody, and knows its processes by a variable of their environment.
 */
export class PlainNode implements NodeProcess {
  readonly ready: Promise<void> = Promise.resolve();
  readonly commandEnded: Promise<number>;
  readonly ended: Promise<number>;
  readonly relay: Duplex | undefined;
  init: ProcessIdentity | undefined;
  lastError = '';

  private readonly _context: SandboxContext;
  private readonly _index: number;
  private readonly _log: LogWriter;
  private readonly _relayProcess: ChildProcess | undefined;
  private readonly _command = Promise.withResolvers<number>();
  private readonly _end = Promise.withResolvers<number>();
  private _child: ChildProcess | undefined;
  private _killed = false;

  constructor(context: SandboxContext, node: PlannedNode, index: number, log: LogWriter) {
    this._context = context;
    this._index = index;
    this._log = log;
    this.commandEnded = this._command.promise;
    this.ended = this._end.promise;
    this.init = identify(process.pid);
    if (node.role === 'replica') {
      const { launch, plan } = context;
      const relay = [launch.node, launch.relay, launch.sockets, String(index)];
      this._relayProcess = spawn(
        '/bin/sh',
        ['-c', RELAY_SCRIPT, 'relay', ...relay, ...plan.ports.map(String)],
        { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] }
      );
      this.relay = this._relayProcess.stdio[3] as unknown as Duplex;
      this.relay.on('error', () => undefined);
    }
  }

  get killed(): boolean {
    return this._killed;
  }

  go(): void {
    const { plan, launch } = this._context;
    const { workspace, rewrite } = plainPlaces(this._context);
    const { out, error } = openOutput(launch.directory, this._index);
    this._log.pump('stdout', out.read);
    this._log.pump('stderr', error.read);
    error.read.on('data', (data: Buffer) => (this.lastError = withTail(this.lastError, data)));
    const closed = [out, error].map(
      ({ read }) => new Promise<void>(resolve => read.once('close', () => resolve()))
    );
    const [program = '', ...args] = plan.argv.map(rewrite);
    this._child = spawn(program, args, {
      cwd: rewrite(plan.workingDirectory),
      env: plainEnvironment(this._context, workspace, rewrite),
      detached: true,
      stdio: ['ignore', out.write, error.write]
    });
    closeSync(out.write);
    closeSync(error.write);
    const finish = (code: number): void => {
      this._command.resolve(code);
      void Promise.all(closed).then(() => {
        this.relay?.destroy();
        this._end.resolve(code);
      });
    };
    this._child.once('error', problem => {
      this.lastError = problem.message;
      finish(127);
    });
    this._child.once('exit', (code, name) => finish(code ?? (name === null ? 1 : 137)));
  }

  letGo(): void {
    this.kill();
  }

  kill(): void {
    this._killed = true;
    for (const { pid } of this.processes()) {
      signalProcess(pid, 'SIGKILL');
    }
    if (this._child === undefined) {
      this.relay?.destroy();
      this._end.resolve(137);
    }
  }

  remaining(): FoundProcess[] {
    return this.processes();
  }

  processes(): FoundProcess[] {
    return processesMarked(plainMark(this._context.plan.name, this._index));
  }
}

/** The variable by which the processes of a plain node are found. */
export function plainMark(name: string, index: number): string {
  return `TOPSDL_NODE=${name}/${index}`;
}

/** Where `/workspace` and `/layer` are for plain processes, and what turns mentions of them into those places. */
export function plainPlaces(context: SandboxContext): {
  workspace: string;
  rewrite: (text: string) => string;
} {
  const { plan, launch } = context;
  const workspace = join(launch.directory, FILES.node, 'workspace');
  mkdirSync(workspace, { recursive: true });
  for (const mount of plan.mounts) {
    const target = join(workspace, mount.target.slice('/workspace/'.length));
    mkdirSync(dirname(target), { recursive: true });
    try {
      symlinkSync(mount.source, target);
    } catch {
      // A replica that is started again finds its links.
    }
  }
  const layer = plan.image.layer ?? '/layer';
  return {
    workspace,
    rewrite: text =>
      text
        .replace(/(?<![\w/.-])\/workspace(?=\/|$|[\s:;"'&|)])/g, () => workspace)
        .replace(/(?<![\w/.-])\/layer(?=\/|$|[\s:;"'&|)])/g, () => layer)
  };
}

/** The environment of a plain node: a sandbox's, but for the account. */
export function plainEnvironment(
  context: SandboxContext,
  workspace: string,
  rewrite: (text: string) => string
): Record<string, string> {
  const { plan } = context;
  const { username } = userInfo();
  return {
    ...Object.fromEntries(
      Object.entries(plan.env)
        .filter(([name]) => !name.startsWith('OMPI_MCA_orte_') && !name.startsWith('VC_'))
        .map(([name, value]) => [name, rewrite(value)])
    ),
    HOME: workspace,
    USER: username,
    LOGNAME: username,
    TOPSDL_NODE: `${plan.name}/0`
  };
}
