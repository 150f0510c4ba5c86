import type { Silence } from '../engine.ts';
import { ApiError, isApiError } from './apiError.ts';
import { Backoff, pause } from './pause.ts';

/** While it is away, one question every second or two, and ever less often: this seldom at the most. */
const FIRST_MS = 2_000;
const LONGEST_MS = 10_000;

/**
 * Whether the API server answers. Everything that speaks to it does so through here: as soon as one request finds it away, the others
 * are not made, and a single question at a time finds out when it is back. So there is no storm, however many things wait for it.
 */
export class Contact {
  readonly #probe: () => Promise<unknown>;
  readonly #backoff: Backoff;
  readonly #listeners = new Set<(away: Silence | undefined) => void>();
  readonly #closed = new AbortController();
  #away: Silence | undefined;
  #back: Promise<void> = Promise.resolve();

  /** @param probe asks something small; it is back when that does not fail with {@link ApiError.away} */
  constructor(probe: () => Promise<unknown>, backoff = new Backoff(FIRST_MS, LONGEST_MS)) {
    this.#probe = probe;
    this.#backoff = backoff;
  }

  get away(): Silence | undefined {
    return this.#away;
  }

  onChange(listener: (away: Silence | undefined) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Makes a request, if the server is there.
   *
   * @throws ApiError with status 0 at once while it is away
   */
  async ask<T>(request: () => Promise<T>): Promise<T> {
    if (this.#away !== undefined) {
      throw new ApiError(0, `The cluster does not answer: ${this.#away.detail}`);
    }
    try {
      return await request();
    } catch (error) {
      this.failed(error);
      throw error;
    }
  }

  /** Takes note of an error; one that says that the server is away starts the search for it. */
  failed(error: unknown): void {
    if (
      isApiError(error) &&
      error.away &&
      this.#away === undefined &&
      !this.#closed.signal.aborted
    ) {
      this.#away = { since: Date.now(), detail: error.message };
      this.#back = this.#search();
      this.#tell();
    }
  }

  /** Resolves when the server answers, or when this was closed. */
  back(): Promise<void> {
    return this.#back;
  }

  close(): void {
    this.#closed.abort();
    this.#listeners.clear();
  }

  async #search(): Promise<void> {
    const { signal } = this.#closed;
    this.#backoff.reset();
    for (;;) {
      await pause(this.#backoff.next(), signal);
      if (signal.aborted) {
        return;
      }
      try {
        await this.#probe();
        break;
      } catch (error) {
        if (!isApiError(error) || !error.away) {
          // It answers, whatever it says.
          break;
        }
      }
    }
    this.#away = undefined;
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) {
      listener(this.#away);
    }
  }
}
