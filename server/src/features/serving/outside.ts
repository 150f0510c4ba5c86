import type { ComputeEngine, ServiceRoute } from '../../compute/engine.ts';
import type { App } from '../../app.ts';

/** What could not be told, such as to a cluster that does not answer, is told again after this time. */
const AGAIN_MS = 5_000;

/** Keeps the engine told of the services that are reached without the companion, where it has such a way. */
export class Outside {
  readonly #engine: ComputeEngine;
  readonly #all: () => ServiceRoute[];
  readonly #log: App['log'];
  #telling: Promise<void> | undefined;
  #again = false;
  #retry: NodeJS.Timeout | undefined;
  #open = true;

  /** @param all the services as they are now */
  constructor(engine: ComputeEngine, all: () => ServiceRoute[], log: App['log']) {
    this.#engine = engine;
    this.#all = all;
    this.#log = log;
  }

  /** Something has changed. Resolves when the engine was told of it, or could not be, and will be told again. */
  async tell(): Promise<void> {
    if (this.#engine.routes === undefined || !this.#open) {
      return;
    }
    this.#again = true;
    await (this.#telling ??= this.#tell(this.#engine.routes.bind(this.#engine)));
  }

  close(): void {
    this.#open = false;
    clearTimeout(this.#retry);
  }

  async #tell(routes: (all: readonly ServiceRoute[]) => Promise<void>): Promise<void> {
    clearTimeout(this.#retry);
    // What changes in the same turn, or while it is told, is told in one.
    await Promise.resolve();
    try {
      while (this.#again && this.#open) {
        this.#again = false;
        await routes(this.#all());
      }
    } catch (error) {
      if (this.#open) {
        this.#log.error({ err: error }, 'the compute engine could not be told of services');
        this.#retry = setTimeout(() => void this.tell(), AGAIN_MS);
        this.#retry.unref();
      }
    } finally {
      this.#telling = undefined;
    }
  }
}
