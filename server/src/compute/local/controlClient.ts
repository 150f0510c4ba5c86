import type { Socket } from 'node:net';
import { createConnection } from 'node:net';
import { PassThrough, Writable } from 'node:stream';

import type { ExecSession } from '../engine.ts';
import { EngineError } from '../engine.ts';
import type { ControlReply, ControlRequest } from './controlProtocol.ts';
import { FRAME, frameReader, lineReader, writeFrame } from './controlProtocol.ts';

/** How long a supervisor may take to answer: what it is asked for is done at once. */
const ANSWER_MS = 10_000;

/** Connects to a supervisor. @throws EngineError `not_running` when none answers */
export function connectControl(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    socket.once('connect', () => resolve(socket));
    socket.on('error', () => {
      reject(new EngineError('not_running', 'The workload does not run.'));
      socket.destroy();
    });
  });
}

/** Asks one thing and waits for the answer. @throws EngineError */
export async function askControl(path: string, request: ControlRequest): Promise<ControlReply> {
  const socket = await connectControl(path);
  try {
    return await firstReply(socket, request);
  } finally {
    socket.destroy();
  }
}

function firstReply(socket: Socket, request: ControlRequest): Promise<ControlReply> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new EngineError('unreachable', 'The supervisor does not answer.'));
      socket.destroy();
    }, ANSWER_MS);
    const lines = lineReader(line => {
      clearTimeout(timer);
      const reply = JSON.parse(line) as ControlReply;
      socket.removeListener('data', lines.push);
      const rest = lines.rest();
      if (rest.length > 0) {
        socket.unshift(rest);
      }
      if (reply.kind === 'error') {
        reject(new EngineError(reply.code, reply.detail));
      } else {
        resolve(reply);
      }
    });
    socket.on('data', lines.push);
    socket.once('close', () => {
      clearTimeout(timer);
      reject(new EngineError('not_running', 'The workload ended before it answered.'));
    });
    socket.write(`${JSON.stringify(request)}\n`);
  });
}

/** Starts a process in a node. @throws EngineError */
export async function execControl(
  path: string,
  request: Extract<ControlRequest, { op: 'exec' }>,
  signal?: AbortSignal
): Promise<ExecSession> {
  const socket = await connectControl(path);
  await firstReply(socket, request);
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const kill = (): void => {
    socket.destroy();
  };
  signal?.addEventListener('abort', kill, { once: true });
  const exited = new Promise<number>((resolve, reject) => {
    const frames = frameReader((kind, bytes) => {
      if (kind === FRAME.exit) {
        resolve(Number(bytes.toString()));
        return;
      }
      const target = kind === FRAME.stdout ? stdout : stderr;
      // A copy: the frame is a part of a buffer that is used again.
      if (!target.write(Buffer.from(bytes))) {
        socket.pause();
        target.once('drain', () => socket.resume());
      }
    });
    socket.on('data', frames);
    socket.once('close', () => {
      signal?.removeEventListener('abort', kill);
      stdout.end();
      stderr.end();
      reject(new EngineError('unreachable', 'The connection to the node was lost.'));
    });
    socket.resume();
  });
  exited.catch(() => undefined);
  const stdin = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (writeFrame(socket, FRAME.stdin, chunk)) {
        done();
      } else {
        socket.once('drain', () => done());
      }
    },
    final(done) {
      writeFrame(socket, FRAME.stdinEnd, Buffer.alloc(0));
      done();
    }
  });
  return { stdin, stdout, stderr, exited, kill };
}
