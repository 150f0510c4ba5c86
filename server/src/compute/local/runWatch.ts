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
import { startSettled } from './starting.ts';
import type { RunState } from './stateFile.ts';
import { isFinal, readState } from './stateFile.ts';

/** How long a supervisor that is alive may take until it listens, and until it says how things are. */
const LISTEN_TIMEOUT_MS = 5000;
const LOOK_AGAIN_MS = 50;

/** The companion's side of one run: a connection to its supervisor while that lives, the state file afterwards. */
export class RunWatch {
  private readonly _runId: string;
  private readonly _directory: string;
  private readonly _sockets: string;
  private readonly _listeners = new Set<(observation: WorkloadObservation) => void>();
  private _socket: Socket | undefined;
  /** Connected, and has not said anything yet. */
  private _silent: Socket | undefined;
  private _latest: WorkloadObservation | undefined;
  private _attaching: Promise<void> | undefined;
  private _lookTimer: NodeJS.Timeout | undefined;
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
    if (readState(this._directory) === undefined) {
      // Only what nobody is starting either is absent: it will then never run by itself.
      await startSettled(this._directory);
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
    clearTimeout(this._lookTimer);
    this._socket?.destroy();
    this._socket = undefined;
    this._silent?.destroy();
    this._listeners.clear();
  }

  private async _attach(): Promise<void> {
    if (this._socket !== undefined || this._silent !== undefined) {
      return;
    }
    const path = controlSocket(this._sockets);
    try {
      await this._listening(path);
      this._silent = await connectControl(path);
    } catch {
      this._lookAgain();
      return;
    }
    if (this._closed) {
      this._silent.destroy();
      return;
    }
    await this._follow(this._silent);
  }

  /** Resolves with the first state, or when that takes too long: one that is halted says something later, and is heard then. */
  private _follow(socket: Socket): Promise<void> {
    return new Promise(resolve => {
      const timer = setTimeout(resolve, LISTEN_TIMEOUT_MS);
      const lines = lineReader(line => {
        const reply = JSON.parse(line) as ControlReply;
        if (reply.kind === 'state') {
          this._silent = undefined;
          this._socket = socket;
          this._tell(observationOf(reply.state));
          clearTimeout(timer);
          resolve();
        }
      });
      socket.on('data', lines.push);
      socket.once('close', () => {
        this._silent = undefined;
        this._socket = undefined;
        clearTimeout(timer);
        resolve();
        this._lookAgain();
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
   * Attaches to a supervisor that did not answer, or tells of its end. It may not listen yet; and it closes its sockets before it is
   * gone, because the first process of a namespace waits for all others in it. It is nobody's child here, so nothing tells which.
   */
  private _lookAgain(): void {
    if (this._closed || this._lookTimer !== undefined) {
      return;
    }
    const { state, alive } = lastState(this._directory);
    if (state !== undefined && !isFinal(state) && alive) {
      this._lookTimer = setTimeout(() => {
        this._lookTimer = undefined;
        void this.attach();
      }, LOOK_AGAIN_MS);
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
    const { state, alive } = lastState(this._directory);
    if (state === undefined) {
      return this._latest === undefined || this._latest.state === 'absent'
        ? { runId: this._runId, state: 'absent', nodes: [] }
        : lost(this._latest, 'not_found', 'What was kept of the run is gone.');
    }
    if (isFinal(state) || alive) {
      return observationOf(state);
    }
    return state.supervisor.bootId === bootId()
      ? lost(
          observationOf(state),
          'supervisor_died',
          'The process that owned the nodes is gone, and they with it.'
        )
      : lost(observationOf(state), 'machine_restarted', 'The machine was started again.');
  }
}

/** The last state of a run, and whether its supervisor lives: one that ends between two looks has written its end by the second. */
function lastState(directory: string): { state: RunState | undefined; alive: boolean } {
  const state = readState(directory);
  if (state === undefined || isFinal(state) || isAlive(state.supervisor)) {
    return { state, alive: state !== undefined };
  }
  return { state: readState(directory), alive: false };
}

/** What was known last, with an end that nobody was there to write. */
function lost(
  known: WorkloadObservation,
  code: Reason['code'],
  detail: string
): WorkloadObservation {
  const nodes = known.nodes.map(node => ({ ...node, state: 'ended' as const }));
  return { ...known, state: 'lost', reason: { code, params: {}, detail }, nodes };
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
