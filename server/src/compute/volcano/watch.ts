import { ApiError, isApiError } from './apiError.ts';
import type { Contact } from './contact.ts';
import type { ClusterObject, ObjectList, WatchEvent } from './objects.ts';
import { Backoff, pause } from './pause.ts';

/** Where a watch gets its objects from. */
export interface WatchSource<T extends ClusterObject> {
  list(query: Readonly<Record<string, string>>): Promise<ObjectList<T>>;
  /** Lines of JSON until the server closes the stream. Rejects with ApiError where it refuses, and when nothing comes for too long. */
  watch(query: Readonly<Record<string, string>>, signal: AbortSignal): AsyncIterable<string>;
}

/** What a watch tells. An object that was deleted and made again under the same name is told as removed and then as changed. */
export interface WatchListener<T extends ClusterObject> {
  changed(object: T): void;
  removed(object: T): void;
  /** Everything that is there has been told; again after each new list. */
  synced(): void;
}

const PAGE = '500';
/** A watch is asked to end after this many seconds, and up to as many more: all of them should not come back at once. */
const WATCH_SECONDS = 240;
/** Between the ends of two watches of one kind, so that a server that closes at once is not asked over and over. */
const FIRST_GAP_MS = 1_000;
const LONGEST_GAP_MS = 30_000;
/** A watch that lasted for this long was a good one. */
const GOOD_MS = 10_000;
/** Many watches lose their place at the same time, when the server was started again. */
const RELIST_JITTER_MS = 1_000;

/**
 * Keeps a copy of the objects of one kind: lists them, and follows their changes from there on. A watch that ends goes on from where it
 * was; one whose place is no longer known (410, as the answer's status or as an event) lists anew and tells the difference.
 * Resource versions are opaque. Sources: "Efficient detection of changes" and "410 Gone" of Kubernetes' API concepts.
 */
export class Watch<T extends ClusterObject> {
  readonly #source: WatchSource<T>;
  readonly #contact: Contact;
  readonly #listener: WatchListener<T>;
  readonly #random: () => number;
  readonly #gap: Backoff;
  readonly #objects = new Map<string, T>();
  readonly #closed = new AbortController();
  /** Where the next watch goes on from; undefined when everything has to be listed. */
  #version: string | undefined;
  #failure: ApiError | undefined;
  #synced = false;

  constructor(
    source: WatchSource<T>,
    contact: Contact,
    listener: WatchListener<T>,
    pace: { random: () => number; gap: Backoff } = {
      random: Math.random,
      gap: new Backoff(FIRST_GAP_MS, LONGEST_GAP_MS)
    }
  ) {
    this.#source = source;
    this.#contact = contact;
    this.#listener = listener;
    this.#random = pace.random;
    this.#gap = pace.gap;
  }

  /** Whether everything was told at least once. */
  get synced(): boolean {
    return this.#synced;
  }

  /** Why it is not followed at the moment, such as a right that is missing; undefined while all is well or the server is away. */
  get failure(): ApiError | undefined {
    return this.#failure;
  }

  objects(): IterableIterator<T> {
    return this.#objects.values();
  }

  get(namespace: string | undefined, name: string): T | undefined {
    return this.#objects.get(key({ name, ...(namespace === undefined ? {} : { namespace }) }));
  }

  close(): void {
    this.#closed.abort();
  }

  /** Follows until it is closed. */
  async run(): Promise<void> {
    const { signal } = this.#closed;
    while (!signal.aborted) {
      await this.#contact.back();
      const began = performance.now();
      try {
        if (this.#version === undefined) {
          await this.#list();
        }
        await this.#follow(signal);
        this.#failure = undefined;
      } catch (error) {
        if (!signal.aborted) {
          this.#failed(error);
        }
      }
      if (performance.now() - began > GOOD_MS) {
        this.#gap.reset();
      }
      if (!signal.aborted && this.#contact.away === undefined) {
        await pause(this.#version === undefined ? this.#relistAfter() : this.#gap.next(), signal);
      }
    }
  }

  #relistAfter(): number {
    return this.#failure === undefined ? this.#random() * RELIST_JITTER_MS : this.#gap.next();
  }

  #failed(error: unknown): void {
    const failure = isApiError(error)
      ? error
      : new ApiError(0, error instanceof Error ? error.message : String(error));
    if (failure.expired) {
      this.#version = undefined;
      this.#failure = undefined;
      return;
    }
    if (!failure.away) {
      // A right was taken away, or the kind is not there: what is missed meanwhile is found by listing.
      this.#version = undefined;
      this.#failure = failure;
      return;
    }
    this.#failure = undefined;
    this.#contact.failed(failure);
  }

  async #list(): Promise<void> {
    const found = new Map<string, T>();
    let next: string | undefined;
    let version: string | undefined;
    do {
      const page: ObjectList<T> = await this.#source.list({
        limit: PAGE,
        ...(next === undefined ? {} : { continue: next })
      });
      for (const object of page.items ?? []) {
        found.set(key(object.metadata), object);
      }
      version = page.metadata?.resourceVersion;
      next = page.metadata?.continue === '' ? undefined : page.metadata?.continue;
    } while (next !== undefined);
    for (const [name, object] of this.#objects) {
      if (!found.has(name)) {
        this.#remove(object);
      }
    }
    for (const object of found.values()) {
      this.#change(object);
    }
    this.#version = version;
    this.#synced = true;
    this.#listener.synced();
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const seconds = Math.round(WATCH_SECONDS * (1 + this.#random()));
    const lines = this.#source.watch(
      {
        watch: 'true',
        allowWatchBookmarks: 'true',
        timeoutSeconds: String(seconds),
        ...(this.#version === undefined ? {} : { resourceVersion: this.#version })
      },
      signal
    );
    for await (const line of lines) {
      this.#hear(line);
    }
  }

  #hear(line: string): void {
    let event: WatchEvent<T>;
    try {
      event = JSON.parse(line) as WatchEvent<T>;
    } catch {
      // The connection broke in the middle of a line; the next watch begins before it.
      return;
    }
    if (event.type === 'ERROR') {
      throw ApiError.from(event.object.code ?? 500, event.object);
    }
    if (event.type === 'ADDED' || event.type === 'MODIFIED') {
      this.#change(event.object);
    } else if (event.type === 'DELETED') {
      this.#remove(event.object);
    }
    // Bookmarks, too, say how far it is.
    this.#version = event.object.metadata.resourceVersion ?? this.#version;
  }

  #change(object: T): void {
    const name = key(object.metadata);
    const before = this.#objects.get(name);
    if (before !== undefined && before.metadata.uid !== object.metadata.uid) {
      this.#remove(before);
    } else if (
      before !== undefined &&
      before.metadata.resourceVersion === object.metadata.resourceVersion
    ) {
      return;
    }
    this.#objects.set(name, lean(object));
    this.#listener.changed(object);
  }

  #remove(object: T): void {
    const name = key(object.metadata);
    const before = this.#objects.get(name);
    if (before !== undefined && before.metadata.uid === object.metadata.uid) {
      this.#objects.delete(name);
      this.#listener.removed(object);
    }
  }
}

/** Half of what the API server sends says who has set which field, and nobody asks. */
function lean<T extends ClusterObject>(object: T): T {
  object.metadata.managedFields = undefined;
  return object;
}

function key(metadata: { name: string; namespace?: string }): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}
