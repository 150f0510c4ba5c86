import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';

/** Where bytes lie in a pack. */
export interface Extent {
  readonly packId: number;
  readonly offset: number;
  readonly length: number;
}

/** A pack's file below the directory of packs. */
export function packPath(directory: string, packId: number): string {
  return join(directory, `${String(packId).padStart(8, '0')}.pack`);
}

/**
 * Reads extents one after another, keeping the last pack open. It blocks, and is meant for worker
 * threads; the caller holds a pin of the store, so that no pack goes away meanwhile.
 */
export class ExtentReader {
  readonly #directory: string;
  #packId = -1;
  #fd = -1;

  constructor(directory: string) {
    this.#directory = directory;
  }

  read({ packId, offset, length }: Extent): Buffer {
    if (packId !== this.#packId) {
      this.close();
      this.#fd = openSync(packPath(this.#directory, packId), 'r');
      this.#packId = packId;
    }
    const bytes = Buffer.allocUnsafe(length);
    for (let done = 0; done < length;) {
      const read = readSync(this.#fd, bytes, done, length - done, offset + done);
      if (read === 0) {
        throw new Error(`pack ${packId} ends before ${offset + length}`);
      }
      done += read;
    }
    return bytes;
  }

  close(): void {
    if (this.#fd >= 0) {
      closeSync(this.#fd);
      this.#fd = -1;
      this.#packId = -1;
    }
  }
}
