import { createInterface } from 'node:readline';

import type { Reason, WorkloadStats } from '../engine.ts';
import { endPolitely } from './ending.ts';
import { RunMember } from './runMember.ts';
import { replicaName } from './runPlan.ts';
import type { RunRecord } from './runRecord.ts';
import { because } from './runRecord.ts';
import type { NodeProcess, SandboxContext } from './sandbox.ts';
import type { SupervisedRun } from './supervisedRun.ts';

const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 60_000;
/** A replica that was up for this long has shown that it works: its next restart is not delayed. */
const GOOD_AFTER_MS = 60_000;

/** A service: replicas that are started again when they end, until the run is stopped. */
export class ReplicasRun implements SupervisedRun {
  private readonly _context: SandboxContext;
  private readonly _record: RunRecord;
  private readonly _replicas = new Map<number, Replica>();
  private _wanted = 0;
  private _stopping = false;

  constructor(context: SandboxContext, record: RunRecord) {
    this._context = context;
    this._record = record;
  }

  async start(): Promise<void> {
    this.scale(this._context.plan.replicas);
    if (this._replicas.size === 0) {
      this._record.update(all => (all.state = 'running'));
    }
    await Promise.resolve();
  }

  stop(graceMs: number): void {
    for (const replica of this._replicas.values()) {
      replica.drain(graceMs);
    }
    if (this._stopping) {
      return;
    }
    this._stopping = true;
    void Promise.all([...this._replicas.values()].map(replica => replica.gone)).then(() =>
      this._record.end('stopped', because('stopped', 'stopped as asked'))
    );
  }

  scale(replicas: number): void {
    if (this._stopping) {
      return;
    }
    this._wanted = replicas;
    for (const [index, replica] of this._replicas) {
      if (index >= replicas) {
        replica.drain(this._context.plan.graceMs);
      }
    }
    for (let index = 0; index < replicas; index++) {
      const before = this._replicas.get(index);
      if (before === undefined) {
        this._add(index);
      } else if (before.draining) {
        // The place is taken again as soon as the one that drains is gone, if that is still wanted then.
        void before.gone.then(() => {
          if (!this._stopping && index < this._wanted && !this._replicas.has(index)) {
            this._add(index);
          }
        });
      }
    }
  }

  stats(): WorkloadStats {
    const nodes = this.members().flatMap(member => member.stats() ?? []);
    return { time: Date.now(), nodes };
  }

  members(): readonly RunMember[] {
    return [...this._replicas.values()].map(replica => replica.member);
  }

  private _add(index: number): void {
    const replica = new Replica(this._context, this._record, index);
    this._replicas.set(index, replica);
    void replica.gone.then(() => {
      this._replicas.delete(index);
      this._record.update(all => {
        all.nodes = all.nodes.filter(node => node.index !== index || this._stopping);
      });
    });
  }
}

/** One replica through all its sandboxes. */
class Replica {
  readonly member: RunMember;
  /** Resolves when it has drained and nothing of it is left. */
  readonly gone: Promise<void>;
  private readonly _context: SandboxContext;
  private readonly _record: RunRecord;
  private _resolveGone: () => void = () => undefined;
  private _draining = false;
  private _deadline = Infinity;
  private _killTimer: NodeJS.Timeout | undefined;
  private _backoffTimer: NodeJS.Timeout | undefined;
  private _probeTimer: NodeJS.Timeout | undefined;
  private _backoffMs = FIRST_BACKOFF_MS;
  private _restarts = 0;
  private _ready = false;

  constructor(context: SandboxContext, record: RunRecord, index: number) {
    this._context = context;
    this._record = record;
    const [node] = context.plan.nodes;
    if (node === undefined) {
      throw new Error('A service has a node.');
    }
    this.gone = new Promise(resolve => (this._resolveGone = resolve));
    this.member = new RunMember(context, node, replicaName(index), index);
    this._start();
  }

  get draining(): boolean {
    return this._draining;
  }

  /** SIGTERM now, the end after the grace; a second call may only make it come sooner. */
  drain(graceMs: number): void {
    const deadline = performance.now() + graceMs;
    if (deadline >= this._deadline) {
      return;
    }
    this._deadline = deadline;
    clearTimeout(this._killTimer);
    this._killTimer = setTimeout(() => this.member.sandbox?.kill(), graceMs);
    if (this._draining) {
      return;
    }
    this._draining = true;
    clearTimeout(this._backoffTimer);
    clearTimeout(this._probeTimer);
    if (this.member.sandbox === undefined) {
      void this._leave();
      return;
    }
    this._update('draining');
    void endPolitely(
      () => (this.member.sandbox === undefined ? [] : [this.member.sandbox]),
      () => performance.now() >= this._deadline
    ).then(() => this.member.sandbox?.kill());
  }

  private _start(): void {
    const began = Date.now();
    let sandbox: NodeProcess;
    try {
      sandbox = this.member.start();
    } catch (error) {
      // Such as for want of disk space.
      const detail = error instanceof Error ? error.message : String(error);
      const { name } = this.member;
      this._again(because('sandbox_failed', `${name}: ${detail}`, { node: name, detail }));
      return;
    }
    this._record.updateNode(this.member.name, this.member.index, {
      state: 'starting',
      restarts: this._restarts,
      startedAt: began,
      endedAt: undefined
    });
    const { relay } = sandbox;
    if (relay !== undefined) {
      this._followRelay(relay);
    }
    sandbox.ready.then(
      () => {
        this._record.updateNode(this.member.name, this.member.index, {
          state: this._draining ? 'draining' : 'running',
          init: sandbox.init,
          cgroups: this.member.groups.paths
        });
        sandbox.go();
      },
      () => undefined
    );
    let exitCode: number | undefined;
    void sandbox.commandEnded.then(code => {
      exitCode = code;
      sandbox.letGo();
    });
    void sandbox.ended.then(code => this._ended(exitCode ?? code, began));
  }

  private _ended(exitCode: number, began: number): void {
    const sandbox = this.member.sandbox;
    this.member.sandbox = undefined;
    this._ready = false;
    clearTimeout(this._probeTimer);
    sandbox?.relay?.destroy();
    if (this._draining) {
      void this._leave();
      return;
    }
    if (Date.now() - began > GOOD_AFTER_MS) {
      this._backoffMs = FIRST_BACKOFF_MS;
    }
    const failed =
      sandbox?.init === undefined
        ? because('sandbox_failed', `${this.member.name}: ${sandbox?.lastError ?? ''}`, {
            node: this.member.name,
            detail: sandbox?.lastError ?? ''
          })
        : because('command_failed', `${this.member.name} ended with ${exitCode}`, {
            node: this.member.name,
            exitCode
          });
    this._again(this.member.outOfMemory() ?? failed, exitCode);
  }

  private _again(reason: Reason, exitCode?: number): void {
    this._record.updateNode(this.member.name, this.member.index, {
      state: 'backoff',
      exitCode,
      endedAt: Date.now(),
      reason
    });
    const what = exitCode === undefined ? reason.detail : `The command ended with ${exitCode}`;
    this.member.log.say(`${what}; it is started again in ${this._backoffMs / 1000} s.`);
    this._backoffTimer = setTimeout(() => {
      this._restarts++;
      this._start();
    }, this._backoffMs);
    this._backoffMs = Math.min(LONGEST_BACKOFF_MS, this._backoffMs * 2);
  }

  private async _leave(): Promise<void> {
    clearTimeout(this._killTimer);
    await this.member.close();
    this._record.updateNode(this.member.name, this.member.index, {
      state: 'ended',
      endedAt: Date.now()
    });
    this._resolveGone();
  }

  /** The relay says when its sockets are there, and then answers one probe after the other. */
  private _followRelay(relay: NonNullable<RunMember['sandbox']>['relay'] & object): void {
    const { readiness } = this._context.plan;
    const sandbox = this.member.sandbox;
    let failures = 0;
    const probe = (): void => {
      relay.write(`${JSON.stringify(readiness)}\n`);
    };
    createInterface({ input: relay }).on('line', line => {
      if (this._draining || sandbox !== this.member.sandbox) {
        return;
      }
      if (line === 'listening') {
        if (readiness === undefined) {
          void sandbox?.ready.then(() => this._setReady(true));
        } else {
          void sandbox?.ready.then(probe);
        }
        return;
      }
      const ready = line === 'true';
      failures = ready ? 0 : failures + 1;
      if (ready || (this._ready && failures >= (readiness?.failures ?? 3))) {
        this._setReady(ready);
      }
      const interval = readiness?.intervalMs ?? 250;
      this._probeTimer = setTimeout(probe, this._ready ? interval * 10 : interval);
    });
    relay.on('close', () => {
      // Without its relay nobody reaches the replica: it is started again as a whole.
      if (sandbox === this.member.sandbox) {
        sandbox?.kill();
      }
    });
  }

  private _setReady(ready: boolean): void {
    if (this._ready === ready || this._draining) {
      return;
    }
    this._ready = ready;
    this._update(ready ? 'ready' : 'running');
    if (ready && this._record.state.state === 'starting') {
      this._record.update(all => (all.state = 'running'));
    }
  }

  private _update(state: 'ready' | 'running' | 'draining'): void {
    this._record.updateNode(this.member.name, this.member.index, { state });
  }
}
