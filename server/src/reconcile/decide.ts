/** Amounts by resource: `cpu` in thousandths of a core, `memory` in bytes, cards by their name. */
export type Amounts = Readonly<Record<string, number>>;

/** Something that waits. */
export interface Claim {
  readonly id: string;
  readonly wants: Amounts;
  /** Since when, in milliseconds. */
  readonly since: number;
}

/** A resource there is not enough of. */
export interface Lack {
  readonly resource: string;
  readonly requested: number;
  readonly used: number;
  readonly limit: number;
}

/** What becomes of a claim: it is admitted, or waits for resources, or for its turn. */
export type Decision =
  | { readonly id: string; readonly admitted: true }
  | { readonly id: string; readonly admitted: false; readonly lacking: readonly Lack[] };

/** How long smaller claims may start before a larger one that waits. */
export const OVERTAKING_MS = 30 * 60 * 1000;

/**
 * Decides who starts, first come first served.
 *
 * A claim that does not fit waits, and later ones that do fit start before it, so that nothing lies
 * idle. Once it has waited for {@link OVERTAKING_MS}, later claims leave alone what it lacks: it
 * cannot be kept waiting for ever by small ones.
 *
 * @param claims in the order they came
 * @param used what is held now
 * @param limits what there is; a resource that is missing has no limit
 * @returns a decision for each claim, in the same order; a claim that waits behind a reserved
 *   resource has no `lacking`
 */
export function decide(
  claims: readonly Claim[],
  used: Amounts,
  limits: Amounts,
  now: number
): Decision[] {
  const held: Record<string, number> = { ...used };
  const reserved = new Set<string>();
  return claims.map(claim => {
    const lacking = lacks(claim.wants, held, limits);
    const turn = wanted(claim.wants).some(([resource]) => reserved.has(resource));
    if (lacking.length === 0 && !turn) {
      for (const [resource, amount] of wanted(claim.wants)) {
        held[resource] = (held[resource] ?? 0) + amount;
      }
      return { id: claim.id, admitted: true };
    }
    if (now - claim.since >= OVERTAKING_MS) {
      lacking.forEach(lack => reserved.add(lack.resource));
    }
    return { id: claim.id, admitted: false, lacking };
  });
}

/** The resources of which there is not enough beside what is held. */
export function lacks(wants: Amounts, held: Amounts, limits: Amounts): Lack[] {
  return wanted(wants).flatMap(([resource, requested]) => {
    const limit = limits[resource];
    const inUse = held[resource] ?? 0;
    return limit !== undefined && inUse + requested > limit
      ? [{ resource, requested, used: inUse, limit }]
      : [];
  });
}

function wanted(amounts: Amounts): [string, number][] {
  return Object.entries(amounts).filter(([, amount]) => amount > 0);
}
