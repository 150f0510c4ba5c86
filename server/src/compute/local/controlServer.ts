import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn } from 'node:child_process';
import { closeSync, openSync, rmSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import type { Readable } from 'node:stream';

import type { ControlReply, ControlRequest } from './controlProtocol.ts';
import { FRAME, frameReader, lineReader, writeFrame } from './controlProtocol.ts';
import { isAlive } from './identity.ts';
import { controlSocket } from './paths.ts';
import { plainEnvironment, plainPlaces } from './plainNode.ts';
import { processesBelow, signalProcess } from './processes.ts';
import type { RunMember } from './runMember.ts';
import type { RunRecord } from './runRecord.ts';
import type { SandboxContext } from './sandbox.ts';
import { GROUP_SCRIPT } from './sandboxScripts.ts';
import type { SupervisedRun } from './supervisedRun.ts';

/** Goes to a directory of the sandbox and becomes what follows. */
const EXEC_SCRIPT = 'cd "$1" || exit 126; shift; exec "$@"';

/** Changes nothing but what follows: everything as it is, and all rights kept. */
const FILTERED = ['bwrap', '--dev-bind', '/', '/', '--cap-add', 'ALL'];

/** Answers on the run's control socket. Whoever may open the socket's directory may give orders. */
export async function serveControl(
  context: SandboxContext,
  record: RunRecord,
  run: SupervisedRun
): Promise<Server> {
  const path = controlSocket(context.launch.sockets);
  rmSync(path, { force: true });
  const server = createServer(socket => {
    socket.on('error', () => socket.destroy());
    const reply = (message: ControlReply): void => {
      socket.write(`${JSON.stringify(message)}\n`);
    };
    const lines = lineReader(line => {
      const request = JSON.parse(line) as ControlRequest;
      if (request.op === 'exec') {
        socket.removeListener('data', lines.push);
        execute(context, run, request, socket, lines.rest, reply);
        return;
      }
      answer(request, context, record, run, reply, socket);
    });
    socket.on('data', lines.push);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  return server;
}

function answer(
  request: Exclude<ControlRequest, { op: 'exec' }>,
  context: SandboxContext,
  record: RunRecord,
  run: SupervisedRun,
  reply: (message: ControlReply) => void,
  socket: Socket
): void {
  switch (request.op) {
    case 'watch':
      socket.once(
        'close',
        record.listen(state => reply({ kind: 'state', state }))
      );
      reply({ kind: 'state', state: record.state });
      break;
    case 'stop':
      run.stop(request.graceMs ?? context.plan.graceMs);
      reply({ kind: 'done' });
      break;
    case 'scale':
      if (context.plan.kind !== 'service') {
        reply({ kind: 'error', code: 'not_a_service', detail: 'Only a service has replicas.' });
        break;
      }
      try {
        run.scale(request.replicas);
        reply({ kind: 'done' });
      } catch (error) {
        // One that cannot be added, such as for want of disk space, does not end the others.
        const detail = error instanceof Error ? error.message : String(error);
        reply({ kind: 'error', code: 'start_failed', detail });
      }
      break;
    case 'stats':
      reply({ kind: 'stats', stats: run.stats() });
      break;
  }
}

function execute(
  context: SandboxContext,
  run: SupervisedRun,
  request: Extract<ControlRequest, { op: 'exec' }>,
  socket: Socket,
  rest: () => Buffer,
  reply: (message: ControlReply) => void
): void {
  const member = findMember(run, request.node);
  const init = member?.sandbox?.init;
  if (member === undefined || init === undefined || !isAlive(init)) {
    const code = member === undefined ? 'node_unknown' : 'not_running';
    reply({ kind: 'error', code, detail: `${request.node ?? 'the run'} has no such node now` });
    socket.end();
    return;
  }
  const child =
    context.launch.isolation === 'plain'
      ? spawnPlain(context, request)
      : spawnInside(context, member, init.pid, request);
  reply({ kind: 'done' });
  const forward = (kind: number, source: Readable): void => {
    source.on('data', (chunk: Buffer) => {
      if (!writeFrame(socket, kind, chunk)) {
        source.pause();
        socket.once('drain', () => source.resume());
      }
    });
  };
  forward(FRAME.stdout, child.stdout);
  forward(FRAME.stderr, child.stderr);
  child.stdin.on('error', () => undefined);
  const frames = frameReader((kind, bytes) => {
    if (kind === FRAME.stdin) {
      if (!child.stdin.write(bytes)) {
        socket.pause();
        child.stdin.once('drain', () => socket.resume());
      }
    } else if (kind === FRAME.stdinEnd) {
      child.stdin.end();
    }
  });
  frames(rest());
  socket.on('data', frames);
  child.on('error', () => undefined);
  child.on('close', (code, signal) => {
    const exitCode = code ?? (signal === null ? 1 : 137);
    writeFrame(socket, FRAME.exit, Buffer.from(String(exitCode)));
    socket.end();
  });
  socket.on('close', () => endBelow(child.pid));
}

function spawnInside(
  { plan, files }: SandboxContext,
  member: RunMember,
  init: number,
  request: Extract<ControlRequest, { op: 'exec' }>
): ChildProcessWithoutNullStreams {
  const filter = files.filter === undefined ? undefined : openSync(files.filter, 'r');
  try {
    return spawn(
      '/bin/sh',
      [
        ...['-c', GROUP_SCRIPT, 'group', ...member.groups.entrances, '--'],
        // What goes into the node from outside is held to what the node's own processes are.
        ...(filter === undefined ? [] : [...FILTERED, '--seccomp', '3', '--']),
        // The user namespace comes last for nsenter: until then the supervisor has its rights over the others.
        ...['nsenter', '--preserve-credentials', '-t', String(init)],
        ...['-m', '-p', '-u', '-i', '-n', '-U', '--'],
        ...['/bin/bash', '-c', EXEC_SCRIPT, 'exec', plan.workingDirectory, ...request.argv]
      ],
      {
        cwd: '/',
        env: { ...plan.env, ...request.env },
        stdio: ['pipe', 'pipe', 'pipe', filter ?? 'ignore']
      }
    ) as ChildProcessWithoutNullStreams;
  } finally {
    if (filter !== undefined) {
      closeSync(filter);
    }
  }
}

function spawnPlain(
  context: SandboxContext,
  request: Extract<ControlRequest, { op: 'exec' }>
): ChildProcessWithoutNullStreams {
  const { workspace, rewrite } = plainPlaces(context);
  const [program = '', ...args] = request.argv.map(rewrite);
  return spawn(program, args, {
    cwd: workspace,
    env: { ...plainEnvironment(context, workspace, rewrite), ...request.env },
    stdio: ['pipe', 'pipe', 'pipe']
  });
}

/** The process and all below it: nsenter waits for the one that it started, which would stay. */
function endBelow(pid: number | undefined): void {
  for (const found of pid === undefined ? [] : processesBelow(pid).reverse()) {
    signalProcess(found.pid, 'SIGKILL');
  }
}

function findMember(run: SupervisedRun, node: string | undefined): RunMember | undefined {
  const members = run.members();
  return node === undefined
    ? (members.find(member => member.sandbox?.init !== undefined) ?? members[0])
    : members.find(member => member.name === node);
}
