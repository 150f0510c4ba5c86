const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** Parameters of which `resource` says what they are amounts of. */
const AMOUNTS = ['requested', 'used', 'limit', 'free', 'others'];

/** A size in the unit that suits it, in powers of 1024, or that suits `like`. */
export function scaleBytes(bytes: number, like = bytes): { value: number; unit: string } {
  let power = 0;
  for (let rest = Math.abs(like); rest >= 1024 && power < UNITS.length - 1; rest /= 1024) {
    power += 1;
  }
  return { value: bytes / 1024 ** power, unit: UNITS[power] ?? 'B' };
}

/** Whether amounts of a resource are bytes. */
export function isBytes(resource: unknown): boolean {
  return resource === 'memory' || resource === 'storage';
}

/** A number in a sentence: sizes with their unit, all others as they are. */
export function amountOf(name: string, value: number, resource: unknown): string {
  if (!name.endsWith('Bytes') && !(AMOUNTS.includes(name) && isBytes(resource))) {
    return String(value);
  }
  const scaled = scaleBytes(value);
  return `${Number(scaled.value.toPrecision(3))} ${scaled.unit}`;
}
