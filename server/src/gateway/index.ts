export { createGateway, restPathOf } from './gateway.ts';
export type {
  DrainOptions,
  Gateway,
  GatewayOptions,
  ServiceSnapshot,
  VersionCounters
} from './gateway.ts';
export type { Admission, Credentials } from './short.ts';
export type { Timeouts } from './deadlines.ts';
export { STEP_SECONDS, STEPS } from './metrics.ts';
export type { CumulativeLatency, SeriesWindow, Totals } from './metrics.ts';
export type { BackendRow, Endpoint, Role, RouteTable, VersionRow } from './table.ts';
