import { resolve } from 'node:path';
import { writeBackup } from './db/backup.ts';

/** `main backup`: copies a data directory and says what it holds. */
export async function runBackup(data: string, out: string): Promise<void> {
  const summary = await writeBackup(resolve(data), resolve(out));
  process.stdout.write(`${JSON.stringify(summary)}\n`);
}
