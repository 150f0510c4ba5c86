import { readdirSync, watch, type FSWatcher } from 'node:fs';
import { join } from 'node:path';

/** Directories that are watched at once; deeper or later ones are only seen with the next change. */
const MOST_DIRECTORIES = 256;

/**
 * Watches a directory and those below it, and calls back once for changes that come together.
 *
 * Each directory has a watch of its own: Node's recursive one on Linux stops at the first directory
 * that is removed while it looks. Links are not followed.
 */
export class TreeWatch {
  readonly #settleMs: number;
  readonly #changed: () => void;
  readonly #watchers = new Map<string, FSWatcher>();
  #timer: NodeJS.Timeout | undefined;

  constructor(root: string, settleMs: number, changed: () => void) {
    this.#settleMs = settleMs;
    this.#changed = changed;
    this.#watch(root);
    this.#notice();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#watchers.forEach(watcher => watcher.close());
    this.#watchers.clear();
  }

  #watch(directory: string): void {
    if (this.#watchers.has(directory) || this.#watchers.size >= MOST_DIRECTORIES) {
      return;
    }
    try {
      const watcher = watch(directory, { persistent: false }, event => {
        if (event === 'rename') {
          this.#descend(directory);
        }
        this.#notice();
      });
      watcher.on('error', () => this.#drop(directory));
      this.#watchers.set(directory, watcher);
    } catch {
      // It was removed since it was listed, or the system has no more watches.
      return;
    }
    this.#descend(directory);
  }

  #descend(directory: string): void {
    try {
      for (const entry of readdirSync(directory, { withFileTypes: true })) {
        if (entry.isDirectory()) {
          this.#watch(join(directory, entry.name));
        }
      }
    } catch {
      this.#drop(directory);
    }
  }

  #drop(directory: string): void {
    this.#watchers.get(directory)?.close();
    this.#watchers.delete(directory);
  }

  #notice(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#changed();
    }, this.#settleMs);
  }
}
