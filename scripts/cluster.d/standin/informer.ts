import { setTimeout as delay } from 'node:timers/promises';
import type { Api, KubeObject, ObjectList } from '../api.ts';
import { ApiError } from '../api.ts';
import { keyOf } from './objects.ts';

const LONGEST_DELAY_MS = 5_000;

/** What became of an object: `before` is missing when it is new, `now` when it is gone. */
export interface Change<T> {
  readonly before?: T;
  readonly now?: T;
}

/** All objects of a collection as they are now, and word of each change. */
export class Informer<T extends KubeObject> {
  readonly items = new Map<string, T>();
  private readonly listeners: ((change: Change<T>) => void)[] = [];
  private readonly api: Api;
  private readonly path: string;

  constructor(api: Api, path: string) {
    this.api = api;
    this.path = path;
  }

  /** Calls back with every change from now on. */
  onChange(listener: (change: Change<T>) => void): void {
    this.listeners.push(listener);
  }

  /** Resolves when everything that is there is known, and goes on until the signal. */
  async start(signal: AbortSignal): Promise<void> {
    const version = await this.list(signal);
    void this.follow(version, signal);
  }

  private async follow(first: string, signal: AbortSignal): Promise<void> {
    let version = first;
    let pause = 0;
    while (!signal.aborted) {
      try {
        for await (const { type, object } of this.api.watch<T>(this.path, version, signal)) {
          version = object.metadata.resourceVersion ?? version;
          pause = 0;
          if (type !== 'BOOKMARK') {
            this.set(type === 'DELETED' ? { before: object } : { now: object });
          }
        }
      } catch (error) {
        if (signal.aborted) {
          return;
        }
        if (error instanceof ApiError && error.status === 410) {
          version = await this.list(signal);
          continue;
        }
        console.log(`watch of ${this.path}: ${(error as Error).message}`);
        pause = Math.min(LONGEST_DELAY_MS, pause * 2 + 100);
        await delay(pause * (0.5 + Math.random() / 2));
      }
    }
  }

  /** Lists until it succeeds, and tells of what changed since anybody looked. */
  private async list(signal: AbortSignal): Promise<string> {
    for (let pause = 100; ; pause = Math.min(LONGEST_DELAY_MS, pause * 2)) {
      try {
        const { items, metadata } = await this.api.get<ObjectList<T>>(this.path);
        const there = new Set(items.map(keyOf));
        const gone = [...this.items].filter(([key]) => !there.has(key));
        gone.forEach(([, before]) => this.set({ before }));
        items.forEach(now => this.set({ now }));
        return metadata.resourceVersion;
      } catch (error) {
        console.log(`list of ${this.path}: ${(error as Error).message}`);
        signal.throwIfAborted();
        await delay(pause);
      }
    }
  }

  private set({ before: deleted, now }: Change<T>): void {
    const key = keyOf((now ?? deleted) as T);
    const before = this.items.get(key);
    if (now === undefined) {
      this.items.delete(key);
    } else if (before?.metadata.resourceVersion === now.metadata.resourceVersion) {
      return;
    } else {
      this.items.set(key, now);
    }
    // One that was replaced by another of its name while nobody looked has gone first.
    const replaced = now && before && now.metadata.uid !== before.metadata.uid;
    for (const change of replaced ? [{ before }, { now }] : [{ before: before ?? deleted, now }]) {
      this.listeners.forEach(listener => listener(change));
    }
  }
}
