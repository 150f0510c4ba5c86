import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { PackStore } from '../../../packs/store.ts';
import { runWorker } from '../worker-run.ts';
import type { ArtifactJob, ArtifactResult, FromArtifactWorker } from './messages.ts';

/** Makes an artifact in a worker; no pack moves while it reads. */
export async function runArtifactWorker(
  job: ArtifactJob,
  packs: PackStore,
  progress: (change: { step: string; done: number; total: number }) => void,
  signal: AbortSignal
): Promise<ArtifactResult> {
  const unpin = packs.pin();
  try {
    return await runWorker<FromArtifactWorker, ArtifactResult>(
      'artifact',
      job,
      (message, { finish }) => {
        if (message.kind === 'progress') {
          progress(message);
        } else {
          finish(message.result);
        }
      },
      signal
    );
  } catch (error) {
    await removeUnfinished(job.work.target);
    throw error;
  } finally {
    unpin();
  }
}

/** A thread that is ended leaves what it was writing, under temporary names beside its place; the name of a part has one more dot. */
async function removeUnfinished(target: string): Promise<void> {
  const directory = dirname(target);
  for (const name of await readdir(directory)) {
    if (name.startsWith('.') && name.replace(/^\.+/, '').startsWith(`${basename(target)}.`)) {
      await rm(join(directory, name), { recursive: true, force: true });
    }
  }
}
