import { Worker } from 'node:worker_threads';
import { isCode, statusOf, type ProblemCode } from '@topsdl/contract';
import { entryOptions, entryPoint } from '../../entry.ts';
import { ProblemError } from '../../http/problem.ts';

/** What every worker can end with instead of a result. */
export interface WorkerProblem {
  readonly kind: 'problem';
  readonly code: string;
  readonly params: Readonly<Record<string, string | number>>;
}

/** What is done with a message: answer it, or end the run with its result. */
export interface Conversation<Result> {
  reply(message: unknown): void;
  finish(result: Result): void;
}

/**
 * Runs a worker thread until it tells its result. An abort ends the thread at once, wherever it is,
 * and it is gone when this settles.
 *
 * @throws ProblemError the problem it told of
 */
export async function runWorker<Message extends { readonly kind: string }, Result>(
  entry: string,
  job: unknown,
  onMessage: (message: Exclude<Message, WorkerProblem>, conversation: Conversation<Result>) => void,
  signal: AbortSignal
): Promise<Result> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<Result>();
  const worker = new Worker(entryPoint(entry), {
    workerData: job,
    execArgv: [...entryOptions],
    env: {}
  });
  const conversation: Conversation<Result> = {
    reply: message => worker.postMessage(message),
    finish: resolve
  };
  const abort = () => reject(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  worker.on('message', (message: Message | WorkerProblem) => {
    try {
      if (message.kind === 'problem') {
        reject(problemOf(message as WorkerProblem));
      } else {
        onMessage(message as Exclude<Message, WorkerProblem>, conversation);
      }
    } catch (error) {
      reject(error as Error);
    }
  });
  worker.on('error', reject);
  worker.on('exit', code => reject(new Error(`the ${entry} worker ended with ${code}`)));
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', abort);
    await worker.terminate();
  }
}

function problemOf({ code, params }: WorkerProblem): Error {
  return isProblemCode(code)
    ? new ProblemError(code, params)
    : new Error(`${code} ${JSON.stringify(params)}`);
}

function isProblemCode(code: string): code is ProblemCode {
  return isCode(code) && typeof statusOf(code as ProblemCode) === 'number';
}
