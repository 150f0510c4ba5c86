import type { Batch, Journal, SaveResult, Send } from '@topsdl/annotator';
import { ConnectionError, ProblemError, type Client } from '@topsdl/client';
import { operations } from '@topsdl/contract';

/** Sends batches of a version by the contract's save operation. */
export function sender(client: Client, versionId: string): Send {
  return async (batch: Batch, signal: AbortSignal): Promise<SaveResult> => {
    try {
      const saved = await client.call(
        operations.labeling.save,
        {
          params: { versionId },
          body: {
            images: batch.changes.map(({ imageId, revision, shapes }) => ({
              imageId,
              revision,
              shapes: [...shapes]
            }))
          }
        },
        { signal, idempotencyKey: batch.key }
      );
      return {
        kind: 'saved',
        revisions: new Map(saved.images.map(image => [image.imageId, image.revision]))
      };
    } catch (error) {
      return outcome(error);
    }
  };
}

function outcome(error: unknown): SaveResult {
  if (error instanceof ProblemError) {
    if (error.code === 'annotation-conflict') {
      return { kind: 'conflict', imageIds: conflicting(error) };
    }
    // A server that is starting or out of space may take it later; signing in again helps, too.
    return error.status >= 500 || error.status === 401 || error.status === 429
      ? { kind: 'unreachable' }
      : { kind: 'refused', error };
  }
  return error instanceof ConnectionError || isAbort(error)
    ? { kind: 'unreachable' }
    : { kind: 'refused', error };
}

function conflicting(error: ProblemError): string[] {
  const ids = error.params['images'];
  if (typeof ids === 'string') {
    return ids.split(',').filter(Boolean);
  }
  return Array.isArray(ids) ? ids.map(String) : [];
}

function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

const prefix = 'topsdl:labeling:';

/** Unsaved batches of one version and one user, in the browser's storage. */
export function browserJournal(storage: Storage, userId: string, versionId: string): Journal {
  const key = `${prefix}${userId}:${versionId}`;
  return {
    read() {
      try {
        const stored: unknown = JSON.parse(storage.getItem(key) ?? '[]');
        return Array.isArray(stored) ? (stored as Batch[]) : [];
      } catch {
        // Written by something else: there is nothing of ours to lose.
        return [];
      }
    },
    write(batches) {
      if (batches.length === 0) {
        storage.removeItem(key);
      } else {
        storage.setItem(key, JSON.stringify(batches));
      }
    }
  };
}

/** Waits 0.5 s, doubling to 15 s; the browser's `online` event ends the wait. */
export function backOff(tries: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      clearTimeout(timer);
      window.removeEventListener('online', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, Math.min(15_000, 250 * 2 ** Math.min(tries, 6)));
    window.addEventListener('online', done);
    signal.addEventListener('abort', done);
  });
}
