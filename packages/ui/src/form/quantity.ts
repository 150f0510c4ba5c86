const FACTORS: Readonly<Record<string, number>> = {
  '': 1,
  m: 1e-3,
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

/** The number that a Kubernetes quantity stands for: `500m` is 0.5, `16Gi` 17179869184; null if it is none. */
export function parseQuantity(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*(m|[kMGTP]i?|Ki)?$/.exec(text);
  const factor = FACTORS[match?.[2] ?? ''];
  return match && factor !== undefined ? Number(match[1]) * factor : null;
}

/** Bytes of what a person typed, whole; `16G`, `16GiB` and `16Gi` are the same to people. */
export function parseBytes(text: string): number | null {
  const binary = text.replace(/^([\d.]+\s*[KMGTP])(?:i?B|i)?$/i, (_, size: string) => {
    const last = size.at(-1)?.toUpperCase() ?? '';
    return `${size.slice(0, -1)}${last}i`;
  });
  const bytes = parseQuantity(binary);
  return bytes === null ? null : Math.round(bytes);
}

/** Bytes as a quantity, in the largest unit that leaves it whole. */
export function formatQuantity(bytes: number): string {
  for (const unit of ['Pi', 'Ti', 'Gi', 'Mi', 'Ki']) {
    const factor = FACTORS[unit] ?? 1;
    if (bytes >= factor && Number.isInteger((bytes / factor) * 100)) {
      return `${bytes / factor}${unit}`;
    }
  }
  return String(bytes);
}
