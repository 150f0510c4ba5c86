import type { FSWatcher } from 'node:fs';
import { watch } from 'node:fs';

import { networkFileSystem } from '../../files/filesystem.ts';

/** Of what other machines write nothing tells: it is looked at this often. */
const REMOTE_MS = 1_000;

/** Resolves when something in the directory has changed, or may have, since it was made or since the last time. */
export class DirectoryChanges {
  private _changed = true;
  private _wake: (() => void) | undefined;
  private readonly _watcher: FSWatcher;
  private readonly _timer: NodeJS.Timeout | undefined;

  constructor(directory: string) {
    this._watcher = watch(directory, { persistent: false }, () => this.touch());
    this._watcher.on('error', () => this.touch());
    if (networkFileSystem(directory) !== undefined) {
      this._timer = setInterval(() => this.touch(), REMOTE_MS);
      this._timer.unref();
    }
  }

  touch(): void {
    this._changed = true;
    this._wake?.();
  }

  async changed(): Promise<void> {
    if (!this._changed) {
      await new Promise<void>(resolve => (this._wake = resolve));
      this._wake = undefined;
    }
    this._changed = false;
  }

  close(): void {
    clearInterval(this._timer);
    this._watcher.close();
    this.touch();
  }
}
