import { hash } from 'node:crypto';

/** With fewer labeled items there is no test part. */
export const MIN_FOR_TEST = 10;

export interface Split<T> {
  readonly train: readonly T[];
  readonly test: readonly T[];
}

const byCodeUnits = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Divides items into train and test so that each label has its share in both.
 *
 * An item's place follows from the seed and its own path: the order in which items come makes no
 * difference, and with one more item the others mostly stay where they were. The test part has the
 * rounded share of all, dealt to the labels by largest remainder; every label keeps at least one item
 * to be trained on. Both parts are in the seed's order, labels mixed, as training wants it.
 *
 * @param share of the test part, above 0 and below 1
 */
export function stratify<T extends { readonly path: string; readonly label: string }>(
  items: readonly T[],
  seed: number,
  share: number
): Split<T> {
  const keyed = items
    .map(item => ({ item, key: hash('sha256', `${seed}\n${item.path}`) }))
    .sort((a, b) => byCodeUnits(a.key, b.key) || byCodeUnits(a.item.path, b.item.path));
  const ordered = keyed.map(({ item }) => item);
  if (ordered.length < MIN_FOR_TEST) {
    return { train: ordered, test: [] };
  }
  const left = testCounts(ordered, share);
  const train: T[] = [];
  const test: T[] = [];
  for (const item of ordered) {
    const count = left.get(item.label) ?? 0;
    if (count > 0) {
      left.set(item.label, count - 1);
      test.push(item);
    } else {
      train.push(item);
    }
  }
  return { train, test };
}

/** How many items of each label are for the test. */
function testCounts(items: readonly { readonly label: string }[], share: number) {
  const sizes = new Map<string, number>();
  for (const { label } of items) {
    sizes.set(label, (sizes.get(label) ?? 0) + 1);
  }
  const quotas = [...sizes]
    .map(([label, size]) => {
      const exact = size * share;
      const count = Math.min(Math.floor(exact), size - 1);
      return { label, size, count, remainder: exact - count };
    })
    .sort((a, b) => b.remainder - a.remainder || byCodeUnits(a.label, b.label));
  let missing =
    Math.max(1, Math.round(items.length * share)) - quotas.reduce((sum, q) => sum + q.count, 0);
  const counts = new Map<string, number>();
  for (const { label, size, count } of quotas) {
    const extra = missing > 0 && count < size - 1 ? 1 : 0;
    missing -= extra;
    counts.set(label, count + extra);
  }
  return counts;
}
