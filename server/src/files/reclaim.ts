/** Directories in which programs of people wrote: whatever permissions these took away, and however deep they went. */
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';

import { errno } from './errno.ts';

const run = promisify(execFile);

/** Such as a directory that its owner may not list or change, or a path longer than the system takes at once. */
const STUBBORN = ['EACCES', 'EPERM', 'ENAMETOOLONG', 'ENOTEMPTY'];

/** Removes what is at a path, if there is anything. */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    if (!STUBBORN.includes(errno(error) ?? '')) {
      throw error;
    }
    // These go from descriptor to descriptor, which Node has no calls for, and follow no link.
    await permit('u+rwX', path);
    await run('rm', ['-rf', '--', path]);
  }
}

/** Gives us back the right to read what is below a directory, where no one writes any more. */
export async function makeReadable(directory: string): Promise<void> {
  if (process.getuid?.() !== 0) {
    await permit('u+rX', directory);
  }
}

/** As far as that goes: what stays closed is refused to whoever asks for it next. */
async function permit(mode: string, path: string): Promise<void> {
  await run('chmod', ['-Rf', mode, '--', path]).catch(() => undefined);
}
