import { join } from 'node:path';

import type {
  ComputeEngine,
  Endpoint,
  EngineCheck,
  ExecOptions,
  ExecSession,
  LogEntry,
  LogOptions,
  RunIdentity,
  Unwatch,
  WorkloadHandle,
  WorkloadObservation,
  WorkloadPlan,
  WorkloadSpec,
  WorkloadStats
} from '../engine.ts';
import { EngineError, FINAL_STATES } from '../engine.ts';
import type { LocalCheck } from './check.ts';
import { checkMachine, findProgram } from './check.ts';
import type { LocalEngineConfig } from './config.ts';
import { askControl, execControl } from './controlClient.ts';
import { isAlive } from './identity.ts';
import { launchSupervisor, socketsOf } from './launch.ts';
import { removeLeftovers, sweepRuntime } from './leftovers.ts';
import { followLogs } from '../logs/follow.ts';
import { rawBytes } from '../logs/reader.ts';
import {
  FILES,
  controlSocket,
  relaySocket,
  removeUnusedRuntime,
  runtimeDirectory
} from './paths.ts';
import { planRun } from './plan.ts';
import { projectUid } from './projectUid.ts';
import { runPlanOf } from './runPlan.ts';
import { RunWatch } from './runWatch.ts';
import { readState } from './stateFile.ts';
import type { SupervisorCode } from './supervisorCode.ts';
import { supervisorCode } from './supervisorCode.ts';

/** What this engine keeps in a handle. */
interface LocalHandle {
  directory: string;
  name: string;
  projectId: string;
  ports: number[];
}

/**
 * Workloads on this machine. Each is owned by a supervisor process of its own that outlives this object; see `supervisor.ts`.
 */
export class LocalEngine implements ComputeEngine {
  readonly name = 'local';
  private readonly _config: LocalEngineConfig;
  private readonly _runtime: string;
  private _check: LocalCheck;
  private _code: SupervisorCode | undefined;
  private readonly _runs = new Map<string, RunWatch>();
  private readonly _listeners = new Set<(observation: WorkloadObservation) => void>();

  /** Finds out what the machine can do; this is what makes `plan` pure afterwards. */
  static async create(config: LocalEngineConfig): Promise<LocalEngine> {
    const runtime = runtimeDirectory(config.dataDirectory, config.runtimeDirectory);
    const check = await checkMachine(config, runtime);
    removeUnusedRuntime(runtime);
    return new LocalEngine(config, runtime, check);
  }

  private constructor(config: LocalEngineConfig, runtime: string, check: LocalCheck) {
    this._config = config;
    this._runtime = runtime;
    this._check = check;
  }

  async check(again = false): Promise<EngineCheck> {
    if (again) {
      this._check = await checkMachine(this._config, this._makeRuntime());
    }
    return this._check;
  }

  async projects(): Promise<void> {
    // Runs are kept apart one by one, and quotas by admission.
    await Promise.resolve();
  }

  plan(spec: WorkloadSpec, run: RunIdentity): WorkloadPlan {
    return planRun(this._config, this._check, spec, run);
  }

  async submit(plan: WorkloadPlan): Promise<WorkloadHandle> {
    const data = runPlanOf(plan);
    const { python } = this._config;
    await launchSupervisor(data, {
      // Made again: it is removed with the last run in it.
      runtime: this._makeRuntime(),
      cgroups: this._check.cgroups,
      uid: process.getuid?.() === 0 ? projectUid(this._config, data.projectId) : undefined,
      sshd: this._check.sshd,
      disableUserns: this._check.disableUserns,
      isolation: this._check.capabilities.isolation,
      code: this._supervisorCode(),
      python:
        python === undefined
          ? (findProgram('python3') ?? 'python3')
          : join(python.prefix, 'bin', 'python3')
    });
    await this._watch(plan.handle).attach();
    return plan.handle;
  }

  observe(handles: readonly WorkloadHandle[]): Promise<WorkloadObservation[]> {
    return Promise.all(
      handles.map(async handle => {
        const observation = await this._watch(handle).observe();
        if (FINAL_STATES.includes(observation.state)) {
          this._runs.delete(handle.runId);
        }
        return observation;
      })
    );
  }

  watch(
    onChange: (observation: WorkloadObservation) => void,
    handles: readonly WorkloadHandle[] = []
  ): Unwatch {
    this._listeners.add(onChange);
    for (const handle of handles) {
      void this._watch(handle)
        .observe()
        .then(observation => {
          if (this._listeners.has(onChange)) {
            onChange(observation);
          }
        });
    }
    return () => this._listeners.delete(onChange);
  }

  logs(handle: WorkloadHandle, options: LogOptions = {}): AsyncIterable<LogEntry> {
    const run = this._watch(handle);
    return followLogs(join(dataOf(handle).directory, FILES.logs), options, {
      ended: async () => {
        const { state } = await run.observe();
        return state === 'absent' || FINAL_STATES.includes(state);
      },
      onChange: listener => run.listen(listener)
    });
  }

  rawLog(handle: WorkloadHandle, node: string): AsyncIterable<Uint8Array> {
    return rawBytes(join(dataOf(handle).directory, FILES.logs), node);
  }

  async stats(handle: WorkloadHandle): Promise<WorkloadStats> {
    const reply = await askControl(this._control(handle), { op: 'stats' });
    if (reply.kind !== 'stats') {
      throw new EngineError(
        'unreachable',
        'The supervisor gave another answer than was asked for.'
      );
    }
    return reply.stats;
  }

  exec(handle: WorkloadHandle, options: ExecOptions): Promise<ExecSession> {
    const { command, node, env = {}, signal } = options;
    const argv = typeof command === 'string' ? ['/bin/bash', '-c', command] : [...command];
    return execControl(this._control(handle), { op: 'exec', node, argv, env }, signal);
  }

  endpoint(handle: WorkloadHandle, port: number, replica = 0): Endpoint {
    const { name, ports } = dataOf(handle);
    if (!ports.includes(port)) {
      throw new EngineError('port_unknown', `Port ${port} is not one of the workload's.`, { port });
    }
    return { socketPath: relaySocket(socketsOf(this._runtime, name), replica, port) };
  }

  async scale(handle: WorkloadHandle, replicas: number): Promise<void> {
    await askControl(this._control(handle), { op: 'scale', replicas });
  }

  async stop(handle: WorkloadHandle, graceMs?: number): Promise<void> {
    const run = this._watch(handle);
    if (!(await isRunning(run))) {
      return;
    }
    try {
      await askControl(this._control(handle), { op: 'stop', graceMs });
    } catch (error) {
      // It may have ended between the two.
      if (await isRunning(run)) {
        throw error;
      }
    }
  }

  async release(handle: WorkloadHandle): Promise<void> {
    const { directory, name } = dataOf(handle);
    const run = this._watch(handle);
    if (await isRunning(run)) {
      await this.stop(handle, 0).catch(() => undefined);
      await run.ended(RELEASE_TIMEOUT_MS);
      const supervisor = readState(directory)?.supervisor;
      if (supervisor !== undefined && (await isRunning(run)) && isAlive(supervisor)) {
        // Its namespaces end with it, and with them everything in them.
        process.kill(supervisor.pid, 'SIGKILL');
        await run.ended(RELEASE_TIMEOUT_MS);
      }
    }
    run.close();
    this._runs.delete(handle.runId);
    await removeLeftovers(directory, socketsOf(this._runtime, name), name, this._check.cgroups);
    removeUnusedRuntime(this._runtime);
  }

  async sweep(known: readonly WorkloadHandle[]): Promise<void> {
    const names = new Set(known.map(handle => dataOf(handle).name));
    await sweepRuntime(this._runtime, names, this._check.cgroups);
    removeUnusedRuntime(this._runtime);
  }

  async close(): Promise<void> {
    for (const run of this._runs.values()) {
      run.close();
    }
    this._runs.clear();
    this._listeners.clear();
    removeUnusedRuntime(this._runtime);
    await Promise.resolve();
  }

  private _supervisorCode(): SupervisorCode {
    this._code ??= supervisorCode(join(this._config.dataDirectory, 'cache', 'supervisor'));
    return this._code;
  }

  private _makeRuntime(): string {
    return runtimeDirectory(this._config.dataDirectory, this._config.runtimeDirectory);
  }

  private _watch(handle: WorkloadHandle): RunWatch {
    let run = this._runs.get(handle.runId);
    if (run === undefined) {
      const { directory, name } = dataOf(handle);
      run = new RunWatch(handle.runId, directory, socketsOf(this._runtime, name));
      run.listen(observation => {
        for (const listener of this._listeners) {
          listener(observation);
        }
        if (FINAL_STATES.includes(observation.state)) {
          this._runs.delete(handle.runId);
        }
      });
      this._runs.set(handle.runId, run);
    }
    return run;
  }

  private _control(handle: WorkloadHandle): string {
    return controlSocket(socketsOf(this._runtime, dataOf(handle).name));
  }
}

const RELEASE_TIMEOUT_MS = 5000;

async function isRunning(run: RunWatch): Promise<boolean> {
  const { state } = await run.observe();
  return state !== 'absent' && !FINAL_STATES.includes(state);
}

function dataOf(handle: WorkloadHandle): LocalHandle {
  return handle.data as unknown as LocalHandle;
}
