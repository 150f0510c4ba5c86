import type {
  ComputeEngine,
  Endpoint,
  EngineCheck,
  EngineProject,
  ExecOptions,
  ExecSession,
  LogEntry,
  LogOptions,
  RunIdentity,
  ServiceRoute,
  Silence,
  Unwatch,
  WorkloadHandle,
  WorkloadObservation,
  WorkloadPlan,
  WorkloadSpec,
  WorkloadStats
} from './engine.ts';
import { EngineError } from './engine.ts';

/**
 * The engine that the configuration chooses, and beside it those that were chosen before: what is new runs on the first, and what
 * was begun on another is followed, read and ended there. A workload of an engine that is not among them is lost.
 */
export class Engines implements ComputeEngine {
  readonly name: string;
  readonly routes?: NonNullable<ComputeEngine['routes']>;
  readonly #chosen: ComputeEngine;
  readonly #all: ReadonlyMap<string, ComputeEngine>;

  constructor(chosen: ComputeEngine, others: readonly ComputeEngine[]) {
    this.name = chosen.name;
    this.#chosen = chosen;
    this.#all = new Map([chosen, ...others].map(engine => [engine.name, engine]));
    const tell = chosen.routes?.bind(chosen);
    if (tell) {
      this.routes = routes => tell(routes.filter(route => isAllOn(chosen, route)));
    }
  }

  check(again?: boolean): Promise<EngineCheck> {
    return this.#chosen.check(again);
  }

  get silence(): Silence | undefined {
    return this.#chosen.silence;
  }

  onSilence(listener: () => void): Unwatch {
    return this.#chosen.onSilence?.(listener) ?? (() => {});
  }

  projects(projects: readonly EngineProject[]): Promise<void> {
    return this.#chosen.projects(projects);
  }

  plan(spec: WorkloadSpec, run: RunIdentity): WorkloadPlan {
    return this.#chosen.plan(spec, run);
  }

  submit(plan: WorkloadPlan): Promise<WorkloadHandle> {
    return this.#of(plan.handle).submit(plan);
  }

  async observe(handles: readonly WorkloadHandle[]): Promise<WorkloadObservation[]> {
    const seen = new Map<WorkloadHandle, WorkloadObservation>();
    await Promise.all(
      this.#divided(handles).map(async ([engine, own]) => {
        const observations = await engine.observe(own);
        own.forEach((handle, index) => {
          const observation = observations[index];
          if (observation) {
            seen.set(handle, observation);
          }
        });
      })
    );
    return handles.map(handle => seen.get(handle) ?? lost(handle));
  }

  watch(
    onChange: (observation: WorkloadObservation) => void,
    handles: readonly WorkloadHandle[] = []
  ): Unwatch {
    const divided = new Map(this.#divided(handles));
    const ends = [...this.#all.values()].map(engine => engine.watch(onChange, divided.get(engine)));
    return () => ends.forEach(end => end());
  }

  logs(handle: WorkloadHandle, options?: LogOptions): AsyncIterable<LogEntry> {
    return this.#of(handle).logs(handle, options);
  }

  rawLog(handle: WorkloadHandle, node: string): AsyncIterable<Uint8Array> {
    return this.#of(handle).rawLog(handle, node);
  }

  async stats(handle: WorkloadHandle): Promise<WorkloadStats> {
    return this.#of(handle).stats(handle);
  }

  async exec(handle: WorkloadHandle, options: ExecOptions): Promise<ExecSession> {
    return this.#of(handle).exec(handle, options);
  }

  endpoint(handle: WorkloadHandle, port: number, replica?: number): Endpoint {
    return this.#of(handle).endpoint(handle, port, replica);
  }

  async scale(handle: WorkloadHandle, replicas: number): Promise<void> {
    await this.#of(handle).scale(handle, replicas);
  }

  async stop(handle: WorkloadHandle, graceMs?: number): Promise<void> {
    await this.#all.get(handle.engine)?.stop(handle, graceMs);
  }

  async release(handle: WorkloadHandle): Promise<void> {
    await this.#all.get(handle.engine)?.release(handle);
  }

  async sweep(known: readonly WorkloadHandle[]): Promise<void> {
    const divided = new Map(this.#divided(known));
    await Promise.all(
      [...this.#all.values()].map(
        engine => engine.sweep?.(divided.get(engine) ?? []) ?? Promise.resolve()
      )
    );
  }

  async close(): Promise<void> {
    await Promise.all([...this.#all.values()].map(engine => engine.close()));
  }

  /** @throws EngineError `unreachable` for a handle of an engine that is not there */
  #of(handle: WorkloadHandle): ComputeEngine {
    const engine = this.#all.get(handle.engine);
    if (!engine) {
      throw new EngineError(
        'unreachable',
        `The compute engine ${handle.engine}, on which this was started, is not configured.`
      );
    }
    return engine;
  }

  /** The handles of each engine that is there. */
  #divided(handles: readonly WorkloadHandle[]): [ComputeEngine, WorkloadHandle[]][] {
    return [...this.#all.values()].flatMap(engine => {
      const own = handles.filter(handle => handle.engine === engine.name);
      return own.length > 0 ? [[engine, own] as [ComputeEngine, WorkloadHandle[]]] : [];
    });
  }
}

function isAllOn(engine: ComputeEngine, { versions }: ServiceRoute): boolean {
  return versions.every(({ handle }) => handle.engine === engine.name);
}

function lost({ runId, engine }: WorkloadHandle): WorkloadObservation {
  return {
    runId,
    state: 'lost',
    reason: {
      code: 'not_found',
      params: {},
      detail: `It was started on the compute engine ${engine}, which is not configured.`
    },
    nodes: []
  };
}
