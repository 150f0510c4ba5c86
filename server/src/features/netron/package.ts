import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const TIMEOUT_MS = 20_000;

/** Prints the folder of the package without importing it, which would start nothing but costs more. */
const FIND =
  'import importlib.util as u, os; s = u.find_spec("netron"); print(os.path.dirname(s.origin) if s and s.origin else "")';

/**
 * The folder of the Python package `netron`, which holds the browser application.
 *
 * @param python the interpreter to ask
 * @returns null where the package is not installed
 */
export async function findNetron(python: string): Promise<string | null> {
  try {
    const { stdout } = await run(python, ['-I', '-c', FIND], { timeout: TIMEOUT_MS });
    const folder = stdout.trim();
    return folder !== '' && existsSync(join(folder, 'index.html')) ? folder : null;
  } catch {
    return null;
  }
}
