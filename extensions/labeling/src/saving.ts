import type { Batch, Journal, SaveResult, Send } from '@topsdl/annotator';
import { ConnectionError, ProblemError, type Client } from '@topsdl/client';
import { operations } from '@topsdl/contract';

/** Sends batches of a version by the contract's save operation. */
export function sender(client: Client, versionId: string): Send {
  return async (batch: Batch): Promise<SaveResult> => {
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
        { idempotencyKey: batch.key }
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
  return error instanceof ConnectionError ? { kind: 'unreachable' } : { kind: 'refused', error };
}

function conflicting(error: ProblemError): string[] {
  const ids = error.params['images'];
  if (typeof ids === 'string') {
    return ids.split(',').filter(Boolean);
  }
  return Array.isArray(ids) ? ids.map(String) : [];
}

const prefix = 'topsdl:labeling:';

/**
 * Unsaved batches of one version and one user, in the browser's storage, an item each: the same version
 * may be open in another tab. A batch for which there is no room is sent all the same.
 */
export function browserJournal(
  storage: Storage,
  userId: string,
  versionId: string,
  now: () => number = Date.now
): Journal {
  const own = `${prefix}${userId}:${versionId}:`;
  const items = new Map<string, string>();
  let count = 0;
  /** Names in the order of time. */
  const newItem = (key: string) => {
    const order = [now(), count++].map(number => String(number).padStart(15, '0')).join('-');
    return `${own}${order}-${key}`;
  };
  return {
    read() {
      const names = Array.from({ length: storage.length }, (_, at) => storage.key(at) ?? '');
      return names
        .filter(name => name.startsWith(own))
        .sort()
        .flatMap(name => {
          const batch = parse(storage.getItem(name));
          if (batch) {
            items.set(batch.key, name);
          }
          return batch ?? [];
        });
    },
    keep(batch, insteadOf) {
      const item = items.get(insteadOf ?? '') ?? newItem(batch.key);
      items.delete(insteadOf ?? '');
      items.set(batch.key, item);
      try {
        storage.setItem(item, JSON.stringify(batch));
      } catch {
        // The storage is full, or closed to us: the batch is on its way all the same.
        storage.removeItem(item);
      }
    },
    forget(key) {
      const item = items.get(key);
      if (item !== undefined) {
        items.delete(key);
        storage.removeItem(item);
      }
    }
  };
}

function parse(text: string | null): Batch | undefined {
  try {
    const batch = JSON.parse(text ?? '') as Batch;
    return typeof batch.key === 'string' && Array.isArray(batch.changes) ? batch : undefined;
  } catch {
    // Written by something else: there is nothing of ours to lose.
    return undefined;
  }
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
