import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of its own that is quickly full. Only root can mount one. */
export class SmallDisk {
  readonly path: string;
  readonly #ballast: string;

  private constructor(path: string) {
    this.path = path;
    this.#ballast = join(path, 'ballast');
  }

  /** @returns nothing, and says why, where none can be mounted */
  static mount(megabytes: number): SmallDisk | undefined {
    const path = mkdtempSync(join(tmpdir(), 'tops-full-'));
    try {
      const options = ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700`, 'tmpfs'];
      execFileSync('mount', [...options, path], { stdio: 'pipe' });
      return new SmallDisk(path);
    } catch (error) {
      const why = (error as Error).message.split('\n')[0];
      console.warn(`skipped: a small file system cannot be mounted here (${why})`);
      rmSync(path, { recursive: true });
      return undefined;
    }
  }

  /** Fills it up to so many bytes. */
  fill(leave = 0): void {
    const { bavail, bsize } = statfsSync(this.path);
    const piece = Buffer.alloc(1024 ** 2);
    const file = openSync(this.#ballast, 'w');
    try {
      for (let left = bavail * bsize - leave; left > 0; left -= piece.length) {
        writeSync(file, piece, 0, Math.min(left, piece.length));
      }
    } finally {
      closeSync(file);
    }
  }

  /** Gives the room back. */
  empty(): void {
    rmSync(this.#ballast, { force: true });
  }

  unmount(): void {
    execFileSync('umount', [this.path]);
    rmSync(this.path, { recursive: true });
  }
}
