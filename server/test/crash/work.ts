import { expect } from '@jest/globals';

/** Something that goes on while the companion is killed, again and again. */
export interface Work {
  /** Sees to it that it goes on: what has ended is checked and cleared away, and begun anew. */
  begin(): Promise<void>;
  /** Checks what has to hold at every moment, such as right after a restart. */
  check(): Promise<void>;
  /** Waits for the end, checks what came of it, and clears it away. */
  finish(): Promise<void>;
}

/** Invariants by their names, so that a failure tells which one did not hold, and when. */
export class Claims {
  /** The seed and the moment. */
  where = '';

  /** The value is the one that is expected. */
  is<T>(invariant: string, value: T, expected: T): void {
    expect({ where: this.where, invariant, value }).toEqual({
      where: this.where,
      invariant,
      value: expected
    });
  }

  /** The value is one of several. */
  oneOf<T>(invariant: string, value: T, expected: readonly T[]): void {
    const found = expected.some(each => JSON.stringify(each) === JSON.stringify(value));
    expect({ where: this.where, invariant, value, among: expected, found }).toMatchObject({
      found: true
    });
  }
}

/** When the companion was there, and when it was not. */
export class Presence {
  readonly #absences: { readonly from: number; until: number }[] = [];
  #back = Promise.withResolvers<void>();

  constructor() {
    this.#back.resolve();
  }

  /** It is about to be killed. */
  leave(): void {
    this.#absences.push({ from: performance.now(), until: Infinity });
    this.#back = Promise.withResolvers<void>();
  }

  /** It takes requests again. */
  return(): void {
    this.#absences.at(-1)!.until = performance.now();
    this.#back.resolve();
  }

  /** Resolves while it is there. */
  there(): Promise<void> {
    return this.#back.promise;
  }

  /** Whether it was away at a moment of something that took from one time to another. */
  missed(from: number, until: number): boolean {
    return this.#absences.some(absence => from <= absence.until && until >= absence.from);
  }
}
