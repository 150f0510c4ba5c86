import { createHash } from 'node:crypto';
import { isAbsolute, join, normalize } from 'node:path';

import type { Command, EngineCheck, RunIdentity, WorkloadPlan, WorkloadSpec } from '../engine.ts';
import { PlanError } from '../engine.ts';
import type { LocalEngineConfig } from './config.ts';
import {
  DEFAULT_GRACE,
  DEFAULT_LOG_LIMIT,
  DEFAULT_MAX_PROCESSES,
  DEFAULT_READY_TIMEOUT,
  DEFAULT_SCRATCH
} from './config.ts';
import { isReservedVariable, pythonPath, systemEnvironment } from './environment.ts';
import type { PlannedMount, PlannedNode, RunPlan } from './runPlan.ts';
import { replicaName } from './runPlan.ts';

/** Hosts of 127.0.7.0/24 that nodes can have. */
export const MAX_NODES = 64;
const MAX_ENV_BYTES = 128 * 1024;
const MAX_COMMAND_BYTES = 128 * 1024;

/**
 * Turns a spec into everything a supervisor needs. Reads nothing but its arguments.
 *
 * @throws PlanError with the field of the spec that is wrong
 */
export function planRun(
  config: LocalEngineConfig,
  check: EngineCheck,
  spec: WorkloadSpec,
  run: RunIdentity
): WorkloadPlan {
  if (!isAbsolute(run.directory) || run.directory.includes('\0')) {
    throw new PlanError('run_invalid', 'directory', 'The directory of a run has to be absolute.');
  }
  if (run.id === '' || run.id.length > 200) {
    throw new PlanError('run_invalid', 'id', 'The id of a run has 1 to 200 characters.');
  }
  const service = spec.kind === 'service';
  const maximum = service ? 1 : check.capabilities.maxNodes;
  const count = integer(spec.nodes ?? 1, 'nodes', 1, MAX_NODES);
  if (count > maximum) {
    throw new PlanError(
      'nodes_unsupported',
      'nodes',
      `A run has at most ${maximum} node here (${check.capabilities.isolation}).`,
      { maximum, isolation: check.capabilities.isolation }
    );
  }
  if (service && check.capabilities.isolation === 'plain' && (spec.replicas ?? 1) > 1) {
    throw new PlanError(
      'nodes_unsupported',
      'replicas',
      'A service has one replica here (plain).',
      {
        maximum: 1,
        isolation: 'plain'
      }
    );
  }
  requirePrograms(check, count);
  if (spec.network === 'egress' && !check.capabilities.egress) {
    throw new PlanError(
      'egress_unsupported',
      'network',
      'There is no way out to the network here.'
    );
  }
  const resources = spec.resources ?? {};
  const cards = integer(resources.cards ?? 0, 'resources.cards', 0, 1024);
  const slots = integer(spec.slots ?? Math.max(1, cards), 'slots', 1, 4096);
  const name = runName(run.id);
  const nodes = planNodes(name, count, service);
  const ports = (spec.ports ?? []).map((port, i) => integer(port, `ports.${i}`, 1, 65_535));
  if (spec.readiness !== undefined && !ports.includes(spec.readiness.port)) {
    throw new PlanError(
      'out_of_range',
      'readiness.port',
      'The port to probe is not one of the ports.'
    );
  }
  const data: RunPlan = {
    version: 1,
    runId: run.id,
    kind: spec.kind,
    directory: join(run.directory, 'engine'),
    name,
    projectId: spec.projectId,
    argv: planCommand(spec.command),
    workingDirectory: planWorkingDirectory(spec.workingDirectory),
    env: planEnvironment(config, spec, { runId: run.id, nodes, slots, cards }),
    image: {
      prefixes: planPrefixes(config),
      layer: planLayer(spec.image.layer),
      hidden: [normalize(config.dataDirectory)]
    },
    mounts: planMounts(spec, check),
    nodes,
    replicas: service ? integer(spec.replicas ?? 1, 'replicas', 0, 64) : 0,
    readiness: spec.readiness,
    ports: [...new Set(ports)],
    slots,
    cards,
    cpu: positive(resources.cpu, 'resources.cpu'),
    memoryBytes: positive(resources.memoryBytes, 'resources.memoryBytes'),
    scratchBytes:
      positive(resources.scratchBytes, 'resources.scratchBytes') ??
      config.scratchBytes ??
      DEFAULT_SCRATCH,
    graceMs: integer(spec.graceMs ?? DEFAULT_GRACE, 'graceMs', 0, 24 * 3600 * 1000),
    readyTimeoutMs: config.readyTimeoutMs ?? DEFAULT_READY_TIMEOUT,
    logLimitBytes: config.logLimitBytes ?? DEFAULT_LOG_LIMIT,
    maxProcesses: config.maxProcesses ?? DEFAULT_MAX_PROCESSES
  };
  return {
    handle: {
      engine: 'local',
      runId: run.id,
      data: { directory: data.directory, name, projectId: spec.projectId, ports: data.ports }
    },
    nodes: service
      ? Array.from({ length: data.replicas }, (_, i) => replicaName(i))
      : nodes.map(node => node.name),
    data: data as unknown as Readonly<Record<string, unknown>>
  };
}

/** A short name (DNS-1123) of a run; two ids share one with a chance of one in 2^40. */
export function runName(id: string): string {
  return `t-${createHash('sha256').update(id).digest('hex').slice(0, 10)}`;
}

function planNodes(name: string, count: number, service: boolean): PlannedNode[] {
  if (service) {
    return [{ name, address: '127.0.0.1', role: 'replica' }];
  }
  return Array.from({ length: count }, (_, i) => ({
    name: i === 0 ? `${name}-master-0` : `${name}-worker-${i - 1}`,
    address: `127.0.7.${i + 1}`,
    role: i === 0 ? 'master' : 'worker'
  }));
}

function requirePrograms(check: EngineCheck, nodes: number): void {
  if (check.capabilities.isolation === 'none') {
    const programs = check.missing.map(item => item.program).join(', ');
    throw new PlanError('program_missing', '', `Nothing can run here without ${programs}.`, {
      programs
    });
  }
  const missing = check.missing.filter(item => item.program === 'sshd' || item.program === 'ssh');
  if (nodes > 1 && missing.length > 0) {
    const programs = missing.map(item => item.program).join(', ');
    throw new PlanError(
      'program_missing',
      'nodes',
      `More than one node needs ${programs}: ${missing.map(item => item.install).join('; ')}`,
      { programs }
    );
  }
}

function planCommand(command: Command): string[] {
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

function planEnvironment(
  config: LocalEngineConfig,
  spec: WorkloadSpec,
  run: { runId: string; nodes: PlannedNode[]; slots: number; cards: number }
): Record<string, string> {
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
    if (isReservedVariable(key)) {
      throw new PlanError('env_reserved', field, `The engine sets ${key} itself.`, { name: key });
    }
  }
  const layer = spec.image.layer !== undefined;
  const modules = pythonPath(layer, spec.env?.PYTHONPATH);
  return {
    ...systemEnvironment({
      python: config.python,
      layer,
      resources: spec.resources ?? {},
      ...run
    }),
    ...spec.env,
    ...(modules === undefined ? {} : { PYTHONPATH: modules })
  };
}

function planPrefixes(config: LocalEngineConfig): string[] {
  const python = config.python;
  const all = python === undefined ? [] : [python.prefix, python.basePrefix];
  const inUsr = (path: string): boolean => path === '/usr' || path.startsWith('/usr/');
  return [...new Set(all.map(path => normalize(path)))].filter(path => !inUsr(path));
}

function planLayer(layer: string | undefined): string | undefined {
  if (layer !== undefined && (!isAbsolute(layer) || layer.includes('\0'))) {
    throw new PlanError('mount_source_invalid', 'image.layer', 'A layer is an absolute path.', {
      source: layer
    });
  }
  return layer;
}

function planWorkingDirectory(directory = '/workspace'): string {
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

function planMounts(spec: WorkloadSpec, check: EngineCheck): PlannedMount[] {
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
    if (mount.overlay === true && (mount.readOnly || !check.capabilities.overlay)) {
      throw new PlanError(
        'mount_mode_invalid',
        `mounts.${i}.overlay`,
        mount.readOnly ? 'An overlay is not read-only.' : 'There are no overlays here.'
      );
    }
    const mode = mount.readOnly ? 'read' : mount.overlay === true ? 'overlay' : 'write';
    return { source: normalize(mount.source), target: mount.target, mode };
  });
  // A mount inside another one has to come after it.
  return mounts.sort((a, b) => (a.target < b.target ? -1 : 1));
}

function isBelowWorkspace(path: string): boolean {
  return (
    path.startsWith('/workspace/') &&
    !path.includes('\0') &&
    !path.endsWith('/') &&
    normalize(path) === path
  );
}

function integer(value: number, field: string, minimum: number, maximum: number): number {
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

function positive(value: number | undefined, field: string): number | undefined {
  if (value !== undefined && (!Number.isFinite(value) || value < 0)) {
    throw new PlanError('out_of_range', field, 'Not a positive number.', { minimum: 0 });
  }
  return value === 0 ? undefined : value;
}
