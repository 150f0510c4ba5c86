import { Worker } from 'node:worker_threads';
import { isCode, statusOf, type ProblemCode } from '@topsdl/contract';
import { entryOptions, entryPoint } from '../../../entry.ts';
import { ProblemError } from '../../../http/problem.ts';
import type { PackStore } from '../../../packs/store.ts';
import type {
  DryRunSummary,
  FromWorker,
  ImportJob,
  ToWorker,
  WorkerImage,
  WorkerRefusal,
  WorkerSummary
} from './messages.ts';

/** What the main thread does with what a worker finds. */
export interface Receiver {
  images(images: readonly WorkerImage[]): void;
  refused(refused: readonly WorkerRefusal[], duplicates: number): void;
  progress(step: string, done: number, total: number): void;
}

export type WorkerResult =
  | { readonly kind: 'done'; readonly summary: WorkerSummary }
  | { readonly kind: 'dry'; readonly summary: DryRunSummary };

/**
 * Runs an import's worker to its end. Packs that it leased are given back before this settles, and an
 * abort ends the thread at once, wherever it is.
 *
 * @throws ProblemError the reason why nothing is taken
 */
export async function runImportWorker(
  job: ImportJob,
  packs: PackStore,
  receiver: Receiver,
  signal: AbortSignal
): Promise<WorkerResult> {
  signal.throwIfAborted();
  const worker = new Worker(entryPoint('import'), {
    workerData: job,
    execArgv: [...entryOptions],
    env: {}
  });
  const leased: number[] = [];
  const reply = (message: ToWorker) => worker.postMessage(message);
  const { promise, resolve, reject } = Promise.withResolvers<WorkerResult>();
  const abort = () => reject(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  worker.on('message', (message: FromWorker) => {
    try {
      switch (message.kind) {
        case 'lease': {
          const lease = packs.lease();
          leased.push(lease.packId);
          reply({ kind: 'lease', lease });
          break;
        }
        case 'images':
          receiver.images(message.images);
          reply({ kind: 'taken' });
          break;
        case 'refused':
          receiver.refused(message.refused, message.duplicates);
          reply({ kind: 'taken' });
          break;
        case 'progress':
          receiver.progress(message.step, message.done, message.total);
          break;
        case 'problem':
          reject(problemOf(message));
          break;
        default:
          resolve(message);
      }
    } catch (error) {
      reject(error as Error);
    }
  });
  worker.on('error', reject);
  worker.on('exit', code => reject(new Error(`the import worker ended with ${code}`)));
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', abort);
    await worker.terminate();
    for (const packId of leased) {
      packs.release(packId);
    }
  }
}

function problemOf({ code, params }: Extract<FromWorker, { kind: 'problem' }>): Error {
  return isProblemCode(code)
    ? new ProblemError(code, params)
    : new Error(`${code} ${JSON.stringify(params)}`);
}

function isProblemCode(code: string): code is ProblemCode {
  return isCode(code) && typeof statusOf(code as ProblemCode) === 'number';
}
