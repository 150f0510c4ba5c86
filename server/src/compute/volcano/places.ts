/** Where things are, in the engine's directory of a run and in pods. */
import { join } from 'node:path';

/** In pods; `node/files.py` has the same. */
export const PROGRAM = '/opt/topsdl/node';
export const GIVEN = '/opt/topsdl/given';
export const KEPT = '/opt/topsdl/kept';
/** Where Volcano's `ssh` plugin puts the job's keys; `node/peers.py` has the same. */
export const KEYS = '/etc/topsdl/ssh';

/** Files below a run's `engine` directory. Pods see `given` and `kept` only. */
export function runFiles(directory: string): {
  given: string;
  kept: string;
  logs: string;
  copies: string;
  run: string;
  uid: string;
  stopped: string;
  ended: string;
} {
  const given = join(directory, 'given');
  const kept = join(directory, 'kept');
  return {
    /** What pods are given, and cannot change. */
    given,
    /** What pods leave. Whatever is in there was written by a person's program: it is never followed, and never believed. */
    kept,
    logs: join(kept, 'logs'),
    /** What is copied on write. */
    copies: join(directory, 'copies'),
    /** What the run's first process reads. */
    run: join(given, 'run.json'),
    /** Which object came of it. */
    uid: join(directory, 'uid.json'),
    /** That it is there tells a pod what it was too young to hear; `node/files.py` has the same. */
    stopped: join(given, 'stopped.json'),
    ended: join(directory, 'ended.json')
  };
}

/** The run's own copy of what its n-th mount shows. */
export function overlayDirectory(directory: string, index: number): string {
  return join(runFiles(directory).copies, String(index));
}
