import type { ChildProcess } from 'node:child_process';

import type {
  ComputeEngine,
  LogEntry,
  LogOptions,
  ReasonCode,
  WorkloadHandle,
  WorkloadObservation,
  WorkloadPlan,
  WorkloadSpec
} from '../../../src/compute/engine.ts';
import { FINAL_STATES } from '../../../src/compute/engine.ts';

/** What the conformance suite needs of an engine under test. */
export interface EngineUnderTest {
  engine: ComputeEngine;
  /** A second object of the same engine, as a companion that was started again has it. */
  again(): Promise<ComputeEngine>;
  /** A new directory for a run, or for what is mounted. */
  directory(): string;
  /**
   * Submits in a process of its own, which stays until it is killed; resolves when it has submitted, or with `begin` as soon as it is
   * about to.
   */
  submitElsewhere(plan: WorkloadPlan, begin?: boolean): Promise<ChildProcess>;
  /** Kills what owns a running workload, as far as the engine has such a thing, and the reason that is told for it. */
  killOwner(handle: WorkloadHandle): Promise<ReasonCode>;
  /** How long after its grace a workload may take to be gone. */
  slackMs: number;
  /** Whether any process of the workload is left on the machine. */
  hasProcesses(handle: WorkloadHandle): boolean;
  dispose(): Promise<void>;
}

/** A workload under test, with what most tests do with one. */
export class Trial {
  readonly plan: WorkloadPlan;
  readonly engine: ComputeEngine;
  private static _count = 0;

  constructor(
    test: Pick<EngineUnderTest, 'engine' | 'directory'>,
    spec: Partial<WorkloadSpec>,
    engine = test.engine
  ) {
    const id = `trial-${process.pid}-${Trial._count++}-${Date.now()}`;
    this.engine = engine;
    this.plan = engine.plan(
      {
        kind: 'batch',
        image: { base: 'host' },
        command: 'true',
        projectId: 'project-a',
        graceMs: 2000,
        ...spec
      },
      { id, directory: test.directory() }
    );
  }

  get handle(): WorkloadHandle {
    return this.plan.handle;
  }

  submit(): Promise<WorkloadHandle> {
    return this.engine.submit(this.plan);
  }

  async observe(): Promise<WorkloadObservation> {
    const [found] = await this.engine.observe([this.handle]);
    if (found === undefined) {
      throw new Error('An observation for each handle.');
    }
    return found;
  }

  /** Resolves with the first observation that is as wanted; by the engine's watch, not by asking. */
  async until(
    wanted: (observation: WorkloadObservation) => boolean,
    engine = this.engine
  ): Promise<WorkloadObservation> {
    return new Promise((resolve, reject) => {
      let latest: WorkloadObservation | undefined;
      const timer = setTimeout(() => {
        unwatch();
        reject(new Error(`It did not come to that: ${JSON.stringify(latest)}`));
      }, 45_000);
      const unwatch = engine.watch(
        observation => {
          if (observation.runId !== this.handle.runId) {
            return;
          }
          latest = observation;
          if (wanted(observation)) {
            clearTimeout(timer);
            // Not within the engine's own call, which may give the first one before `watch` returns.
            setImmediate(() => unwatch());
            resolve(observation);
          }
        },
        [this.handle]
      );
    });
  }

  ended(engine = this.engine): Promise<WorkloadObservation> {
    return this.until(observation => FINAL_STATES.includes(observation.state), engine);
  }

  async run(): Promise<WorkloadObservation> {
    await this.submit();
    return this.ended();
  }

  async entries(options: LogOptions = {}): Promise<LogEntry[]> {
    const entries: LogEntry[] = [];
    for await (const entry of this.engine.logs(this.handle, options)) {
      entries.push(entry);
    }
    return entries;
  }

  /** The master's stdout, line by line, pieces put together. */
  async lines(): Promise<string[]> {
    const lines: string[] = [];
    let piece = '';
    for (const entry of await this.entries({ node: this.plan.nodes[0] })) {
      if (entry.stream === 'stdout') {
        piece += entry.text;
        if (entry.partial !== true) {
          lines.push(piece);
          piece = '';
        }
      }
    }
    return piece === '' ? lines : [...lines, piece];
  }

  /** Follows the log until a line, or so many lines, are this text, or have what an expression looks for. */
  async said(text: string | RegExp, times = 1): Promise<LogEntry> {
    let left = times;
    const said: string[] = [];
    const stop = new AbortController();
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      stop.abort();
    }, 30_000);
    try {
      for await (const entry of this.engine.logs(this.handle, {
        follow: true,
        signal: stop.signal
      })) {
        const found = typeof text === 'string' ? entry.text === text : text.test(entry.text);
        said.push(`${entry.node}: ${entry.text}`);
        if (found && --left === 0) {
          return entry;
        }
      }
    } finally {
      clearTimeout(timer);
      stop.abort();
    }
    const heard = said.slice(-20).join('\n');
    throw new Error(`Nobody said ${String(text)}${late ? ' in time' : ''}:\n${heard}`);
  }

  release(): Promise<void> {
    return this.engine.release(this.handle);
  }
}

/** The engine under test and the workloads of one test, which are released after it. */
export class Bench {
  private _under: EngineUnderTest | undefined;
  private readonly _trials: Trial[] = [];

  get under(): EngineUnderTest {
    if (this._under === undefined) {
      throw new Error('The engine is made before the first test.');
    }
    return this._under;
  }

  set under(under: EngineUnderTest) {
    this._under = under;
  }

  trial(spec: Partial<WorkloadSpec>): Trial {
    const made = new Trial(this.under, spec);
    this._trials.push(made);
    return made;
  }

  async releaseAll(): Promise<void> {
    await Promise.all(this._trials.splice(0).map(item => item.release()));
  }
}
