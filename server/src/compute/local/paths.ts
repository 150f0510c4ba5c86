import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Names of the files in the engine's directory of a run. */
export const FILES = {
  plan: 'plan.json',
  launch: 'launch.json',
  state: 'state.json',
  journal: 'journal.jsonl',
  lock: 'lock',
  supervisorLog: 'supervisor.log',
  logs: 'logs',
  node: 'node',
  upper: 'upper'
} as const;

/** Where mounts are staged, beside the runs' directories for sockets. */
export const STAGE = 'stage';

/** A path of a Unix socket has at most 107 bytes and its end on Linux, fewer elsewhere. */
const LONGEST_SOCKET = 100;
const LONGEST_NAME = '/t-0123456789/63-65535.sock'.length;

/**
 * The directory for sockets and for staging mounts of one data directory's runs. It is not in the data directory, whose path may be
 * too long for a socket. Others may pass through it where the companion is root, because runs of projects with uids of their own
 * have directories in it; they cannot list it.
 *
 * @throws Error when somebody else has made the directory
 */
export function runtimeDirectory(dataDirectory: string, configured?: string): string {
  const uid = process.getuid?.() ?? 0;
  const hash = createHash('sha256').update(dataDirectory).digest('hex').slice(0, 10);
  const name = `topsdl-${uid}-${hash}`;
  const candidates =
    configured !== undefined
      ? [configured]
      : uid === 0
        ? ['/run', tmpdir(), '/tmp']
        : [tmpdir(), '/tmp'];
  const fits = candidates.find(
    base =>
      // Commas and colons have a meaning in the options of an overlay mount.
      /^[A-Za-z0-9/._-]+$/.test(base) &&
      join(base, name).length + LONGEST_NAME <= LONGEST_SOCKET &&
      makeOwn(join(base, name), uid === 0 ? 0o711 : 0o700)
  );
  if (fits === undefined) {
    throw new Error(`No directory for sockets could be made in ${candidates.join(' or ')}.`);
  }
  return join(fits, name);
}

/**
 * Removes the directory when no run has anything in it. Not before: the stage is the place of mounts in the namespaces of all that
 * run, and they would lose them with it.
 */
export function removeUnusedRuntime(runtime: string): void {
  try {
    if (readdirSync(runtime).every(name => name === STAGE)) {
      rmSync(runtime, { recursive: true });
    }
  } catch {
    // It is gone already.
  }
}

/** Makes a directory that only this user can write, or says that it is not ours. */
export function makeOwn(path: string, mode: number): boolean {
  try {
    mkdirSync(path, { recursive: true, mode });
    const found = lstatSync(path);
    if (!found.isDirectory() || found.uid !== (process.getuid?.() ?? found.uid)) {
      return false;
    }
    chmodSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

/** The socket on which a supervisor takes orders. */
export function controlSocket(sockets: string): string {
  return join(sockets, 'c.sock');
}

/** The socket that leads to a port of a node or replica. */
export function relaySocket(sockets: string, index: number, port: number): string {
  return join(sockets, `${index}-${port}.sock`);
}
