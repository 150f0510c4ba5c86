import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import type { FromWorker, ImportJob, ToWorker } from './messages.ts';

/** What this worker is to import. */
export const job = workerData as ImportJob;

const port = parentPort!;

export function tell(message: FromWorker): void {
  port.postMessage(message);
}

/** Sends and waits until the main thread has taken it, so that no more than one batch is on its way. */
export async function ask(message: FromWorker): Promise<ToWorker> {
  const answer = once(port, 'message') as Promise<[ToWorker]>;
  tell(message);
  return (await answer)[0];
}

/** Hears no more answers, so that the worker can end. */
export function hangUp(): void {
  port.unref();
}
