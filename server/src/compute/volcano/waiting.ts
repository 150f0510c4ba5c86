import type { Reason } from '../engine.ts';
import type { Supply } from './load.ts';
import type { Pod, PodGroup } from './objects.ts';
import { because, oneLine } from './reasons.ts';

/** What a workload asks for that has no room. */
export interface Wanted {
  /** All its pods together, by resource. */
  requests: ReadonlyMap<string, number>;
  podGroup?: PodGroup | undefined;
  pods: readonly Pod[];
}

/** Cards are what people wait for; cores and memory matter where cards are not what is missing. */
const LAST = ['memory', 'cpu'];

/** What says nothing of why a pod waits: that it is held at a gate, or that it could be placed if only the others could. */
const NO_CAUSE = new Set(['SchedulingGated', 'Schedulable']);

/**
 * Why a workload waits: of what there is too little, how much is asked for, used and free, and who has it. Where the sums would do and it
 * waits all the same, such as for want of one machine that has all, in the scheduler's words.
 *
 * @param supply of a resource; undefined where the cluster's machines may not be seen
 * @param runCalled the id of a holder's run; undefined where it is not one of ours
 * @returns undefined when nothing says that it waits
 */
export function waitingReason(
  wanted: Wanted,
  supply: (resource: string) => Supply | undefined,
  runCalled: (key: string) => string | undefined
): Reason | undefined {
  const words = schedulersWords(wanted);
  if (words === undefined) {
    return undefined;
  }
  const resources = [...wanted.requests]
    .filter(([, amount]) => amount > 0)
    .sort(([a], [b]) => LAST.indexOf(a) - LAST.indexOf(b));
  for (const [resource, requested] of resources) {
    const found = supply(resource);
    if (found !== undefined && requested > found.total - found.used) {
      return shortage(resource, requested, found, runCalled, words);
    }
  }
  return words === ''
    ? because('waiting_in_queue', 'It waits in its queue.')
    : because('waiting_for_room', words, { detail: words });
}

function shortage(
  resource: string,
  requested: number,
  supply: Supply,
  runCalled: (key: string) => string | undefined,
  words: string
): Reason {
  const used = rounded(supply.used);
  const free = rounded(Math.max(0, supply.total - supply.used));
  const holders = new Map<string, number>();
  for (const [key, amount] of supply.held) {
    const run = runCalled(key) ?? '';
    holders.set(run, (holders.get(run) ?? 0) + amount);
  }
  const held = [...holders]
    .sort(([, a], [, b]) => b - a)
    .map(([run, amount]) => `${run}=${rounded(amount)}`)
    .join(' ');
  return because(
    'waiting_for_room',
    `${resource}: ${rounded(requested)} asked for, ${used} used, ${free} free`,
    { resource, requested: rounded(requested), used, free, held, detail: words }
  );
}

/** What the scheduler says of a pod that it cannot place, or of the gang: empty where it has said nothing yet, undefined where nothing is in a queue. */
function schedulersWords({ podGroup, pods }: Wanted): string | undefined {
  const unscheduled = pods
    .flatMap(pod => (pod.spec?.nodeName === undefined ? (pod.status?.conditions ?? []) : []))
    .find(
      ({ type, status, reason = '' }) =>
        type === 'PodScheduled' && status === 'False' && !NO_CAUSE.has(reason)
    );
  if (unscheduled === undefined && podGroup === undefined) {
    return undefined;
  }
  const condition = podGroup?.status?.conditions?.findLast(
    ({ type, status }) => type === 'Unschedulable' && status === 'True'
  );
  const said = unscheduled ?? condition;
  return oneLine(said?.message ?? said?.reason ?? '');
}

function rounded(amount: number): number {
  return Math.round(amount * 1000) / 1000;
}
