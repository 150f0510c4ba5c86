import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { writeBackup } from './db/backup.ts';
import { databaseOf } from './files/database.ts';
import { asTrouble, Trouble } from './trouble.ts';

/** `main backup`: copies a data directory and says what it holds. */
export async function runBackup(data: string, out: string): Promise<void> {
  const target = resolve(out);
  if (!existsSync(databaseOf(data))) {
    throw new Trouble(`${data} is no data directory of TopsDL`);
  }
  if (statSync(target, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Trouble(`--out: ${target} is a directory; name a file`);
  }
  if (!existsSync(dirname(target))) {
    throw new Trouble(`--out: there is no directory ${dirname(target)}`);
  }
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => interruption.abort());
  }
  try {
    const summary = await writeBackup(resolve(data), target, interruption.signal);
    process.stdout.write(`${JSON.stringify(summary)}\n`);
  } catch (error) {
    throw interruption.signal.aborted
      ? new Trouble('interrupted; nothing was written')
      : asTrouble(error, dirname(target));
  }
}
