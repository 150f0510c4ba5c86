import { open } from 'node:fs/promises';

/** What became of one body: how many bytes are durable, and why it ended early if it did. */
export interface Spooled {
  readonly written: number;
  readonly outcome: 'complete' | 'too-long' | 'broken';
  /** What broke it. */
  readonly error?: unknown;
}

/**
 * Appends a body to a file at `offset` and makes it durable. Bytes beyond `offset` that nobody was
 * told about are cut off first. What arrived before a broken connection is kept, so that the sender
 * can go on from there; a body of more than `room` bytes is not taken at all.
 */
export async function spool(
  path: string,
  offset: number,
  room: number,
  body: AsyncIterable<Uint8Array>
): Promise<Spooled> {
  const file = await open(path, offset === 0 ? 'w' : 'r+', 0o600);
  try {
    await file.truncate(offset);
    let written = 0;
    let outcome: Spooled['outcome'] = 'complete';
    let error: unknown;
    try {
      for await (const chunk of body) {
        if (written + chunk.length > room) {
          outcome = 'too-long';
          break;
        }
        for (let done = 0; done < chunk.length;) {
          const { bytesWritten } = await file.write(
            chunk,
            done,
            chunk.length - done,
            offset + written + done
          );
          done += bytesWritten;
        }
        written += chunk.length;
      }
    } catch (broken) {
      const code = (broken as NodeJS.ErrnoException).syscall === 'write';
      await file.truncate(offset + written);
      if (code) {
        throw broken;
      }
      outcome = 'broken';
      error = broken;
    }
    if (outcome === 'too-long') {
      await file.truncate(offset);
      return { written: 0, outcome };
    }
    await file.datasync();
    return { written, outcome, error };
  } finally {
    await file.close();
  }
}
