const FACTORS: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60
};

/** The number that a Kubernetes quantity stands for, such as 0.5 for `500m` and 1024 for `1Ki`. @throws RangeError */
export function quantity(text: string | number): number {
  const [, digits, suffix = '', exponent] =
    /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d+))?$/.exec(String(text)) ??
    [];
  const factor = FACTORS[suffix];
  if (digits === undefined || factor === undefined) {
    throw new RangeError(`${text} is not a quantity`);
  }
  return Number(digits) * factor * 10 ** Number(exponent ?? 0);
}

/** Amounts by resource; sums of them may be compared with a little room for fractions. */
export type Amounts = Map<string, number>;

export function add(to: Amounts, more: Iterable<readonly [string, number]>, factor = 1): Amounts {
  for (const [resource, amount] of more) {
    to.set(resource, (to.get(resource) ?? 0) + factor * amount);
  }
  return to;
}

export function amounts(quantities: Record<string, string | number> = {}): Amounts {
  return new Map(Object.entries(quantities).map(([name, value]) => [name, quantity(value)]));
}

/** The first resource of which there is less than wanted; of what there is no word, there is none. */
export function lacking(wanted: Amounts, there: Amounts): string | undefined {
  return [...wanted].find(
    ([name, amount]) => amount > (there.get(name) ?? 0) + 1e-6 && amount > 0
  )?.[0];
}
