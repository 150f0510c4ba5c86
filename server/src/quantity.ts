import { QUANTITY_PATTERN } from '@topsdl/contract';

const FACTORS: Readonly<Record<string, number>> = {
  '': 1,
  m: 0.001,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
  Pi: 1024 ** 5
};

/**
 * The number that a Kubernetes quantity stands for: cores, bytes or cards.
 *
 * @throws RangeError for what is no quantity
 */
export function parseQuantity(text: string): number {
  const match = /^([0-9.]+)([A-Za-z]*)$/.exec(text);
  const factor = FACTORS[match?.[2] ?? ''];
  if (!match || factor === undefined || !QUANTITY_PATTERN.test(text)) {
    throw new RangeError(`“${text}” is no quantity`);
  }
  // Thousandths are divided by, not multiplied with 0.001, so that 700m is exactly 0.7.
  return match[2] === 'm' ? Number(match[1]) / 1000 : Number(match[1]) * factor;
}
