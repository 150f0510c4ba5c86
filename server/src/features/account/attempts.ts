import { ProblemError } from '../../http/problem.ts';

/** Wrong tries of one account from one address before it has to wait. */
const FREE_TRIES = 5;
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 15 * 60_000;
/** A quiet while after which nothing is remembered. */
const FORGET_AFTER = 30 * 60_000;
const MOST_REMEMBERED = 50_000;

interface Record {
  failures: number;
  lastAt: number;
  blockedUntil: number;
}

/** Slows down who guesses passwords: by account and address together, so that nobody can lock out another. */
export class Attempts {
  readonly #records = new Map<string, Record>();
  readonly #now: () => number;

  /** @param now a clock that is never set back */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** @throws ProblemError `too-many-tries`, whether or not the account exists */
  refuseBlocked(account: string, address: string): void {
    const record = this.#records.get(key(account, address));
    const wait = (record?.blockedUntil ?? 0) - this.#now();
    if (wait > 0) {
      const seconds = Math.ceil(wait / 1000);
      throw new ProblemError('too-many-tries', { seconds }, undefined, {
        headers: { 'Retry-After': String(seconds) }
      });
    }
  }

  /** Counts a try before it is checked, so that many at once count, too. */
  begin(account: string, address: string): void {
    const now = this.#now();
    const id = key(account, address);
    let record = this.#records.get(id);
    if (!record || now - record.lastAt > FORGET_AFTER) {
      record = { failures: 0, lastAt: now, blockedUntil: 0 };
    }
    record.failures++;
    record.lastAt = now;
    if (record.failures > FREE_TRIES) {
      const wait = FIRST_WAIT * 2 ** (record.failures - FREE_TRIES - 1);
      record.blockedUntil = now + Math.min(wait, LONGEST_WAIT);
    }
    // Deleting first keeps the map in order of use; the oldest go when it is full.
    this.#records.delete(id);
    this.#records.set(id, record);
    if (this.#records.size > MOST_REMEMBERED) {
      const oldest = this.#records.keys().next().value;
      if (oldest !== undefined) {
        this.#records.delete(oldest);
      }
    }
  }

  succeed(account: string, address: string): void {
    this.#records.delete(key(account, address));
  }
}

const key = (account: string, address: string) => `${address}\n${account}`;
