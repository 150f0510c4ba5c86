import type { Orm, Transaction } from '../db/database.ts';
import { decide, lacks, type Amounts, type Lack } from './decide.ts';
import type { Resources } from './owner.ts';
import { reason, type StoredReason } from './reasons.ts';
import { store, type Held } from './store.ts';
import type { Workload } from './table.ts';

/** What there is to give. */
export interface Limits {
  /** A project's quotas: cores, bytes and cards by the quota's resource (`requests.<card>`). */
  quotas(projectId: string): Readonly<Record<string, number>>;
  /**
   * What the machine gives to all projects together, in the same words; a resource that is missing
   * is not limited, but for cards: those that were not declared are not there. Undefined where the
   * engine itself gives room, and lets wait what has none.
   */
  machine(): Readonly<Record<string, number>> | undefined;
}

/** A shortage as people read it: the resource in the words of quotas, cores, bytes and cards. */
export type Shortage = Lack;

/** Why one that waits does so. */
export interface Waiting {
  /** 0 is the next in its project. */
  readonly position: number;
  readonly lacking: readonly Shortage[];
}

/** Cores are counted in thousandths, so that sums of them are exact. */
const CPU_UNIT = 1000;
const MACHINE = 'machine';

/**
 * Decides who may start, for every kind of workload in one place.
 *
 * Counted are the quotas of the project, and the machine's cards, cores and memory; of the last two
 * the machine may give more than it has, as configured: those of a spec are limits, and few programs
 * reach theirs all the time.
 */
export class Admission {
  readonly #limits: Limits;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** What could not be had even if nothing else ran. */
  neverFits(projectId: string, nodes: number, resources: Resources): Shortage[] {
    const wants = wantsOf(projectId, nodes, resources);
    return lacks(wants, {}, this.#limitsFor([projectId], [resources])).map(shown);
  }

  /** What more nodes of something that runs would lack now. */
  lackingFor(orm: Orm, workload: Workload, more: number): Shortage[] {
    const wants = workload.counted ? wantsOf(workload.projectId, more, workload) : {};
    const limits = this.#limitsFor([workload.projectId], [workload]);
    return lacks(wants, heldBy(store.held(orm)), limits).map(shown);
  }

  /** Why one waits, as things are now. */
  waiting(orm: Orm, workload: Workload): Waiting {
    const limits = this.#limitsFor([workload.projectId], [workload]);
    return {
      position: store.ahead(orm, workload),
      lacking: lacks(amounts(workload), heldBy(store.held(orm)), limits).map(shown)
    };
  }

  /**
   * Goes through all that waits. A transaction never interleaves with another, so what two asked for
   * at once is given to one.
   *
   * @returns who may start, and who has a new reason to wait
   */
  decide(
    tx: Transaction,
    now: number
  ): { admitted: Workload[]; waiting: { workload: Workload; reason: StoredReason }[] } {
    const pending = store.pending(tx);
    if (pending.length === 0) {
      return { admitted: [], waiting: [] };
    }
    const decisions = decide(
      pending.map(workload => ({
        id: workload.id,
        wants: amounts(workload),
        since: workload.createdAt
      })),
      heldBy(store.held(tx)),
      this.#limitsFor([...new Set(pending.map(({ projectId }) => projectId))], pending),
      now
    );
    const admitted: Workload[] = [];
    const waiting: { workload: Workload; reason: StoredReason }[] = [];
    decisions.forEach((decision, index) => {
      const workload = pending[index];
      if (!workload) {
        return;
      }
      if (decision.admitted) {
        admitted.push(workload);
        return;
      }
      const lack = decision.lacking[0];
      waiting.push({
        workload,
        reason: lack
          ? reason('waits-for-quota', { ...shown(lack) })
          : reason('waits-for-turn', { count: store.ahead(tx, workload) })
      });
    });
    return { admitted, waiting };
  }

  #limitsFor(
    projectIds: readonly string[],
    wanted: readonly { cardResource: string | null }[]
  ): Amounts {
    const limits: Record<string, number> = {};
    for (const projectId of projectIds) {
      for (const [resource, limit] of Object.entries(this.#limits.quotas(projectId))) {
        limits[key(projectId, resource)] = resource === 'cpu' ? limit * CPU_UNIT : limit;
      }
    }
    const machine = this.#limits.machine();
    if (machine === undefined) {
      return limits;
    }
    for (const { cardResource } of wanted) {
      if (cardResource !== null) {
        limits[key(MACHINE, `requests.${cardResource}`)] = 0;
      }
    }
    for (const [resource, limit] of Object.entries(machine)) {
      limits[key(MACHINE, resource)] = resource === 'cpu' ? limit * CPU_UNIT : limit;
    }
    return limits;
  }
}

/** What a workload asks for, by quota and by machine. */
function amounts(workload: Workload): Amounts {
  return workload.counted ? wantsOf(workload.projectId, workload.nodes, workload) : {};
}

function wantsOf(projectId: string, nodes: number, resources: Resources): Amounts {
  const { cpu, memoryBytes, cards, cardResource } = resources;
  return scoped({
    projectId,
    milliCpu: Math.round(cpu * CPU_UNIT) * nodes,
    memoryBytes: memoryBytes * nodes,
    cards: cards * nodes,
    cardResource
  });
}

function scoped({ projectId, milliCpu, memoryBytes, cards, cardResource }: Held): Amounts {
  const asked: Record<string, number> = { cpu: milliCpu, memory: memoryBytes };
  if (cardResource !== null && cards > 0) {
    asked[`requests.${cardResource}`] = cards;
  }
  return Object.fromEntries(
    Object.entries(asked).flatMap(([resource, amount]) => [
      [key(projectId, resource), amount],
      [key(MACHINE, resource), amount]
    ])
  );
}

function heldBy(sums: readonly Held[]): Amounts {
  const held: Record<string, number> = {};
  for (const sum of sums) {
    for (const [name, amount] of Object.entries(scoped(sum))) {
      held[name] = (held[name] ?? 0) + amount;
    }
  }
  return held;
}

function key(scope: string, resource: string): string {
  return `${scope} ${resource}`;
}

function shown(lack: Lack): Shortage {
  const resource = lack.resource.slice(lack.resource.indexOf(' ') + 1);
  const unit = resource === 'cpu' ? CPU_UNIT : 1;
  return {
    resource,
    requested: lack.requested / unit,
    used: lack.used / unit,
    limit: lack.limit / unit
  };
}
