import type { ComputeEngine, EngineProject } from '../compute/engine.ts';
import { AGAIN_MS, type ReconcilerLog } from './steps.ts';

/** Keeps the engine told of all projects. What could not be told, such as to a cluster that does not answer, is told again. */
export class ProjectTeller {
  readonly #engine: ComputeEngine;
  readonly #all: () => EngineProject[];
  readonly #log: ReconcilerLog;
  #retry: NodeJS.Timeout | undefined;
  #open = true;

  /** @param all the projects as they are now */
  constructor(engine: ComputeEngine, all: () => EngineProject[], log: ReconcilerLog) {
    this.#engine = engine;
    this.#all = all;
    this.#log = log;
  }

  /** Something about projects has changed, or nothing was told yet. */
  tell(): void {
    clearTimeout(this.#retry);
    this.#engine.projects(this.#all()).catch((error: unknown) => {
      if (this.#open) {
        this.#log.error({ err: error }, 'the compute engine could not be told of projects');
        clearTimeout(this.#retry);
        this.#retry = setTimeout(() => this.tell(), AGAIN_MS);
        this.#retry.unref();
      }
    });
  }

  close(): void {
    this.#open = false;
    clearTimeout(this.#retry);
  }
}
