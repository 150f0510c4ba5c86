import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

import { isThere } from '../../files/is-there.ts';
import { errno } from '../../files/errno.ts';
import type { WorkloadObservation } from '../engine.ts';
import { runFiles } from './places.ts';

/** That a submit was begun: the object may be there. */
export interface Submitted {
  /** The object's, once the API server has told it. */
  uid?: string;
}

/** That somebody asked for the end. */
export interface StopAsked {
  /** Milliseconds since the epoch. */
  at: number;
}

/**
 * What the engine itself remembers of a run, in files beside its logs: what no API server tells any more after the run's objects are
 * gone. Pods see no more of them than that their end was asked for.
 */
export class RunRecords {
  readonly #files: ReturnType<typeof runFiles>;

  constructor(directory: string) {
    this.#files = runFiles(directory);
  }

  /** A run's files are made ready before its object. */
  async submitted(): Promise<Submitted | undefined> {
    const known = await read<Submitted>(this.#files.uid);
    return known ?? ((await isThere(this.#files.run)) ? {} : undefined);
  }

  async keepUid(uid: string): Promise<void> {
    // Half of it says as much as nothing: that the object has to be looked for.
    await inDirectory(this.#files.uid, () =>
      writeFile(this.#files.uid, JSON.stringify({ uid }), { mode: 0o600 })
    );
  }

  stopAsked(): Promise<StopAsked | undefined> {
    return read<StopAsked>(this.#files.stopped);
  }

  async keepStopAsked(asked: StopAsked): Promise<void> {
    await this.#replace(this.#files.stopped, asked);
  }

  /** How it ended: the last word, whatever the cluster says afterwards. */
  ended(): Promise<WorkloadObservation | undefined> {
    return read<WorkloadObservation>(this.#files.ended);
  }

  async keepEnded(observation: WorkloadObservation): Promise<void> {
    await this.#replace(this.#files.ended, observation);
  }

  /** Replaced as a whole: a reader finds the old or the new. */
  async #replace(path: string, content: object): Promise<void> {
    const fresh = `${path}.${process.pid}.${performance.now()}`;
    await inDirectory(path, () => writeFile(fresh, JSON.stringify(content), { mode: 0o600 }));
    await rename(fresh, path);
  }
}

/** Writes a file in a directory that is most often there. */
async function inDirectory(path: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (errno(error) !== 'ENOENT') {
      throw error;
    }
    await mkdir(dirname(path), { recursive: true, mode: 0o755 });
    await write();
  }
}

async function read<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as T;
  } catch {
    return undefined;
  }
}
