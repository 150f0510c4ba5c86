import { lstat } from 'node:fs/promises';

/** Whether there is something at a path; a link that leads nowhere is something. */
export async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch {
    return false;
  }
}
