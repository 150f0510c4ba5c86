/** What every engine asks of a spec, whatever it runs it on. All throw {@link PlanError} with the field that is wrong. */
import { createHash } from 'node:crypto';
import { isAbsolute, normalize } from 'node:path';

import type { Command, RunIdentity, WorkloadSpec } from './engine.ts';
import { PlanError } from './engine.ts';

const MAX_ENV_BYTES = 128 * 1024;
const MAX_COMMAND_BYTES = 128 * 1024;

/** A directory or file that the nodes of a run see. */
export interface PlannedMount {
  source: string;
  target: string;
  mode: 'read' | 'write' | 'overlay';
}

/** A short name (DNS-1123) of a run; two ids share one with a chance of one in 2^40. */
export function runName(id: string): string {
  return `t-${createHash('sha256').update(id).digest('hex').slice(0, 10)}`;
}

export function checkRun(run: RunIdentity): void {
  if (!isAbsolute(run.directory) || run.directory.includes('\0')) {
    throw new PlanError('run_invalid', 'directory', 'The directory of a run has to be absolute.');
  }
  if (run.id === '' || run.id.length > 200) {
    throw new PlanError('run_invalid', 'id', 'The id of a run has 1 to 200 characters.');
  }
}

/** The argument vector of a command. */
export function planCommand(command: Command): string[] {
  const argv = typeof command === 'string' ? ['/bin/bash', '-c', command] : [...command];
  const text = typeof command === 'string' ? command.trim() : (command[0] ?? '');
  const size = argv.reduce((sum, arg) => sum + Buffer.byteLength(arg), 0);
  if (text === '' || argv.some(arg => arg.includes('\0')) || size > MAX_COMMAND_BYTES) {
    throw new PlanError(
      'command_invalid',
      'command',
      'The command is empty, too long or has a NUL.'
    );
  }
  return argv;
}

/** Checks the spec's own variables. @param reserved whether the engine sets a variable itself */
export function checkEnvironment(spec: WorkloadSpec, reserved: (name: string) => boolean): void {
  let size = 0;
  for (const [key, value] of Object.entries(spec.env ?? {})) {
    const field = `env.${key}`;
    size += Buffer.byteLength(key) + Buffer.byteLength(value) + 2;
    // sshd's configuration hands the variables to sessions on the workers, and has no way to write more than one line.
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key) || /[\0\r\n]/.test(value) || size > MAX_ENV_BYTES) {
      throw new PlanError('env_invalid', field, 'A variable has a wrong name or value.', {
        name: key
      });
    }
    if (reserved(key)) {
      throw new PlanError('env_reserved', field, `The engine sets ${key} itself.`, { name: key });
    }
  }
}

export function planLayer(layer: string | undefined): string | undefined {
  if (layer !== undefined && (!isAbsolute(layer) || layer.includes('\0'))) {
    throw new PlanError('mount_source_invalid', 'image.layer', 'A layer is an absolute path.', {
      source: layer
    });
  }
  return layer;
}

export function planWorkingDirectory(directory = '/workspace'): string {
  if (!isBelowWorkspace(directory) && directory !== '/workspace') {
    throw new PlanError(
      'mount_target_invalid',
      'workingDirectory',
      'A command starts in /workspace or below it.',
      { target: directory }
    );
  }
  return directory;
}

/** The mounts in an order in which each can be made: one inside another comes after it. */
export function planMounts(spec: WorkloadSpec, overlays: boolean): PlannedMount[] {
  const targets = new Set<string>();
  const mounts = (spec.mounts ?? []).map((mount, i): PlannedMount => {
    if (!isAbsolute(mount.source) || mount.source.includes('\0')) {
      throw new PlanError(
        'mount_source_invalid',
        `mounts.${i}.source`,
        'What is mounted has an absolute path.',
        { source: mount.source }
      );
    }
    if (!isBelowWorkspace(mount.target) || targets.has(mount.target)) {
      throw new PlanError(
        'mount_target_invalid',
        `mounts.${i}.target`,
        'A target is below /workspace and given once.',
        { target: mount.target }
      );
    }
    targets.add(mount.target);
    if (mount.overlay === true && (mount.readOnly || !overlays)) {
      throw new PlanError(
        'mount_mode_invalid',
        `mounts.${i}.overlay`,
        mount.readOnly ? 'An overlay is not read-only.' : 'There are no overlays here.'
      );
    }
    const mode = mount.readOnly ? 'read' : mount.overlay === true ? 'overlay' : 'write';
    return { source: normalize(mount.source), target: mount.target, mode };
  });
  return mounts.sort((a, b) => (a.target < b.target ? -1 : 1));
}

/** The ports of a spec, each once; what is probed has to be one of them. */
export function planPorts(spec: WorkloadSpec): number[] {
  const ports = (spec.ports ?? []).map((port, i) => integer(port, `ports.${i}`, 1, 65_535));
  if (spec.readiness !== undefined && !ports.includes(spec.readiness.port)) {
    throw new PlanError(
      'out_of_range',
      'readiness.port',
      'The port to probe is not one of the ports.'
    );
  }
  return [...new Set(ports)];
}

export function integer(value: number, field: string, minimum: number, maximum: number): number {
  if (!Number.isInteger(value) || value < minimum || value > maximum) {
    throw new PlanError(
      'out_of_range',
      field,
      `Not a whole number from ${minimum} to ${maximum}.`,
      {
        minimum,
        maximum
      }
    );
  }
  return value;
}

/** A limit; zero is none. */
export function positive(value: number | undefined, field: string): number | undefined {
  if (value !== undefined && (!Number.isFinite(value) || value < 0)) {
    throw new PlanError('out_of_range', field, 'Not a positive number.', { minimum: 0 });
  }
  return value === 0 ? undefined : value;
}

function isBelowWorkspace(path: string): boolean {
  return (
    path.startsWith('/workspace/') &&
    !path.includes('\0') &&
    !path.endsWith('/') &&
    normalize(path) === path
  );
}
