import type { Logger } from 'pino';

/**
 * Clears away what deletions left, one round at a time. What is to be done is in the database, so a
 * round that a crash or an error ends is made up for by the next one.
 */
export class Housekeeping {
  readonly #log: Logger;
  readonly #round: () => Promise<void>;
  #wanted = false;
  #stopped = false;
  #running: Promise<void> | undefined;

  constructor(log: Logger, round: () => Promise<void>) {
    this.#log = log;
    this.#round = round;
  }

  /** Asks for a round: now, or after the one that goes on. */
  request(): void {
    this.#wanted = true;
    this.#running ??= this.#run();
  }

  /** There is no further round, and the one that goes on had better end. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** Waits for the round that goes on; there is none after it. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  /** Resolves when nothing is asked for. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    // Whoever asks is often inside a transaction.
    await Promise.resolve();
    while (this.#wanted && !this.#stopped) {
      this.#wanted = false;
      try {
        await this.#round();
      } catch (error) {
        this.#log.error({ err: error }, 'housekeeping of datasets');
      }
    }
    this.#running = undefined;
  }
}
