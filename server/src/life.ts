import type { Logger } from 'pino';

/** Something that keeps the companion alive: a run, a service, a task. */
export interface Alive {
  readonly kind: string;
  readonly count: number;
}

/**
 * When the companion starts its work, and when it ends: by a signal, or by itself once no JupyterLab
 * holds a lease and nothing lives.
 */
export class Life {
  readonly #log: Logger;
  readonly #idleMs: number;
  readonly #starts: (() => void | Promise<void>)[] = [];
  readonly #stops: { name: string; stop: () => void | Promise<void> }[] = [];
  readonly #alive: (() => Alive)[] = [];
  readonly #enders: (() => Promise<void>)[] = [];
  #leases = 0;
  #timer: NodeJS.Timeout | undefined;
  #onStopRequest: ((why: string) => void) | undefined;

  /** @param idleMs time without a lease after which it ends; 0 for never */
  constructor(log: Logger, idleMs: number) {
    this.#log = log;
    this.#idleMs = idleMs;
  }

  /** Runs once everything is registered and before requests come: to re-attach, to resume. In order. */
  onStart(start: () => void | Promise<void>): void {
    this.#starts.push(start);
  }

  /** Runs at the end, the last registered first: to stop timers and close what is open. */
  onStop(name: string, stop: () => void | Promise<void>): void {
    this.#stops.push({ name, stop });
  }

  /** Says what of a feature is alive now. */
  registerAlive(alive: () => Alive): void {
    this.#alive.push(alive);
  }

  /** Ends everything of a feature that would keep the companion alive; for “stop everything”. */
  registerEnder(end: () => Promise<void>): void {
    this.#enders.push(end);
  }

  /** What is alive now. */
  alive(): Alive[] {
    return this.#alive.map(ask => ask()).filter(({ count }) => count > 0);
  }

  async start(): Promise<void> {
    for (const start of this.#starts) {
      await start();
    }
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#onStopRequest = undefined;
    for (const { name, stop } of this.#stops.toReversed()) {
      try {
        await stop();
      } catch (error) {
        this.#log.error({ err: error, part: name }, 'a part did not stop well');
      }
    }
  }

  async endEverything(): Promise<void> {
    await Promise.all(this.#enders.map(end => end()));
  }

  /** Begins to watch for idleness. @param onStopRequest called once the companion is to end */
  watch(onStopRequest: (why: string) => void): void {
    this.#onStopRequest = onStopRequest;
    this.#arm();
  }

  /** Ends the companion, as a signal would. */
  requestStop(why: string): void {
    this.#onStopRequest?.(why);
  }

  /** Holds the companion. @returns lets go */
  lease(): () => void {
    this.#leases++;
    clearTimeout(this.#timer);
    let held = true;
    return () => {
      if (held) {
        held = false;
        this.#leases--;
        this.#arm();
      }
    };
  }

  get leases(): number {
    return this.#leases;
  }

  #arm(): void {
    clearTimeout(this.#timer);
    if (this.#idleMs === 0 || this.#leases > 0 || !this.#onStopRequest) {
      return;
    }
    this.#timer = setTimeout(() => {
      if (this.alive().length > 0) {
        // Work that ends tells nobody here; it is looked at again after as long a pause.
        this.#arm();
      } else {
        this.requestStop('nothing is left to do');
      }
    }, this.#idleMs);
    this.#timer.unref();
  }
}
