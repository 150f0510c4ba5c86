import { existsSync, readdirSync, watch, type FSWatcher } from 'node:fs';
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
  readonly #changed: () => Promise<void>;
  readonly #watchers = new Map<string, FSWatcher>();
  /** In which something was made or removed since they were listed. */
  readonly #stale = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #looking = false;
  #again = false;
  #closed = false;

  /** @param changed is not called again before it is done; it must not reject */
  constructor(root: string, settleMs: number, changed: () => Promise<void>) {
    this.#settleMs = settleMs;
    this.#changed = changed;
    this.#watch(root);
    this.#notice();
  }

  close(): void {
    this.#closed = true;
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
          this.#stale.add(directory);
          if (!existsSync(directory)) {
            // What has its name later is another one.
            this.#drop(directory);
          }
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
    if (this.#looking) {
      this.#again = true;
    } else if (!this.#closed) {
      this.#timer ??= setTimeout(() => void this.#look(), this.#settleMs);
    }
  }

  async #look(): Promise<void> {
    this.#timer = undefined;
    this.#looking = true;
    // Once for all that came together: a program may make ten thousand files in a moment.
    const stale = [...this.#stale];
    this.#stale.clear();
    stale.forEach(directory => this.#descend(directory));
    await this.#changed();
    this.#looking = false;
    if (this.#again) {
      this.#again = false;
      this.#notice();
    }
  }
}
