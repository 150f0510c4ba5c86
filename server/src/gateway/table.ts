/** Where a replica listens. Only the gateway's own machine: a Unix socket, or an address in 127/8. */
export type Endpoint =
  { readonly socketPath: string } | { readonly host: string; readonly port: number };

/** A replica. One that is not `ready` receives nothing. */
export type BackendRow = Endpoint & { readonly ready: boolean };

/** One version of a service, in the role that the table gives it. */
export interface VersionRow {
  readonly versionId: string;
  readonly backends: readonly BackendRow[];
}

/** Who answers a service's requests. A table is never changed, only replaced by another. */
export interface RouteTable {
  readonly serviceId: string;
  readonly production: VersionRow | null;
  readonly gray: VersionRow | null;
  /** Gray's share of the requests, 0–1; without meaning when there is no gray version. */
  readonly grayShare: number;
}

export type Role = 'production' | 'gray';

/** What tells one replica's endpoint from another's. */
export function endpointKey(endpoint: Endpoint): string {
  return 'socketPath' in endpoint
    ? `unix:${endpoint.socketPath}`
    : `tcp:${endpoint.host}:${endpoint.port}`;
}

/**
 * Refuses a table that could not be served as it says.
 *
 * @throws RangeError naming what is wrong
 */
export function checkTable(table: RouteTable): void {
  if (!(table.grayShare >= 0 && table.grayShare <= 1)) {
    throw new RangeError(`grayShare lies between 0 and 1, not ${table.grayShare}`);
  }
  if (table.gray && !table.production) {
    throw new RangeError('a gray version needs a production version');
  }
  if (table.gray && table.gray.versionId === table.production?.versionId) {
    throw new RangeError('gray and production are the same version');
  }
  for (const version of [table.production, table.gray]) {
    for (const backend of version?.backends ?? []) {
      if ('host' in backend && !/^(127\.\d{1,3}\.\d{1,3}\.\d{1,3}|::1)$/.test(backend.host)) {
        throw new RangeError('a backend listens on a loopback address or a Unix socket only');
      }
    }
  }
}
