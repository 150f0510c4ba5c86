import { execFile } from 'node:child_process';
import { existsSync, watch } from 'node:fs';
import { join } from 'node:path';

import { FILES } from './paths.ts';

/** flock's exit code for a lock that another process holds. */
export const LOCKED = 75;
const LONGEST_MS = 15_000;
/** Nothing tells of a lock that is given back. */
const LOOK_AGAIN_MS = 100;

/**
 * Waits while somebody is starting a run, such as a companion that was killed in the middle of it: until its supervisor has written
 * its first state, or its lock is free again without one.
 *
 * @returns whether there is a state
 */
export async function startSettled(directory: string): Promise<boolean> {
  const state = join(directory, FILES.state);
  const until = performance.now() + LONGEST_MS;
  while (!existsSync(state)) {
    if (performance.now() > until || !(await isLocked(join(directory, FILES.lock)))) {
      return existsSync(state);
    }
    await nextChange(directory);
  }
  return true;
}

/** Tries for a shared lock, which does not keep out those who only ask the same. */
function isLocked(lock: string): Promise<boolean> {
  if (!existsSync(lock)) {
    return Promise.resolve(false);
  }
  const options = ['--shared', '--nonblock', '--conflict-exit-code', String(LOCKED)];
  return new Promise(resolve => {
    execFile('flock', [...options, lock, 'true'], error => resolve(error?.code === LOCKED));
  });
}

function nextChange(directory: string): Promise<void> {
  return new Promise(resolve => {
    const done = (): void => {
      clearTimeout(timer);
      watcher.close();
      resolve();
    };
    const timer = setTimeout(done, LOOK_AGAIN_MS);
    const watcher = watch(directory, { persistent: false }, done);
    watcher.on('error', done);
  });
}
