import { createServer, request, Agent, type Server } from 'node:http';
import { createProxyMiddleware } from 'http-proxy-middleware';
import { Pool } from 'undici';
import { createGateway, restPathOf } from '../../server/src/gateway/index.ts';

/**
 * One of the proxies that are compared: `node proxy.ts <kind> <socket> <service> <backend socket>…`.
 * All listen on a Unix socket and forward `/services/<service>/…` to the same replicas.
 */
const [kind, socketPath, serviceId, ...backends] = process.argv.slice(2) as [
  string,
  string,
  string,
  ...string[]
];
let turn = 0;
const next = (): string => backends[turn++ % backends.length]!;

function ours(short: boolean): Server {
  const gateway = createGateway();
  const rows = (offset: number) =>
    backends.filter((_, i) => i % 2 === offset).map(path => ({ socketPath: path, ready: true }));
  gateway.apply(serviceId, {
    serviceId,
    production: { versionId: 'production', backends: rows(0) },
    gray: { versionId: 'gray', backends: rows(1) },
    grayShare: 0.5
  });
  const server = createServer((req, res) => {
    const target = restPathOf(req.url ?? '')!;
    gateway.handle(req, res, target.serviceId, target.restPath);
  });
  if (short) {
    gateway.attach(server, () => true);
  }
  return server;
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

const kinds: Record<string, () => Server> = {
  'gateway, short way': () => ours(true),
  'gateway, node:http': () => ours(false),
  'http-proxy-middleware': () => middleware(false),
  'http-proxy-middleware, keep-alive': () => middleware(true),
  'node:http': nodeHttp,
  undici
};
const server = kinds[kind]!();
server.keepAliveTimeout = 60_000;
server.listen(socketPath, () => process.stdout.write('ready\n'));
