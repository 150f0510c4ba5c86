const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** A size for people, in powers of 1024 and three figures: `0 B`, `1.5 KiB`, `128 GiB`. */
export function formatBytes(bytes: number, locale?: string): string {
  const { value, unit } = scaleBytes(bytes);
  return `${formatNumber(value, locale)} ${unit}`;
}

/** A size in the unit that suits it, or that suits `like`. */
export function scaleBytes(bytes: number, like = bytes): { value: number; unit: string } {
  let power = 0;
  for (let rest = Math.abs(like); rest >= 1024 && power < UNITS.length - 1; rest /= 1024) {
    power += 1;
  }
  return { value: bytes / 1024 ** power, unit: UNITS[power] ?? 'B' };
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

/** Whether amounts of a resource are bytes. */
export function isBytes(resource: string): boolean {
  return resource === 'memory' || resource === 'storage';
}
