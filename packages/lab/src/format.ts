import { scaleBytes } from '@topsdl/contract';

export { isBytes, scaleBytes } from '@topsdl/contract';

/** A size for people, in powers of 1024 and three figures: `0 B`, `1.5 KiB`, `128 GiB`. */
export function formatBytes(bytes: number, locale?: string): string {
  const { value, unit } = scaleBytes(bytes);
  return `${formatNumber(value, locale)} ${unit}`;
}

/** A number of at most three figures after the point where it is small, none where it is large. */
export function formatNumber(value: number, locale?: string): string {
  const size = Math.abs(value);
  const maximumFractionDigits = size >= 100 ? 0 : size >= 10 ? 1 : 2;
  return value.toLocaleString(locale, { maximumFractionDigits });
}

/** What a resource of a quota is called: `requests.enflame.com/dtu` is `dtu`. */
export function resourceWord(resource: string): string {
  return resource.slice(resource.lastIndexOf('/') + 1);
}
