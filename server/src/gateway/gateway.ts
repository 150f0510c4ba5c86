import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { Deadlines, type Timeouts } from './deadlines.ts';
import { Exchange } from './exchange.ts';
import { attachFront, type Front } from './attach.ts';
import type { Admission } from './short.ts';
import { forcedRole, outgoingHead, RequestBody, SHORT_BODY, shortOutgoing } from './incoming.ts';
import {
  STEP_SECONDS,
  STEPS,
  type CumulativeLatency,
  type SeriesWindow,
  type Totals
} from './metrics.ts';
import { ResponseSink } from './outgoing.ts';
import { ServiceState } from './service.ts';
import { checkTable, endpointKey, type Endpoint, type Role, type RouteTable } from './table.ts';
import { refuseUpgrade, Tunnel } from './upgrade.ts';

const DEFAULT_TIMEOUTS: Timeouts = {
  connectMs: 5_000,
  firstByteMs: 120_000,
  stallMs: 120_000,
  idleMs: 4_000,
  keepAliveMs: 65_000
};

export interface GatewayOptions {
  readonly timeouts?: Partial<Timeouts>;
}

/** Figures of both roles over time, for charts. Each is of the version that has the role now. */
export interface ServiceSnapshot {
  readonly stepSeconds: number;
  /** Milliseconds since 1970: the beginning of the first step. */
  readonly from: number;
  readonly production: SeriesWindow | null;
  readonly gray: SeriesWindow | null;
  readonly totals: { readonly production: Totals; readonly gray: Totals };
}

/** Counters of one version in a role, for Prometheus. */
export interface VersionCounters {
  readonly serviceId: string;
  readonly versionId: string;
  readonly role: Role;
  readonly totals: Totals;
  readonly inFlight: number;
  readonly latency: CumulativeLatency;
}

export interface DrainOptions {
  /** Only this replica of the version. */
  readonly endpoint?: Endpoint;
  /** Cuts what is still under way after this. Without it a WebSocket can hold a drain for ever. */
  readonly abortAfterMs?: number;
}

/** The data plane of online services. It knows tables, requests and figures, and no database. */
export interface Gateway {
  /**
   * Puts a table into force for the requests that come from now on. Requests under way end on what
   * they began with.
   *
   * @throws RangeError when the table cannot be served as it says
   */
  apply(serviceId: string, table: RouteTable): void;
  /** Takes a service out: what comes from now on is answered with 404. */
  remove(serviceId: string): void;
  /** True when there is a table for the service. */
  has(serviceId: string): boolean;
  /**
   * Resolves when the last request to a version, or replica, that no table names any more has ended,
   * so that it can be stopped.
   *
   * @returns how many requests were cut
   */
  drained(versionId: string, options?: DrainOptions): Promise<{ cut: number }>;
  /**
   * Forwards a request that node:http has read, and whose body nobody has touched.
   *
   * @param restPath path and query below the service, beginning with `/`
   */
  handle(req: IncomingMessage, res: ServerResponse, serviceId: string, restPath: string): void;
  /** The same for the server's `checkContinue`: the replica decides whether the body is wanted. */
  handleContinue(
    req: IncomingMessage,
    res: ServerResponse,
    serviceId: string,
    restPath: string
  ): void;
  /** Forwards a request to change protocols, such as a WebSocket. */
  handleUpgrade(
    req: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    serviceId: string,
    restPath: string
  ): void;
  /**
   * Puts the short way in front of a server: plainly written and allowed requests to
   * `/services/<id>` are forwarded before node:http reads them. Everything else reaches the server as
   * if this were not there.
   */
  attach(server: Server, admits: Admission): void;
  /** Asks again about what is under way on the short way, and ends what is not admitted any more. */
  recheck(): void;
  /** @param steps of five seconds, the newest last; thirty minutes at most */
  snapshot(serviceId: string, steps?: number): ServiceSnapshot | null;
  counters(): VersionCounters[];
  /** Lets requests under way end and closes what has none. */
  close(): void;
}

/** Path and query below a service from a whole one: `/services/<id>/a?b` → `/a?b`. */
export function restPathOf(url: string): { serviceId: string; restPath: string } | null {
  const match = /^\/services\/([0-9a-f-]{36})(\/[^\s#]*|\?[^\s#]*)?$/.exec(url);
  if (!match) {
    return null;
  }
  const rest = match[2] ?? '/';
  return { serviceId: match[1]!, restPath: rest.startsWith('?') ? `/${rest}` : rest };
}

export function createGateway(options: GatewayOptions = {}): Gateway {
  const deadlines = new Deadlines({ ...DEFAULT_TIMEOUTS, ...options.timeouts });
  const services = new Map<string, ServiceState>();
  const core = { services, deadlines };
  const fronts: Front[] = [];

  function forward(
    req: IncomingMessage,
    res: ServerResponse,
    serviceId: string,
    restPath: string,
    expects: boolean
  ): void {
    const startedAt = performance.now();
    const sink = new ResponseSink(res, expects);
    const method = req.method ?? 'GET';
    const coding = req.headers['transfer-encoding'];
    if (method === 'TRACE' || method === 'CONNECT') {
      // TRACE would show a replica's client the fields that the hops before it added.
      sink.refuse({ code: 'method-not-allowed', params: { method } });
      return;
    }
    if (coding !== undefined && coding.toLowerCase() !== 'chunked') {
      sink.refuse({ code: 'invalid', field: 'header.Transfer-Encoding' });
      return;
    }
    const forced = forcedRole(headerOf(req, 'x-topsdl-version'));
    if (forced === undefined) {
      sink.refuse({ code: 'invalid', field: 'header.X-TopsDL-Version' });
      return;
    }
    const service = services.get(serviceId);
    if (!service) {
      sink.refuse({ code: 'not-found', params: { kind: 'service' } });
      return;
    }
    const path = `/services/${serviceId}`;
    const length = req.headers['content-length'];
    const start = (framing: string, body: Buffer | null): void => {
      const route = service.choose(forced);
      if (!route) {
        service.refused(startedAt);
        sink.refuse({ code: 'service-unavailable' });
        return;
      }
      const head = outgoingHead(req, restPath, path, framing);
      const outgoing =
        body !== null || (coding === undefined && (length === undefined || length === '0'))
          ? shortOutgoing(method, head, body)
          : {
              ...shortOutgoing(method, head, null),
              source: new RequestBody(req, coding !== undefined)
            };
      const fallback = forced === null ? service : null;
      sink.exchange = new Exchange(sink, route, fallback, outgoing, startedAt);
      sink.exchange.start();
    };
    const expectation = expects ? 'expect: 100-continue\r\n' : '';
    if (coding !== undefined) {
      start(`transfer-encoding: chunked\r\n${expectation}`, null);
    } else if (length === undefined) {
      start('', null);
    } else if (Number(length) === 0 || Number(length) > SHORT_BODY) {
      start(`content-length: ${length}\r\n${expectation}`, null);
    } else {
      if (expects) {
        res.writeContinue();
      }
      const chunks: Buffer[] = [];
      req.on('data', (chunk: Buffer) => chunks.push(chunk));
      req.on('end', () => start(`content-length: ${length}\r\n`, Buffer.concat(chunks)));
    }
  }

  return {
    apply(serviceId, table) {
      checkTable(table);
      let service = services.get(serviceId);
      if (!service) {
        service = new ServiceState(serviceId, deadlines);
        services.set(serviceId, service);
      }
      service.apply(table);
    },
    remove(serviceId) {
      services.get(serviceId)?.apply({ serviceId, production: null, gray: null, grayShare: 0 });
      services.delete(serviceId);
    },
    has: serviceId => services.has(serviceId),
    async drained(versionId, drain = {}) {
      const key = drain.endpoint ? endpointKey(drain.endpoint) : null;
      const service = [...services.values()].find(s => s.version(versionId));
      const version = service?.version(versionId);
      if (!service || !version) {
        return { cut: 0 };
      }
      let cut = 0;
      const timer =
        drain.abortAfterMs === undefined
          ? undefined
          : setTimeout(() => (cut = version.abort(key)), drain.abortAfterMs);
      await service.drained(versionId, key);
      clearTimeout(timer);
      return { cut };
    },
    handle: (req, res, serviceId, restPath) => forward(req, res, serviceId, restPath, false),
    handleContinue: (req, res, serviceId, restPath) => forward(req, res, serviceId, restPath, true),
    handleUpgrade(req, socket, head, serviceId, restPath) {
      const language = req.headers['accept-language'];
      const forced = forcedRole(headerOf(req, 'x-topsdl-version'));
      const service = services.get(serviceId);
      if (!service) {
        refuseUpgrade(socket, { code: 'not-found', params: { kind: 'service' } }, language);
        return;
      }
      if (forced === undefined) {
        refuseUpgrade(socket, { code: 'invalid', field: 'header.X-TopsDL-Version' }, language);
        return;
      }
      const route = service.choose(forced);
      const backend = route?.pick(performance.now(), null);
      if (!route || !backend) {
        service.refused(performance.now());
        refuseUpgrade(socket, { code: 'service-unavailable' }, language);
        return;
      }
      const path = `/services/${serviceId}`;
      new Tunnel(req, socket, head, route, backend, deadlines, restPath, path);
    },
    attach(server, admits) {
      fronts.push(attachFront(server, core, admits));
    },
    recheck() {
      for (const front of fronts) {
        front.recheck();
      }
    },
    snapshot(serviceId, steps = STEPS) {
      const service = services.get(serviceId);
      if (!service) {
        return null;
      }
      const { production, gray } = service.roles();
      const now = performance.now();
      const count = Math.min(Math.max(1, steps), STEPS);
      const stepMs = STEP_SECONDS * 1000;
      const none = { requests: 0, errors: 0 };
      return {
        stepSeconds: STEP_SECONDS,
        from: Date.now() - (now % stepMs) - (count - 1) * stepMs,
        production: production?.series.window(now, count) ?? null,
        gray: gray?.series.window(now, count) ?? null,
        totals: {
          production: production?.series.totals() ?? none,
          gray: gray?.series.totals() ?? none
        }
      };
    },
    counters() {
      return [...services].flatMap(([serviceId, service]) =>
        Object.entries(service.roles()).flatMap(([role, version]) =>
          version === null
            ? []
            : {
                serviceId,
                versionId: version.versionId,
                role: role as Role,
                totals: version.series.totals(),
                inFlight: version.inFlight,
                latency: version.series.cumulative()
              }
        )
      );
    },
    close() {
      for (const front of fronts) {
        front.close();
      }
      for (const service of services.values()) {
        service.close();
      }
    }
  };
}

function headerOf(req: IncomingMessage, name: string): string | undefined {
  const value = req.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
