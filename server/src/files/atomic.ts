import {
  closeSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
  constants
} from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const temporary = (path: string) => `${path}.${randomBytes(6).toString('hex')}.tmp`;

const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/** Makes a rename durable: it lives in the directory. */
export async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Writes a file so that after a crash there is the old one or the new one, whole: temporary name,
 * fsync, rename, fsync of the directory. What was begun is removed when it fails.
 */
export async function writeAtomic(
  path: string,
  data: string | Uint8Array | Readable,
  options: { mode?: number; signal?: AbortSignal } = {}
): Promise<void> {
  const part = temporary(path);
  try {
    const handle = await open(part, flags, options.mode ?? 0o600);
    try {
      if (typeof data === 'string' || data instanceof Uint8Array) {
        await handle.writeFile(data);
      } else {
        await pipeline(data, handle.createWriteStream({ autoClose: false }), {
          ...(options.signal ? { signal: options.signal } : {})
        });
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
  await syncDirectory(dirname(path));
}

/** {@link writeAtomic} for the start, before anything is asynchronous. */
export function writeAtomicSync(path: string, data: string, mode = 0o600): void {
  const part = temporary(path);
  try {
    const descriptor = openSync(part, flags, mode);
    try {
      writeFileSync(descriptor, data);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(part, path);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
  const directory = openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
