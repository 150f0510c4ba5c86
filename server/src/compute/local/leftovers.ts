import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { removeTree } from '../../files/reclaim.ts';
import { removeRunGroups } from './cgroups.ts';
import { askControl, connectControl } from './controlClient.ts';
import { isAlive } from './identity.ts';
import type { CgroupDirectory, LaunchFile } from './launchFile.ts';
import { FILES, STAGE, controlSocket } from './paths.ts';
import { plainMark } from './plainNode.ts';
import { processesMarked, signalProcess } from './processes.ts';
import { readState } from './stateFile.ts';

/** How long a supervisor may take to leave after the end of its run. */
const LEAVE_MS = 5000;
const LOOK_AGAIN_MS = 25;

/**
 * Removes what is left of an ended run but its logs: sockets, upper layers, control groups. Waits for its supervisor to be gone,
 * which clears up for itself and holds one of the groups.
 *
 * @param sockets the run's directory for sockets
 * @param parents the groups in which runs have theirs now; where the run has its own is written with it
 */
export async function removeLeftovers(
  directory: string,
  sockets: string,
  name: string,
  parents: readonly CgroupDirectory[]
): Promise<void> {
  const until = performance.now() + LEAVE_MS;
  const supervisor = readState(directory)?.supervisor;
  while (supervisor !== undefined && isAlive(supervisor) && performance.now() < until) {
    await sleep(LOOK_AGAIN_MS);
  }
  if (launchOf(directory)?.isolation === 'plain') {
    // No namespace has ended them with a supervisor that was killed. A plain run has one node.
    processesMarked(plainMark(name, 0)).forEach(({ pid }) => signalProcess(pid, 'SIGKILL'));
  }
  // In the upper layers is what programs wrote, and an overlay's `work`, which has no permissions at all.
  for (const path of [sockets, join(directory, FILES.upper), join(directory, FILES.node)]) {
    await removeTree(path);
  }
  const own = launchOf(directory)?.cgroups.map(({ path }) => path) ?? [];
  const groups = [...parents.map(({ path }) => join(path, name)), ...own];
  while (!removeRunGroups(groups, name) && performance.now() < until) {
    await sleep(LOOK_AGAIN_MS);
  }
}

/**
 * Ends and removes what is in the runtime directory of runs that nobody knows any more, such as of a database that was replaced by
 * its backup. One that is alive and does not answer is left alone.
 */
export async function sweepRuntime(
  runtime: string,
  known: ReadonlySet<string>,
  parents: readonly CgroupDirectory[]
): Promise<void> {
  const names = existsSync(runtime) ? readdirSync(runtime) : [];
  await Promise.all(
    names
      .filter(name => name !== STAGE && !known.has(name))
      .map(async name => {
        const sockets = join(runtime, name);
        if (await endUnknown(controlSocket(sockets))) {
          await removeTree(sockets);
          removeRunGroups(
            parents.map(({ path }) => join(path, name)),
            name
          );
        }
      })
  );
}

/** @returns whether nobody is there any more */
async function endUnknown(control: string): Promise<boolean> {
  try {
    const socket = await connectControl(control);
    const closed = once(socket, 'close');
    socket.resume();
    await askControl(control, { op: 'stop', graceMs: 0 });
    return await Promise.race([closed.then(() => true), sleep(LEAVE_MS, false, { ref: false })]);
  } catch (error) {
    return (error as { code?: string }).code === 'not_running';
  }
}

function launchOf(directory: string): LaunchFile | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, FILES.launch), 'utf8')) as LaunchFile;
  } catch {
    return undefined;
  }
}
