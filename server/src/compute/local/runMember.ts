import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import type { NodeStats, Reason } from '../engine.ts';
import { NodeGroups } from './cgroups.ts';
import { LogWriter } from './logWriter.ts';
import { FILES } from './paths.ts';
import { networkOf, usageOf } from './processes.ts';
import type { PlannedNode } from './runPlan.ts';
import { because } from './runRecord.ts';
import { PlainNode } from './plainNode.ts';
import type { NodeProcess, SandboxContext } from './sandbox.ts';
import { Sandbox } from './sandbox.ts';

/** Least time between two samples of which a rate is made. */
const SHORTEST_SAMPLE_MS = 500;

/** A place in a run, node or replica, with its log and its groups. Sandboxes come and go in it. */
export class RunMember {
  readonly name: string;
  readonly index: number;
  readonly groups: NodeGroups;
  readonly log: LogWriter;
  sandbox: NodeProcess | undefined;

  private readonly _context: SandboxContext;
  private readonly _node: PlannedNode;
  private _outOfMemoryBefore = 0;
  private _sample: { time: number; cpuSeconds: number; cores: number } | undefined;

  constructor(context: SandboxContext, node: PlannedNode, name: string, index: number) {
    const { plan, launch } = context;
    this._context = context;
    this._node = node;
    this.name = name;
    this.index = index;
    const logs = join(launch.directory, FILES.logs);
    mkdirSync(logs, { recursive: true, mode: 0o755 });
    this.log = new LogWriter(logs, name, plan.logLimitBytes);
    this.groups = new NodeGroups(launch.cgroups, name, {
      cpu: plan.cpu,
      memoryBytes: plan.memoryBytes,
      processes: plan.maxProcesses
    });
  }

  /** A new sandbox in this place. */
  start(): NodeProcess {
    this._outOfMemoryBefore = this.groups.outOfMemoryKills();
    this._sample = undefined;
    this.sandbox =
      this._context.launch.isolation === 'plain'
        ? new PlainNode(this._context, this._node, this.index, this.log)
        : new Sandbox(this._context, this._node, this.index, this.groups, this.log);
    return this.sandbox;
  }

  /** Why the sandbox ended, if the kernel ended a process for its memory. */
  outOfMemory(): Reason | undefined {
    if (this.groups.outOfMemoryKills() <= this._outOfMemoryBefore) {
      return undefined;
    }
    const limitBytes = this._context.plan.memoryBytes ?? 0;
    return because('out_of_memory', `${this.name} used more than ${limitBytes} bytes of memory`, {
      node: this.name,
      limitBytes
    });
  }

  stats(): NodeStats | undefined {
    const init = this.sandbox?.init;
    if (this.sandbox === undefined || init === undefined) {
      return undefined;
    }
    const processes = this.sandbox.processes();
    const sums = usageOf(processes);
    const cpuSeconds = this.groups.cpuSeconds() ?? sums.cpuSeconds;
    return {
      node: this.name,
      cpuCores: this._cores(cpuSeconds),
      cpuSeconds,
      memoryBytes: this.groups.memoryBytes() ?? sums.memoryBytes,
      processes: processes.length,
      cards: this._context.plan.cards,
      ...networkOf(init.pid)
    };
  }

  /** Closes the log and removes the groups, after the last sandbox has ended. */
  async close(): Promise<void> {
    await this.log.settled();
    this.log.close();
    this.groups.remove();
  }

  private _cores(cpuSeconds: number): number {
    const now = performance.now();
    const before = this._sample;
    if (before === undefined) {
      this._sample = { time: now, cpuSeconds, cores: 0 };
      return 0;
    }
    if (now - before.time < SHORTEST_SAMPLE_MS) {
      return before.cores;
    }
    const cores = Math.max(0, (cpuSeconds - before.cpuSeconds) / ((now - before.time) / 1000));
    this._sample = { time: now, cpuSeconds, cores };
    return cores;
  }
}
