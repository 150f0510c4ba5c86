import type { Quantities } from './objects.ts';

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
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
  Pi: 1024 ** 5,
  Ei: 1024 ** 6
};

/** The number that a quantity of the cluster's stands for. Unlike what people write it comes in any form; nonsense is 0. */
export function amountOf(quantity: string | number | undefined): number {
  const match = /^([+-]?[0-9.]+)([eE][+-]?[0-9]+|[A-Za-z]{0,2})$/.exec(String(quantity ?? ''));
  if (match === null) {
    return 0;
  }
  const [, digits = '', suffix = ''] = match;
  const amount = /^[eE][+-]?[0-9]/.test(suffix)
    ? Number(digits + suffix)
    : Number(digits) * (FACTORS[suffix] ?? Number.NaN);
  // Thousandths of cores are added up: whole ones should come out whole.
  return Number.isFinite(amount) ? Math.round(amount * 1e6) / 1e6 : 0;
}

/** Adds amounts to sums. */
export function add(sums: Map<string, number>, quantities: Quantities, times = 1): void {
  for (const [resource, quantity] of Object.entries(quantities)) {
    sums.set(resource, (sums.get(resource) ?? 0) + amountOf(quantity) * times);
  }
}

/** Cores as Kubernetes has them, at least a thousandth. */
export function milliCores(cores: number): string {
  return `${digits(Math.max(1, cores * 1000))}m`;
}

export function wholeBytes(bytes: number): string {
  return digits(bytes);
}

/** More than any cluster has, and within the 64 bits that Kubernetes counts in. */
const MOST = 2 ** 62;

/** Without an exponent, which may not stand before a unit. */
function digits(amount: number): string {
  return String(BigInt(Math.min(MOST, Math.round(amount))));
}
