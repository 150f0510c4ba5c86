import { operations, type Upload } from '@topsdl/contract';
import type { Client } from './client.ts';
import { ConnectionError, ProblemError } from './errors.ts';

export interface UploadOptions {
  readonly projectId: string;
  readonly fileName: string;
  readonly content: Blob;
  /** An upload to go on with. */
  readonly uploadId?: string;
  readonly signal?: AbortSignal | undefined;
  /** Called with the bytes the server has. */
  readonly onProgress?: (sent: number, total: number, upload: Upload) => void;
  /** Bytes a part; Jupyter's proxy holds a part in memory. */
  readonly partBytes?: number;
  /** How often a part is tried again after the connection broke. */
  readonly retries?: number;
}

/**
 * Sends a file in parts and goes on after a broken connection from where the server is.
 *
 * @returns the finished upload
 */
export async function upload(client: Client, options: UploadOptions): Promise<Upload> {
  const { content, signal, onProgress, partBytes = 8 * 1024 ** 2, retries = 5 } = options;
  const total = content.size;
  let current = options.uploadId
    ? await client.call(
        operations.uploads.get,
        { params: { uploadId: options.uploadId } },
        { signal }
      )
    : await client.call(
        operations.uploads.create,
        {
          params: { projectId: options.projectId },
          body: { fileName: options.fileName, size: total }
        },
        { signal }
      );
  const params = { uploadId: current.id };
  let failures = 0;
  onProgress?.(current.offset, total, current);
  while (current.offset < total) {
    const part = content.slice(current.offset, Math.min(total, current.offset + partBytes));
    try {
      current = await client.call(
        operations.uploads.append,
        { params },
        { signal, rawBody: part, headers: { 'Upload-Offset': String(current.offset) } }
      );
      failures = 0;
      onProgress?.(current.offset, total, current);
    } catch (error) {
      const moved = error instanceof ProblemError && error.code === 'upload-offset';
      if (signal?.aborted || !(moved || error instanceof ConnectionError) || ++failures > retries) {
        throw error;
      }
      current = await client.call(operations.uploads.get, { params }, { signal });
    }
  }
  return current;
}
