import { Connection } from './connection.ts';
import type { Deadlines } from './deadlines.ts';
import type { Series } from './metrics.ts';
import { endpointKey, type BackendRow, type Endpoint, type Role } from './table.ts';

/** How long a replica that could not be reached is passed over while others are there. */
const AVOID_MS = 1000;
/** Most idle connections kept to one replica. */
const MAX_IDLE = 256;

/** A request or an upgraded connection that can be ended from here. */
export interface Underway {
  /** Its place among those at one replica, who alone minds it; -1 at none. */
  place: number;
  abort(): void;
}

/** One replica with its connections. It outlives the table that it came with until its last request ended. */
export class Backend {
  readonly key: string;
  readonly endpoint: Endpoint;
  readonly version: Version;
  ready: boolean;
  /** No table names it any more: it finishes what it has and gets nothing new. */
  retired = false;
  /** Until then (ms of the monotonic clock) others are preferred, because it could not be reached. */
  avoidUntil = 0;
  /** Newest last: the connection used a moment ago is the least likely to have gone stale. */
  readonly #idle: Connection[] = [];
  /**
   * The requests here, for a drain that waits no longer. Not a Set: that makes itself anew every few
   * requests, and what it was is kept alive by what it was before.
   */
  readonly #underway: Underway[] = [];
  readonly #deadlines: Deadlines;
  #keep = true;

  constructor(row: BackendRow, version: Version, deadlines: Deadlines) {
    this.key = endpointKey(row);
    this.endpoint =
      'socketPath' in row ? { socketPath: row.socketPath } : { host: row.host, port: row.port };
    this.ready = row.ready;
    this.version = version;
    this.#deadlines = deadlines;
  }

  /** A connection for one request. @param fresh never one that was used before */
  acquire(fresh: boolean): Connection {
    let kept = fresh ? undefined : this.#idle.pop();
    while (kept !== undefined && !kept.usable) {
      kept = this.#idle.pop();
    }
    return kept ?? new Connection(this, this.#deadlines);
  }

  /** Keeps a connection whose response ended for the next request. */
  release(connection: Connection): void {
    if (this.retired || !this.#keep || this.#idle.length >= MAX_IDLE) {
      connection.destroy();
    } else {
      this.#idle.push(connection);
    }
  }

  /** Forgets a connection that closed. */
  forget(connection: Connection): void {
    const index = this.#idle.lastIndexOf(connection);
    if (index >= 0) {
      this.#idle.splice(index, 1);
    }
  }

  get inFlight(): number {
    return this.#underway.length;
  }

  /** A request begins here. */
  begin(request: Underway): void {
    request.place = this.#underway.length;
    this.#underway.push(request);
    this.version.inFlight++;
  }

  /** A request that began here ended, or went elsewhere. */
  end(request: Underway): void {
    const last = this.#underway.pop()!;
    if (last !== request) {
      this.#underway[request.place] = last;
      last.place = request.place;
    }
    request.place = -1;
    this.version.inFlight--;
    if (this.retired && this.#underway.length === 0) {
      this.version.settle();
    }
  }

  /** Cuts what is under way. @returns how many requests that were */
  abort(): number {
    const requests = [...this.#underway];
    for (const request of requests) {
      request.abort();
    }
    return requests.length;
  }

  /** The replica could not be reached. */
  avoid(now: number): void {
    this.avoidUntil = now + AVOID_MS;
  }

  retire(): void {
    this.retired = true;
    this.#closeIdle();
  }

  /** Keeps no connection any more, because the gateway closes. */
  close(): void {
    this.#keep = false;
    this.#closeIdle();
  }

  #closeIdle(): void {
    for (const connection of this.#idle.splice(0)) {
      connection.destroy();
    }
  }
}

interface Waiter {
  /** A replica's key, or null for the whole version. */
  readonly key: string | null;
  readonly done: () => void;
}

/** A version of a service with its replicas and its figures. It keeps both when its role changes. */
export class Version {
  readonly versionId: string;
  readonly series: Series;
  readonly backends = new Map<string, Backend>();
  inFlight = 0;
  #waiters: Waiter[] = [];

  constructor(versionId: string, series: Series) {
    this.versionId = versionId;
    this.series = series;
  }

  /** Takes over the replicas of a table; those it no longer names are retired. */
  replace(rows: readonly BackendRow[], deadlines: Deadlines): void {
    const named = new Set<string>();
    for (const row of rows) {
      const key = endpointKey(row);
      named.add(key);
      const known = this.backends.get(key);
      if (known) {
        known.retired = false;
        known.ready = row.ready;
      } else {
        this.backends.set(key, new Backend(row, this, deadlines));
      }
    }
    for (const backend of this.backends.values()) {
      if (!named.has(backend.key)) {
        backend.retire();
      }
    }
    this.settle();
  }

  /** Resolves once no table names the replica (or any, for null) and its last request ended. */
  drained(key: string | null): Promise<void> {
    return new Promise(resolve => {
      this.#waiters.push({ key, done: resolve });
      this.settle();
    });
  }

  /** Cuts what is still under way on retired replicas. @returns how many requests that were */
  abort(key: string | null): number {
    let cut = 0;
    for (const backend of this.backends.values()) {
      if (backend.retired && (key === null || key === backend.key)) {
        cut += backend.abort();
      }
    }
    return cut;
  }

  /** Lets go of the replicas that have nothing more to do, and tells who waits for that. */
  settle(): void {
    for (const backend of this.backends.values()) {
      if (backend.retired && backend.inFlight === 0) {
        this.backends.delete(backend.key);
      }
    }
    const waiting = this.#waiters;
    this.#waiters = waiting.filter(({ key }) =>
      key === null ? this.backends.size > 0 : this.backends.has(key)
    );
    for (const { key, done } of waiting) {
      if (key === null ? this.backends.size === 0 : !this.backends.has(key)) {
        done();
      }
    }
  }
}

/** A version in a role, with the replicas that may get requests: part of an immutable table. */
export class RoleRoute {
  readonly role: Role;
  readonly version: Version;
  readonly backends: readonly Backend[];
  /** Field lines of every response, telling who answered and what the answer may do in a browser. */
  readonly responseLines: string;
  #cursor = 0;

  constructor(role: Role, version: Version, backends: readonly Backend[], responseLines: string) {
    this.role = role;
    this.version = version;
    this.backends = backends;
    this.responseLines = responseLines;
  }

  /**
   * The replica with the fewest requests under way; among equals they take turns. One that could not
   * be reached a moment ago is taken only when there is no other.
   *
   * @param except a replica that just failed
   */
  pick(now: number, except: Backend | null): Backend | null {
    const { backends } = this;
    const count = backends.length;
    if (count === 1) {
      const only = backends[0]!;
      return only.retired ? null : only;
    }
    let best: Backend | null = null;
    let spare: Backend | null = null;
    let index = this.#cursor;
    for (let i = 0; i < count; i++) {
      const backend = backends[index]!;
      index = index + 1 === count ? 0 : index + 1;
      if (backend.retired) {
        continue;
      }
      if (backend === except || backend.avoidUntil > now) {
        spare ??= backend;
      } else if (best === null || backend.inFlight < best.inFlight) {
        best = backend;
      }
    }
    this.#cursor = this.#cursor + 1 >= count ? 0 : this.#cursor + 1;
    return best ?? spare;
  }
}
