import type { FSWatcher } from 'node:fs';
import { existsSync, watch } from 'node:fs';
import type { Socket } from 'node:net';

import type { NodeObservation, Reason, Unwatch, WorkloadObservation } from '../engine.ts';
import { FINAL_STATES } from '../engine.ts';
import { connectControl } from './controlClient.ts';
import type { ControlReply } from './controlProtocol.ts';
import { lineReader } from './controlProtocol.ts';
import { bootId, isAlive } from './identity.ts';
import { controlSocket } from './paths.ts';
import type { RunState } from './stateFile.ts';
import { isFinal, readState } from './stateFile.ts';

/** How long a supervisor that is alive may take until it listens. */
const LISTEN_TIMEOUT_MS = 5000;
const DEATH_CHECK_MS = 50;

/** The companion's side of one run: a connection to its supervisor while that lives, the state file afterwards. */
export class RunWatch {
  private readonly _runId: string;
  private readonly _directory: string;
  private readonly _sockets: string;
  private readonly _listeners = new Set<(observation: WorkloadObservation) => void>();
  private _socket: Socket | undefined;
  private _latest: WorkloadObservation | undefined;
  private _attaching: Promise<void> | undefined;
  private _deathTimer: NodeJS.Timeout | undefined;
  private _closed = false;

  constructor(runId: string, directory: string, sockets: string) {
    this._runId = runId;
    this._directory = directory;
    this._sockets = sockets;
  }

  listen(listener: (observation: WorkloadObservation) => void): Unwatch {
    this._listeners.add(listener);
    return () => this._listeners.delete(listener);
  }

  async observe(): Promise<WorkloadObservation> {
    if (this._socket !== undefined && this._latest !== undefined) {
      return this._latest;
    }
    const state = readState(this._directory);
    if (state !== undefined && !isFinal(state)) {
      await this.attach();
      if (this._socket !== undefined && this._latest !== undefined) {
        return this._latest;
      }
    }
    return this._fromFile();
  }

  /** Connects to the supervisor, if there is one, and has its state when this resolves. */
  attach(): Promise<void> {
    this._attaching ??= this._attach().finally(() => (this._attaching = undefined));
    return this._attaching;
  }

  /** Resolves when the run has ended, or after the time. */
  async ended(timeoutMs: number): Promise<void> {
    const { state } = await this.observe();
    if (FINAL_STATES.includes(state)) {
      return;
    }
    await new Promise<void>(resolve => {
      const done = (): void => {
        clearTimeout(timer);
        unwatch();
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      const unwatch = this.listen(observation => {
        if (FINAL_STATES.includes(observation.state)) {
          done();
        }
      });
    });
  }

  close(): void {
    this._closed = true;
    clearTimeout(this._deathTimer);
    this._socket?.destroy();
    this._socket = undefined;
    this._listeners.clear();
  }

  private async _attach(): Promise<void> {
    if (this._socket !== undefined) {
      return;
    }
    const path = controlSocket(this._sockets);
    await this._listening(path);
    let socket: Socket;
    try {
      socket = await connectControl(path);
    } catch {
      this._awaitDeath();
      return;
    }
    await new Promise<void>(resolve => {
      const lines = lineReader(line => {
        const reply = JSON.parse(line) as ControlReply;
        if (reply.kind === 'state') {
          this._socket ??= socket;
          this._tell(observationOf(reply.state));
          resolve();
        }
      });
      socket.on('data', lines.push);
      socket.once('close', () => {
        const attached = this._socket === socket;
        this._socket = undefined;
        resolve();
        if (attached && !this._closed) {
          this._awaitDeath();
        }
      });
      socket.write('{"op":"watch"}\n');
    });
  }

  /** Between its first state and its socket a supervisor takes a moment. */
  private async _listening(path: string): Promise<void> {
    const state = readState(this._directory);
    if (state === undefined || isFinal(state) || existsSync(path) || !existsSync(this._sockets)) {
      return;
    }
    await new Promise<void>(resolve => {
      const done = (): void => {
        clearTimeout(timer);
        watcher.close();
        resolve();
      };
      const timer = setTimeout(done, LISTEN_TIMEOUT_MS);
      const watcher: FSWatcher = watch(this._sockets, { persistent: false }, () => {
        if (existsSync(path)) {
          done();
        }
      });
      watcher.on('error', done);
      if (existsSync(path) || !isAlive(state.supervisor)) {
        done();
      }
    });
  }

  /**
   * Tells of the end of a supervisor that answers no more. It closes its sockets before it is gone, because the first process of a
   * namespace waits for all others in it; and since it is nobody's child here, nothing tells when that is over.
   */
  private _awaitDeath(): void {
    if (this._closed || this._deathTimer !== undefined) {
      return;
    }
    const state = readState(this._directory);
    if (state !== undefined && !isFinal(state) && isAlive(state.supervisor)) {
      this._deathTimer = setTimeout(() => {
        this._deathTimer = undefined;
        this._awaitDeath();
      }, DEATH_CHECK_MS);
      return;
    }
    const observation = this._fromFile();
    if (observation.state !== this._latest?.state) {
      this._tell(observation);
    }
  }

  private _tell(observation: WorkloadObservation): void {
    this._latest = observation;
    for (const listener of this._listeners) {
      listener(observation);
    }
  }

  /** What the disk says, and whether the process that would change it still lives. */
  private _fromFile(): WorkloadObservation {
    const state = readState(this._directory);
    if (state === undefined) {
      return { runId: this._runId, state: 'absent', nodes: [] };
    }
    if (isFinal(state) || isAlive(state.supervisor)) {
      return observationOf(state);
    }
    const restarted = state.supervisor.bootId !== bootId();
    const reason: Reason = restarted
      ? { code: 'machine_restarted', params: {}, detail: 'The machine was started again.' }
      : {
          code: 'supervisor_died',
          params: {},
          detail: 'The process that owned the nodes is gone, and they with it.'
        };
    return {
      ...observationOf(state),
      state: 'lost',
      reason,
      nodes: observationOf(state).nodes.map(node => ({ ...node, state: 'ended' }))
    };
  }
}

/** What people see of a state: everything but how processes and groups are called. */
function observationOf(state: RunState): WorkloadObservation {
  const { runId, reason, exitCode, startedAt, endedAt } = state;
  return {
    runId,
    state: state.state,
    reason,
    exitCode,
    startedAt,
    endedAt,
    nodes: state.nodes.map(
      ({ name, index, state: nodeState, exitCode: code, restarts, reason: why, ...rest }) =>
        ({
          name,
          index,
          state: nodeState,
          exitCode: code,
          restarts,
          reason: why,
          startedAt: rest.startedAt,
          endedAt: rest.endedAt
        }) satisfies NodeObservation
    )
  };
}
