import type { CommandAction } from './objects.ts';
import type { Run } from './run.ts';

/** How long a job's controller may take to see that nodes have ended; between two commands, too. */
const UNNOTICED_MS = 15_000;

/**
 * Ends jobs whose nodes have ended without anybody having noticed. Policies of a job are about what its controller sees happen: what
 * happened while it was away, or was started again, it takes for how things are, and the job's other nodes would hold their cards for ever.
 */
export class Unnoticed {
  readonly #command: (run: Run, action: CommandAction) => Promise<void>;
  readonly #waitMs: number;
  readonly #timers = new Map<Run, NodeJS.Timeout>();
  #open = true;

  constructor(command: (run: Run, action: CommandAction) => Promise<void>, waitMs = UNNOTICED_MS) {
    this.#command = command;
    this.#waitMs = waitMs;
  }

  /** Looks whether a run's job is to be ended, now that something about it has changed. */
  async look(run: Run): Promise<void> {
    const due = await run.due();
    if (due === undefined || !this.#open) {
      clearTimeout(this.#timers.get(run));
      this.#timers.delete(run);
    } else if (!this.#timers.has(run)) {
      const timer = setTimeout(() => void this.#act(run), this.#waitMs);
      timer.unref();
      this.#timers.set(run, timer);
    }
  }

  close(): void {
    this.#open = false;
    this.#timers.forEach(timer => clearTimeout(timer));
    this.#timers.clear();
  }

  async #act(run: Run): Promise<void> {
    this.#timers.delete(run);
    const due = await run.due();
    if (due !== undefined) {
      // Where the API server is away, it is tried again like anything that had no effect.
      await this.#command(run, due).catch(() => undefined);
      await this.look(run);
    }
  }
}
