import type { Deadlines } from './deadlines.ts';
import type { ServiceState } from './service.ts';

/** What the ways into the gateway share. */
export interface GatewayCore {
  readonly services: ReadonlyMap<string, ServiceState>;
  readonly deadlines: Deadlines;
}
