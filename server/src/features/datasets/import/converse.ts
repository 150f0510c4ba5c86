import type { PackStore } from '../../../packs/store.ts';
import { runWorker } from '../worker-run.ts';
import type {
  DryRunSummary,
  FromWorker,
  ImportJob,
  ToWorker,
  UnusedBytes,
  WorkerImage,
  WorkerRefusal,
  WorkerSummary
} from './messages.ts';

/** What the main thread does with what a worker finds. */
export interface Receiver {
  images(images: readonly WorkerImage[], unused: readonly UnusedBytes[]): void;
  refused(refused: readonly WorkerRefusal[], duplicates: number): void;
  progress(step: string, done: number, total: number): void;
}

export type WorkerResult =
  | { readonly kind: 'done'; readonly summary: WorkerSummary }
  | { readonly kind: 'dry'; readonly summary: DryRunSummary };

/**
 * Runs an import's worker to its end. Packs that it leased are given back before this settles.
 *
 * @throws ProblemError the reason why nothing is taken
 */
export async function runImportWorker(
  job: ImportJob,
  packs: PackStore,
  receiver: Receiver,
  signal: AbortSignal
): Promise<WorkerResult> {
  const leased: number[] = [];
  const taken: ToWorker = { kind: 'taken' };
  try {
    return await runWorker<FromWorker, WorkerResult>(
      'import',
      job,
      (message, { reply, finish }) => {
        switch (message.kind) {
          case 'lease': {
            const lease = packs.lease();
            leased.push(lease.packId);
            reply({ kind: 'lease', lease } satisfies ToWorker);
            break;
          }
          case 'images':
            receiver.images(message.images, message.unused);
            reply(taken);
            break;
          case 'refused':
            receiver.refused(message.refused, message.duplicates);
            reply(taken);
            break;
          case 'progress':
            receiver.progress(message.step, message.done, message.total);
            break;
          default:
            finish(message);
        }
      },
      signal
    );
  } finally {
    for (const packId of leased) {
      packs.release(packId);
    }
  }
}
