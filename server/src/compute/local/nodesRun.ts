import type { WorkloadStats } from '../engine.ts';
import { endPolitely } from './ending.ts';
import { isAlive } from './identity.ts';
import { relaySocket } from './paths.ts';
import { startRelay } from './relay.ts';
import { RunMember } from './runMember.ts';
import type { RunRecord } from './runRecord.ts';
import { because } from './runRecord.ts';
import type { SandboxContext } from './sandbox.ts';
import { makeOutputs } from './sandbox.ts';
import type { SupervisedRun } from './supervisedRun.ts';

/** A batch or interactive run: a master and workers that begin together and end together. */
export class NodesRun implements SupervisedRun {
  private readonly _context: SandboxContext;
  private readonly _record: RunRecord;
  private readonly _members: RunMember[];
  private _ending = false;
  private _stopped = false;
  private _deadline = Infinity;
  private _killTimer: NodeJS.Timeout | undefined;

  constructor(context: SandboxContext, record: RunRecord) {
    this._context = context;
    this._record = record;
    this._members = context.plan.nodes.map((node, i) => new RunMember(context, node, node.name, i));
  }

  async start(): Promise<void> {
    const { plan, launch } = this._context;
    const master = this._members[0];
    if (master === undefined) {
      return;
    }
    makeOutputs(
      launch.directory,
      this._members.map(member => member.index)
    );
    for (const member of this._members) {
      const sandbox = member.start();
      this._record.updateNode(member.name, member.index, {
        state: 'starting',
        startedAt: Date.now()
      });
      void sandbox.ended.then(code => this._nodeEnded(member, code));
    }
    const relays = plan.ports.map(port =>
      startRelay(relaySocket(launch.sockets, 0, port), {
        hosts: ['127.0.0.1', '127.0.7.1', '::1'],
        port
      })
    );
    await Promise.all([...relays, ...this._members.map(member => this._awaitReady(member))]);
    if (this._ending) {
      return;
    }
    this._record.update(all => (all.state = 'running'));
    master.sandbox?.go();
    void master.sandbox?.commandEnded.then(code => this._commandEnded(code));
  }

  stop(graceMs: number): void {
    this._stopped ||= !this._ending;
    this._endAll(graceMs);
  }

  scale(): void {
    throw new Error('not_a_service');
  }

  members(): readonly RunMember[] {
    return this._members;
  }

  stats(): WorkloadStats {
    const nodes = this._members.flatMap(member => member.stats() ?? []);
    return { time: Date.now(), nodes };
  }

  private async _awaitReady(member: RunMember): Promise<void> {
    const { readyTimeoutMs } = this._context.plan;
    const seconds = readyTimeoutMs / 1000;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>(resolve => {
      timer = setTimeout(() => resolve('late'), readyTimeoutMs);
    });
    try {
      if ((await Promise.race([member.sandbox?.ready, late])) === 'late') {
        this._fail(
          because('node_not_ready', `${member.name} was not ready after ${seconds} s`, {
            node: member.name,
            seconds
          })
        );
        return;
      }
      const { init } = member.sandbox ?? {};
      this._record.updateNode(member.name, member.index, {
        state: 'running',
        init,
        cgroups: member.groups.paths
      });
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      this._fail(
        because('sandbox_failed', `${member.name}: ${detail}`, { node: member.name, detail })
      );
    } finally {
      clearTimeout(timer);
    }
  }

  /** The master's command is what the run is. */
  private _commandEnded(code: number): void {
    const master = this._members[0];
    this._record.update(all => (all.exitCode = code));
    if (this._ending || master === undefined) {
      return;
    }
    if (code === 0) {
      this._endAll(0);
      return;
    }
    // mpirun ends because a worker did: what is told is the cause.
    const dead = this._members.find(
      member =>
        member.index > 0 && member.sandbox?.init !== undefined && !isAlive(member.sandbox.init)
    );
    const reason =
      dead === undefined
        ? (this._members.map(member => member.outOfMemory()).find(found => found !== undefined) ??
          because('command_failed', `the command ended with exit code ${code}`, {
            node: master.name,
            exitCode: code
          }))
        : this._workerDied(dead, undefined);
    this._fail(reason, 0);
  }

  private _workerDied(member: RunMember, code: number | undefined): ReturnType<typeof because> {
    const exitCode = code ?? 137;
    return (
      member.outOfMemory() ??
      because('worker_died', `${member.name} ended before the master, with ${exitCode}`, {
        node: member.name,
        exitCode
      })
    );
  }

  private _nodeEnded(member: RunMember, code: number): void {
    const ours = member.sandbox?.killed === true || this._ending;
    const reason = ours ? undefined : member.outOfMemory();
    this._record.updateNode(member.name, member.index, {
      state: 'ended',
      endedAt: Date.now(),
      // What was ended from here has no exit code of its own.
      exitCode:
        member.index === 0 ? (this._record.state.exitCode ?? code) : ours ? undefined : code,
      reason
    });
    if (!this._ending && member.sandbox?.init === undefined) {
      const detail = member.sandbox?.lastError ?? '';
      this._fail(
        because('sandbox_failed', `${member.name}: ${detail}`, { node: member.name, detail })
      );
    } else if (!this._ending) {
      this._fail(
        member.index > 0
          ? this._workerDied(member, code)
          : (reason ??
              because('command_failed', `${member.name} ended with ${code}`, {
                node: member.name,
                exitCode: code
              }))
      );
    }
  }

  private _fail(reason: ReturnType<typeof because>, graceMs = this._context.plan.graceMs): void {
    if (!this._ending) {
      this._record.update(all => (all.reason = reason));
      this._endAll(graceMs);
    }
  }

  /** SIGTERM, then the end; a second call may only make it come sooner. */
  private _endAll(graceMs: number): void {
    const deadline = performance.now() + graceMs;
    if (deadline >= this._deadline) {
      return;
    }
    this._deadline = deadline;
    clearTimeout(this._killTimer);
    this._killTimer = setTimeout(() => this._killAll(), graceMs);
    if (graceMs === 0) {
      this._killAll();
    }
    if (this._ending) {
      return;
    }
    this._ending = true;
    void this._finish();
    if (graceMs > 0) {
      void endPolitely(
        () => this._members.flatMap(member => member.sandbox ?? []),
        () => performance.now() >= this._deadline
      ).then(() => this._killAll());
    }
  }

  private _killAll(): void {
    for (const member of this._members) {
      member.sandbox?.kill();
    }
  }

  private async _finish(): Promise<void> {
    await Promise.all(this._members.flatMap(member => member.sandbox?.ended ?? []));
    clearTimeout(this._killTimer);
    await Promise.all(this._members.map(member => member.close()));
    const { reason, exitCode } = this._record.state;
    if (this._stopped) {
      this._record.end('stopped', because('stopped', 'stopped as asked'), exitCode);
    } else if (reason !== undefined) {
      this._record.end('failed', reason, exitCode);
    } else {
      this._record.end('succeeded', undefined, exitCode);
    }
  }
}
