/** What waits for room on an engine that lets workloads wait by itself, after they were admitted. */
import { isBytes, scaleBytes, type Code, type RunState } from '@topsdl/contract';
import type { Shortage } from './admission.ts';
import { reason, type StoredReason } from './reasons.ts';
import type { Workload } from './table.ts';

const CODES: ReadonlySet<Code> = new Set([
  'waits-in-queue',
  'waits-for-room',
  'waits-for-machines',
  'waits-for-machines-held',
  'waits-for-machines-shared',
  'waits-for-machines-others'
]);

/** Holders that a sentence names; what all others have is added up. */
const NAMED = 5;

export function waitsForRoom({ state, reason: why }: Workload): boolean {
  return state === 'starting' && why !== null && CODES.has(why.code);
}

/** The state that people see: what has no room yet waits, whoever it is that lets it. */
export function shownState(workload: Workload): RunState {
  return waitsForRoom(workload) ? 'pending' : workload.state;
}

/** What the machines have too little of, in the words of quotas; empty where it is not known. */
export function lackingRoom({ reason: why }: Workload): Shortage[] {
  const { resource, requested, used, free } = why?.params ?? {};
  if (typeof resource !== 'string') {
    return [];
  }
  return [
    {
      resource: resource.includes('/') ? `requests.${resource}` : resource,
      requested: Number(requested),
      used: Number(used),
      limit: Number(used) + Number(free)
    }
  ];
}

/** Ids of workloads of its project that have what it waits for. */
export function holdersOfRoom({ reason: why }: Workload): string[] {
  return idsOf(why?.params.holders);
}

/**
 * Says who holds what is waited for, by the names that people know. Those who see one that waits see its project: what other projects
 * and other people of the cluster have is a sum without names.
 *
 * @param why as the engine has it, with ids of workloads in `held`
 * @param find the workload of an id
 */
export function nameHolders(
  why: StoredReason,
  projectId: string,
  find: (id: string) => Workload | undefined
): StoredReason {
  const { resource, requested, used, free, held, detail } = why.params;
  if (why.code !== 'waits-for-room' || typeof resource !== 'string') {
    return why;
  }
  const ids: string[] = [];
  const names: string[] = [];
  let others = 0;
  for (const { id, amount } of holdersOf(held)) {
    const holder = id === '' ? undefined : find(id);
    if (holder?.projectId === projectId) {
      ids.push(id);
    }
    if (holder?.projectId === projectId && names.length < NAMED) {
      names.push(`${holder.name} (${amountText(resource, amount)})`);
    } else {
      others += amount;
    }
  }
  const code =
    names.length === 0
      ? others === 0
        ? 'waits-for-machines'
        : 'waits-for-machines-others'
      : others === 0
        ? 'waits-for-machines-held'
        : 'waits-for-machines-shared';
  return reason(code, {
    resource,
    requested: requested ?? 0,
    used: used ?? 0,
    free: free ?? 0,
    held: names.length === 0 ? null : names.join(', '),
    holders: ids.length === 0 ? null : ids.join(' '),
    others: others === 0 ? null : Math.round(others * 1000) / 1000,
    detail: detail ?? null
  });
}

/** Of `<id>=<amount>` with blanks between. */
function holdersOf(held: string | number | undefined): { id: string; amount: number }[] {
  return idsOf(held).map(item => {
    const at = item.lastIndexOf('=');
    return { id: item.slice(0, at), amount: Number(item.slice(at + 1)) };
  });
}

function idsOf(text: string | number | undefined): string[] {
  return String(text ?? '')
    .split(' ')
    .filter(item => item !== '');
}

function amountText(resource: string, amount: number): string {
  if (!isBytes(resource)) {
    return String(amount);
  }
  const { value, unit } = scaleBytes(amount);
  return `${Number(value.toPrecision(3))} ${unit}`;
}
