import type { WorkloadObservation } from '../compute/engine.ts';
import type { Transaction } from '../db/database.ts';
import type { Usage } from '../usage.ts';
import { Changes } from './changes.ts';
import { happeningOf, observedChange } from './observation.ts';
import type { WorkloadOwner } from './owner.ts';
import { reason } from './reasons.ts';
import { waitsForRoom } from './room.ts';
import { isEnded, next, type Happening } from './states.ts';
import { store } from './store.ts';
import type { Workload, WorkloadKind } from './table.ts';

/**
 * The rows of workloads: every change of one goes through here, so that its owner takes part in the
 * transaction, and those who follow it are woken after the commit.
 */
export class Ledger {
  readonly changes = new Changes();
  readonly #usage: Usage;
  readonly #owners = new Map<WorkloadKind, WorkloadOwner>();

  constructor(usage: Usage) {
    this.#usage = usage;
  }

  register(owner: WorkloadOwner): void {
    if (this.#owners.has(owner.kind)) {
      throw new RangeError(`${owner.kind} has an owner already`);
    }
    this.#owners.set(owner.kind, owner);
  }

  ownerOf(workload: Workload): WorkloadOwner {
    const owner = this.#owners.get(workload.kind);
    if (!owner) {
      throw new RangeError(`nobody sees to workloads of the kind ${workload.kind}`);
    }
    return owner;
  }

  /** Changes columns other than the state. */
  change(tx: Transaction, workload: Workload, columns: Partial<Workload>): Workload {
    const after = store.update(tx, workload.id, columns);
    this.ownerOf(after).changed(tx, after, workload);
    tx.afterCommit(() => this.changes.tell(after.ownerId));
    if (waitsForRoom(after) !== waitsForRoom(workload)) {
      tx.afterCommit(() => this.#usage.changed(after.projectId));
    }
    return after;
  }

  /** Lets something happen to a workload; nothing is written where its state stays the same. */
  happen(
    tx: Transaction,
    workload: Workload,
    happening: Happening,
    columns: Partial<Workload> = {}
  ): Workload {
    const state = next(workload.state, happening);
    if (state === workload.state) {
      return workload;
    }
    const stoppedBy = columns.stoppedBy ?? workload.stoppedBy;
    const after = this.change(tx, workload, {
      ...columns,
      state,
      ...(state === 'stopped' && stoppedBy !== null
        ? { reason: reason('stopped-by', { name: stoppedBy }) }
        : {}),
      ...(isEnded(state) ? { endedAt: columns.endedAt ?? Date.now() } : {})
    });
    tx.afterCommit(() => this.#usage.changed(workload.projectId));
    return after;
  }

  /** Brings a row to what the engine says; nothing is written where it says nothing new. */
  apply(tx: Transaction, observation: WorkloadObservation): Workload | undefined {
    const workload = store.get(tx, observation.runId);
    if (!workload || isEnded(workload.state)) {
      return workload;
    }
    const happening = happeningOf(observation, workload);
    const columns = observedChange(observation, workload, id => store.get(tx, id));
    if (happening && next(workload.state, happening) !== workload.state) {
      return this.happen(tx, workload, happening, columns);
    }
    return Object.keys(columns).length === 0 ? workload : this.change(tx, workload, columns);
  }
}
