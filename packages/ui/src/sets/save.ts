import { upload, type Client } from '@topsdl/client';
import { operations, type FileSet, type SetVersion } from '@topsdl/contract';
import type { Contents } from '@jupyterlab/services';
import { readSource, type Collected } from '../files/collect.ts';
import type { WorkControl } from '../work/pageWork.ts';
import type { SetOperations } from './kind.ts';

/** How many files are sent at once: small ones wait for answers more than for the line. */
const AT_ONCE = 4;

/** The set that gets the version, and what it begins with. */
export type SaveTarget =
  | { readonly kind: 'new'; readonly set: Parameters<typeof newSet>[2] }
  | { readonly kind: 'existing'; readonly setId: string; readonly fromVersionId: string | null };

export interface SaveParts {
  readonly client: Client;
  readonly contents: Pick<Contents.IManager, 'getDownloadUrl'>;
  readonly projectId: string;
  readonly operations: SetOperations;
}

/**
 * Sends files of JupyterLab's and makes a version of them, at once when all are there: until then
 * nobody sees anything of it, and what was sent is forgotten if it comes to nothing.
 */
export async function saveFiles(
  parts: SaveParts,
  files: readonly Collected[],
  target: SaveTarget,
  control: WorkControl
): Promise<SetVersion> {
  const sent = new Map<Collected, string>();
  try {
    await sendAll(parts, files, control, sent);
    const setId =
      target.kind === 'new' ? (await newSet(parts.client, parts, target.set)).id : target.setId;
    return await parts.client.call(parts.operations.createVersion, {
      params: { setId },
      body: {
        fromVersionId: target.kind === 'new' ? null : target.fromVersionId,
        files: files.flatMap(file => {
          const uploadId = sent.get(file);
          return uploadId === undefined ? [] : [{ path: file.path, uploadId }];
        })
      }
    });
  } catch (error) {
    for (const uploadId of sent.values()) {
      // The server forgets them by itself after a day: that this fails is no fault of anyone's.
      parts.client.call(operations.uploads.delete, { params: { uploadId } }).catch(() => undefined);
    }
    throw error;
  }
}

function newSet(
  client: Client,
  { operations: ofKind, projectId }: Pick<SaveParts, 'operations' | 'projectId'>,
  body: { name: string; scenario: FileSet['scenario']; details?: string; public?: boolean }
): Promise<FileSet> {
  return client.call(ofKind.create, { params: { projectId }, body });
}

async function sendAll(
  { client, contents, projectId }: SaveParts,
  files: readonly Collected[],
  { signal, progress }: WorkControl,
  sent: Map<Collected, string>
): Promise<void> {
  // An empty file counts for something, too: a thousand of them take their time.
  const weight = (bytes: number) => bytes + 4096;
  const total = files.reduce((sum, { bytes }) => sum + weight(bytes), 0);
  const part = new Map<Collected, number>();
  const tell = (file: Collected, done: number) => {
    part.set(file, Math.min(done, weight(file.bytes)));
    progress([...part.values()].reduce((sum, value) => sum + value, 0) / total);
  };
  const waiting = [...files];
  const sender = async () => {
    for (let file = waiting.shift(); file; file = waiting.shift()) {
      signal.throwIfAborted();
      const current = file;
      const content = await readSource(contents, file.source, signal);
      const done = await upload(client, {
        projectId,
        fileName: file.path.slice(file.path.lastIndexOf('/') + 1),
        content,
        signal,
        onProgress: (bytes, _total, { id }) => {
          sent.set(current, id);
          tell(current, bytes);
        }
      });
      sent.set(file, done.id);
      tell(file, weight(file.bytes));
    }
  };
  const senders = Array.from({ length: Math.min(AT_ONCE, files.length) }, sender);
  try {
    await Promise.all(senders);
  } catch (error) {
    // The others stop at their next file.
    waiting.length = 0;
    await Promise.allSettled(senders);
    throw error;
  }
}
