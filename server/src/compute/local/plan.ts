import { join, normalize } from 'node:path';

import type { EngineCheck, RunIdentity, WorkloadPlan, WorkloadSpec } from '../engine.ts';
import { PlanError } from '../engine.ts';
import {
  checkEnvironment,
  checkRun,
  integer,
  planCommand,
  planLayer,
  planMounts,
  planPorts,
  planWorkingDirectory,
  positive,
  runName
} from '../rules.ts';
import type { LocalEngineConfig } from './config.ts';
import {
  DEFAULT_GRACE,
  DEFAULT_LOG_LIMIT,
  DEFAULT_MAX_PROCESSES,
  DEFAULT_READY_TIMEOUT,
  DEFAULT_SCRATCH
} from './config.ts';
import { isReservedVariable, pythonPath, systemEnvironment } from './environment.ts';
import type { PlannedNode, RunPlan } from './runPlan.ts';
import { replicaName } from './runPlan.ts';

/** Hosts of 127.0.7.0/24 that nodes can have. */
export const MAX_NODES = 64;

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
  checkRun(run);
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
    mounts: planMounts(spec, check.capabilities.overlay),
    nodes,
    replicas: service ? integer(spec.replicas ?? 1, 'replicas', 0, 64) : 0,
    readiness: spec.readiness,
    ports: planPorts(spec),
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

function planEnvironment(
  config: LocalEngineConfig,
  spec: WorkloadSpec,
  run: { runId: string; nodes: PlannedNode[]; slots: number; cards: number }
): Record<string, string> {
  checkEnvironment(spec, isReservedVariable);
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
