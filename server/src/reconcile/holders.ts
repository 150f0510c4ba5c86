import type { Access } from '../access/access.ts';
import type { Database } from '../db/database.ts';
import type { ProjectHolder, UsageProvider } from '../usage.ts';
import type { Reconciler } from './reconciler.ts';
import { shownState, waitsForRoom } from './room.ts';
import { store, type Held } from './store.ts';
import type { Workload } from './table.ts';

/** Tells the overview and the administrators what runs and what waits. */
export class Holders implements UsageProvider {
  readonly #db: Database;
  readonly #access: Access;
  readonly #reconciler: Reconciler;

  constructor(db: Database, access: Access, reconciler: Reconciler) {
    this.#db = db;
    this.#access = access;
    this.#reconciler = reconciler;
  }

  running(projectId?: string): ProjectHolder[] {
    return store
      .holding(this.#db.orm, projectId)
      .filter(workload => !waitsForRoom(workload))
      .map(workload => this.present(workload));
  }

  used(projectId: string): Map<string, number> {
    const held = store.held(this.#db.orm).filter(each => each.projectId === projectId);
    const sum = (of: (each: Held) => number) => held.reduce((total, each) => total + of(each), 0);
    return new Map([
      ['cpu', sum(({ milliCpu }) => milliCpu) / 1000],
      ['memory', sum(({ memoryBytes }) => memoryBytes)],
      ...held.flatMap(({ cardResource, cards }): [string, number][] =>
        cardResource === null ? [] : [[`requests.${cardResource}`, cards]]
      )
    ]);
  }

  waiting(projectId?: string): ProjectHolder[] {
    const { orm } = this.#db;
    return [
      ...store.holding(orm, projectId).filter(waitsForRoom),
      ...store.pending(orm, projectId)
    ].map(workload => this.present(workload));
  }

  /** What a workload holds, or asks for while it waits, over all its nodes. */
  present(workload: Workload): ProjectHolder {
    const nodes = workload.counted ? workload.nodes : 0;
    return {
      kind: workload.kind,
      id: workload.ownerId,
      ...this.#reconciler.shownAs(workload),
      name: workload.name,
      projectId: workload.projectId,
      state: shownState(workload),
      by: this.#access.userRef(workload.createdBy),
      cpu: Math.round(workload.cpu * nodes * 1000) / 1000,
      memoryBytes: workload.memoryBytes * nodes,
      cards: workload.cards * nodes,
      cardResource: workload.cardResource,
      since: new Date(workload.admittedAt ?? workload.createdAt).toISOString()
    };
  }
}
