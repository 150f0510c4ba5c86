import { ISOLATION } from '../isolation.ts';
import { RoleRoute, Version } from './backend.ts';
import type { Deadlines } from './deadlines.ts';
import type { Fallback } from './exchange.ts';
import { Series } from './metrics.ts';
import { Split } from './split.ts';
import type { Role, RouteTable, VersionRow } from './table.ts';

const ISOLATED = Object.entries(ISOLATION)
  .map(([name, value]) => `${name}: ${value}\r\n`)
  .join('');

/** A service as the gateway sees it: the table in force, and every version that still has requests. */
export class ServiceState implements Fallback {
  readonly serviceId: string;
  readonly #versions = new Map<string, Version>();
  readonly #deadlines: Deadlines;
  readonly #split = new Split(0);
  #production: RoleRoute | null = null;
  #gray: RoleRoute | null = null;

  constructor(serviceId: string, deadlines: Deadlines) {
    this.serviceId = serviceId;
    this.#deadlines = deadlines;
  }

  /** Puts a table into force. Nothing runs in between, so a request sees the old or the new one. */
  apply(table: RouteTable): void {
    const production = this.#route('production', table.production);
    const gray = this.#route('gray', table.gray);
    this.#split.share = gray ? table.grayShare : 0;
    this.#production = production;
    this.#gray = gray;
    for (const version of this.#versions.values()) {
      if (version !== production?.version && version !== gray?.version) {
        version.replace([], this.#deadlines);
      }
    }
    this.#forget();
  }

  production(): RoleRoute | null {
    return this.#production;
  }

  /**
   * Who answers the next request; null when nobody can.
   *
   * @param forced the version that the client insists on
   */
  choose(forced: Role | null): RoleRoute | null {
    const production = this.#production;
    const gray = this.#gray;
    if (forced !== null) {
      const route = forced === 'gray' ? gray : production;
      return route && route.backends.length > 0 ? route : null;
    }
    if (gray !== null && gray.backends.length > 0 && this.#split.next()) {
      return gray;
    }
    return production !== null && production.backends.length > 0 ? production : null;
  }

  /** Counts a request for which there was nobody, as an error of the production version. */
  refused(startedAt: number): void {
    const now = performance.now();
    this.#production?.version.series.record(now, now - startedAt, true);
  }

  version(versionId: string): Version | undefined {
    return this.#versions.get(versionId);
  }

  /** The versions in a role now. */
  roles(): { production: Version | null; gray: Version | null } {
    return { production: this.#production?.version ?? null, gray: this.#gray?.version ?? null };
  }

  /** Resolves when a version (or one replica of it, by its endpoint's key) has nothing left to do. */
  async drained(versionId: string, key: string | null): Promise<void> {
    await this.#versions.get(versionId)?.drained(key);
    this.#forget();
  }

  /** Keeps no connection to replicas that has no request. */
  close(): void {
    for (const version of this.#versions.values()) {
      for (const backend of version.backends.values()) {
        backend.close();
      }
    }
  }

  #route(role: Role, row: VersionRow | null): RoleRoute | null {
    if (row === null) {
      return null;
    }
    let version = this.#versions.get(row.versionId);
    if (version === undefined) {
      version = new Version(row.versionId, new Series(performance.now()));
      this.#versions.set(row.versionId, version);
    }
    version.replace(row.backends, this.#deadlines);
    const ready = [...version.backends.values()].filter(b => b.ready && !b.retired);
    return new RoleRoute(role, version, ready, `x-topsdl-version: ${role}\r\n${ISOLATED}`);
  }

  /** Drops versions that are in no role and have no request left. */
  #forget(): void {
    for (const version of this.#versions.values()) {
      const named = version === this.#production?.version || version === this.#gray?.version;
      if (!named && version.backends.size === 0) {
        this.#versions.delete(version.versionId);
      }
    }
  }
}
