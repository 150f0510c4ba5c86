import type { NodeState, Reason } from '../engine.ts';
import type { ProcessIdentity } from './identity.ts';
import type { NodeRecord, RunState } from './stateFile.ts';
import { isFinal, writeState } from './stateFile.ts';

/** Time between two tries to write to a disk that takes nothing, such as a full one. */
const WRITE_AGAIN_MS = 1000;

/**
 * The state of a run while its supervisor lives: written to the disk and told to everyone who listens, in this order. A run goes on
 * while its state cannot be written; its end is told when it is on the disk.
 */
export class RunRecord {
  readonly state: RunState;
  private readonly _directory: string;
  private readonly _listeners = new Set<(state: RunState) => void>();
  private _resolveFinal: (() => void) | undefined;
  private _again: NodeJS.Timeout | undefined;
  /** Resolves when the run has ended, and that is written. */
  readonly final: Promise<void>;

  constructor(directory: string, runId: string, supervisor: ProcessIdentity) {
    this._directory = directory;
    this.final = new Promise(resolve => (this._resolveFinal = resolve));
    this.state = {
      version: 1,
      runId,
      state: 'starting',
      startedAt: Date.now(),
      supervisor,
      nodes: []
    };
    writeState(directory, this.state);
  }

  /** Changes the state in one step. What has ended does not change any more. */
  update(change: (state: RunState) => void): void {
    if (isFinal(this.state)) {
      return;
    }
    change(this.state);
    if (isFinal(this.state)) {
      this.state.endedAt = Date.now();
    }
    const written = this._write();
    if (written || !isFinal(this.state)) {
      this._tell();
    }
  }

  /** Ends the run. */
  end(state: 'succeeded' | 'failed' | 'stopped', reason?: Reason, exitCode?: number): void {
    this.update(all => {
      all.state = state;
      all.reason = reason;
      all.exitCode = exitCode;
    });
  }

  /** Changes one node, which is added where it is new. */
  updateNode(
    name: string,
    index: number,
    change: Partial<NodeRecord> & { state: NodeState }
  ): void {
    this.update(all => {
      let node = all.nodes.find(item => item.name === name);
      if (node === undefined) {
        node = { name, index, state: 'starting', restarts: 0 };
        all.nodes.push(node);
        all.nodes.sort((a, b) => a.index - b.index);
      }
      Object.assign(node, change);
    });
  }

  listen(listener: (state: RunState) => void): () => void {
    this._listeners.add(listener);
    return () => this._listeners.delete(listener);
  }

  private _tell(): void {
    for (const listener of this._listeners) {
      listener(this.state);
    }
    if (isFinal(this.state)) {
      this._resolveFinal?.();
    }
  }

  /** @returns whether the state is on the disk; it is written again until it is */
  private _write(): boolean {
    clearTimeout(this._again);
    try {
      writeState(this._directory, this.state);
      return true;
    } catch (error) {
      process.stderr.write(`the state cannot be written: ${String(error)}\n`);
      this._again = setTimeout(() => {
        if (this._write() && isFinal(this.state)) {
          this._tell();
        }
      }, WRITE_AGAIN_MS);
      return false;
    }
  }
}

/** Makes a reason; the parameters are named with each code of {@link Reason}. */
export function because(
  code: Reason['code'],
  detail: string,
  params: Reason['params'] = {}
): Reason {
  return { code, params, detail };
}
