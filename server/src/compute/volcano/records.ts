import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

import { errno } from '../../files/errno.ts';
import type { WorkloadObservation } from '../engine.ts';
import { runFiles } from './places.ts';

/** That a submit was begun, and which object came of it. */
export interface Submitted {
  hash: string;
  /** The object's uid, once the API server has told it. */
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

  submitted(): Promise<Submitted | undefined> {
    return read<Submitted>(this.#files.submitted);
  }

  async keepSubmitted(submitted: Submitted): Promise<void> {
    await this.#replace(this.#files.submitted, submitted);
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
    const write = () => writeFile(fresh, JSON.stringify(content), { mode: 0o600 });
    try {
      await write();
    } catch (error) {
      if (errno(error) !== 'ENOENT') {
        throw error;
      }
      await mkdir(dirname(path), { recursive: true, mode: 0o755 });
      await write();
    }
    await rename(fresh, path);
  }
}

async function read<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as T;
  } catch {
    return undefined;
  }
}
