import { createProxyMiddleware } from 'http-proxy-middleware';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request, Agent, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Pool } from 'undici';
import { createCompanion } from '../../server/src/companion.ts';
import { readConfig } from '../../server/src/config.ts';
import type { Feature } from '../../server/src/feature.ts';
import { Sessions } from '../../server/src/features/account/sessions.ts';
import { features } from '../../server/src/features/index.ts';
import { Admissions } from '../../server/src/features/serving/admission.ts';
import { trafficMount } from '../../server/src/features/serving/traffic.ts';
import { DataDirectory } from '../../server/src/files/layout.ts';
import { createGateway, restPathOf } from '../../server/src/gateway/index.ts';

/**
 * One of the proxies that are compared: `node proxy.ts <kind> <socket> <service> <backend socket>…`.
 * All listen on a Unix socket and forward `/services/<service>/…` to the same replicas. Ours is the
 * companion itself: it finds out who asks, and whether they may. The others let everyone pass.
 */
const [kind, socketPath, serviceId, ...backends] = process.argv.slice(2) as [
  string,
  string,
  string,
  ...string[]
];
let turn = 0;
const next = (): string => backends[turn++ % backends.length]!;

/**
 * The companion with its sessions, members and checks, in which the services are ours alone.
 *
 * @returns a token of its owner, and the name of the cookie that carries it
 */
async function companion(short: boolean): Promise<{ token: string; cookie: string }> {
  const data = mkdtempSync(join(tmpdir(), 'topsdl-gateway-data-'));
  process.once('exit', () => rmSync(data, { recursive: true, force: true }));
  const config = readConfig(join(data, 'config.toml'), {});
  let projectId = '';
  const gateway = createGateway();
  const rows = (offset: number) =>
    backends.filter((_, i) => i % 2 === offset).map(path => ({ socketPath: path, ready: true }));
  gateway.apply(serviceId, {
    serviceId,
    production: { versionId: 'production', backends: rows(0) },
    gray: { versionId: 'gray', backends: rows(1) },
    grayShare: 0.5
  });
  const services: Feature = {
    name: 'serving',
    register(app) {
      const callers = {
        access: app.access,
        authenticator: app.authenticator,
        projectOf: (id: string) => (id === serviceId ? { projectId } : undefined)
      };
      const admissions = new Admissions(callers);
      app.http.mount('services', trafficMount(callers, admissions, gateway));
      if (short) {
        app.http.onServer(server => gateway.attach(server, request => admissions.admits(request)));
      }
    }
  };
  const app = await createCompanion({
    options: { data },
    config,
    files: new DataDirectory(data),
    log: pino({ level: 'warn' }),
    features: [
      ...features.filter(({ name }) => ['account', 'projects', 'admin'].includes(name)),
      services
    ]
  });
  await app.http.listen({ path: socketPath }, true);
  const { sqlite } = app.db;
  projectId = sqlite.prepare<[], string>('SELECT id FROM projects').pluck().get()!;
  const owner = sqlite.prepare<[], string>('SELECT id FROM users WHERE owner = 1').pluck().get()!;
  const { token } = new Sessions(app).open(owner);
  return { token, cookie: app.authenticator.cookieName };
}

/** http-proxy-middleware as its documentation shows it, or with a keep-alive agent. */
function middleware(keepAlive: boolean): Server {
  const handlers = backends.map(path =>
    createProxyMiddleware({
      target: { socketPath: path, host: 'localhost', port: 80, protocol: 'http:' } as never,
      pathRewrite: { [`^/services/${serviceId}`]: '' },
      agent: keepAlive ? new Agent({ keepAlive: true }) : undefined
    })
  );
  return createServer((req, res) => {
    void handlers[turn++ % handlers.length]!(req as never, res as never, () => res.destroy());
  });
}

function nodeHttp(): Server {
  const agent = new Agent({ keepAlive: true });
  return createServer((req, res) => {
    const out = request(
      {
        socketPath: next(),
        agent,
        method: req.method,
        path: restPathOf(req.url ?? '')!.restPath,
        headers: req.headers
      },
      answer => {
        res.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(res);
      }
    );
    out.on('error', () => res.destroy());
    req.pipe(out);
  });
}

function undici(): Server {
  const pools = backends.map(path => new Pool('http://localhost', { socketPath: path }));
  return createServer((req, res) => {
    const { connection: _, host: __, ...headers } = req.headers;
    pools[turn++ % pools.length]!.stream(
      {
        method: req.method as 'GET',
        path: restPathOf(req.url ?? '')!.restPath,
        headers,
        body: req.method === 'GET' ? null : req
      },
      answer => {
        res.writeHead(answer.statusCode, answer.headers as Record<string, string>);
        return res;
      }
    ).catch(() => res.destroy());
  });
}

const peers: Record<string, () => Server> = {
  'http-proxy-middleware': () => middleware(false),
  'http-proxy-middleware, keep-alive': () => middleware(true),
  'node:http': nodeHttp,
  undici
};
const ready = (secrets: object) => process.stdout.write(`${JSON.stringify(secrets)}\n`);
const peer = peers[kind];
if (peer) {
  const server = peer();
  server.keepAliveTimeout = 60_000;
  server.listen(socketPath, () => ready({}));
} else {
  ready(await companion(kind === 'gateway, short way'));
}
process.once('SIGTERM', () => process.exit());
