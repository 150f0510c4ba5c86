import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';

/** Bytes of a task's log; what comes after is dropped, and said to be. */
const LIMIT = 8 * 1024 * 1024;
const END = 'The log is full; what follows is not kept.\n';

/** A task's log file: a line for each thing worth telling a person, with its time. */
export class TaskLog {
  readonly #descriptor: number;
  #size: number;

  constructor(path: string) {
    this.#descriptor = openSync(
      path,
      constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW,
      0o600
    );
    this.#size = fstatSync(this.#descriptor).size;
  }

  line(text: string): void {
    if (this.#size >= LIMIT) {
      return;
    }
    const flat = text.replace(/[\r\n]+/g, ' ');
    const line = `${new Date().toISOString()} ${flat}\n`;
    const bytes = Buffer.from(this.#size + line.length >= LIMIT ? END : line);
    this.#size = bytes.length === END.length ? LIMIT : this.#size + bytes.length;
    try {
      writeSync(this.#descriptor, bytes);
    } catch (error) {
      // A log that cannot be written is no reason to give up the work; the disk's state shows elsewhere.
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') {
        throw error;
      }
    }
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}
