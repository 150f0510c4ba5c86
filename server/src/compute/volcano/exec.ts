import { randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';

import type { ExecSession } from '../engine.ts';
import { EngineError } from '../engine.ts';
import type { ClusterApi } from './client.ts';
import type { Channels } from './channels.ts';
import type { ApiStatus } from './objects.ts';
import { PROGRAM } from './places.ts';

/** Numbers of channels in the protocol of remote commands. */
const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const STATUS = 3;
const CONTAINER = 'node';

/** A program in a pod, in the environment of its node. */
export async function execInPod(
  api: ClusterApi,
  pod: { namespace: string; name: string },
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  signal?: AbortSignal
): Promise<ExecSession> {
  const session = randomBytes(12).toString('hex');
  const program = ['python3', '-I', '-S', PROGRAM];
  const channels = await api.exec(pod.namespace, pod.name, CONTAINER, [
    ...program,
    'exec',
    session,
    JSON.stringify(env),
    ...argv
  ]);
  const exited = exitCode(channels);
  exited.catch(() => undefined);
  const kill = (): void => {
    // The kubelet lets what it started run on when nobody listens any more.
    api
      .exec(pod.namespace, pod.name, CONTAINER, [...program, 'kill', session])
      .then(exitCode)
      .catch(() => undefined)
      .finally(() => channels.close());
  };
  signal?.addEventListener('abort', kill, { once: true });
  exited.then(
    () => signal?.removeEventListener('abort', kill),
    () => signal?.removeEventListener('abort', kill)
  );
  return {
    stdin: channels.writable(STDIN),
    stdout: channels.readable(STDOUT),
    stderr: channels.readable(STDERR),
    exited,
    kill
  };
}

async function exitCode(channels: Channels): Promise<number> {
  const said = await text(channels.readable(STATUS));
  let status: ApiStatus;
  try {
    status = JSON.parse(said) as ApiStatus;
  } catch {
    throw new EngineError('unreachable', 'The connection to the node was lost.');
  }
  if (status.status === 'Success') {
    return 0;
  }
  const cause = status.details?.causes?.find(({ reason }) => reason === 'ExitCode');
  const code = Number(cause?.message);
  if (cause === undefined || !Number.isInteger(code)) {
    throw new EngineError('unreachable', status.message ?? 'The program could not be started.');
  }
  return code;
}
