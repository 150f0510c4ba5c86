import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './load.ts';

/**
 * How many requests a proxy forwards with a second of its CPU: the gateway of this product, its peers
 * and nginx, one after another in each round, to the same replicas with the same load.
 *
 *     node --conditions=topsdl-source benchmarks/gateway/run.ts [rounds] [requests a round] [load]
 *
 * A load is meant by the beginning of its name, such as `'GET by a b'`; without one all are run.
 */
const [rounds = 5, most = 12_000] = process.argv.slice(2, 4).map(Number);
const CONNECTIONS = 32;
const SERVICE = '01900000-0000-7000-8000-000000000001';
/** Requests before the rounds that count, for compilers to warm up. */
const WARM = 24_000;

const here = dirname(fileURLToPath(import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'topsdl-gateway-'));
const children: ChildProcess[] = [];
process.once('exit', () => {
  for (const child of children) {
    child.kill();
  }
  rmSync(scratch, { recursive: true, force: true });
});
process.once('SIGINT', () => process.exit(1));
process.once('SIGTERM', () => process.exit(1));

/** @returns the process, and what it says once it is ready */
function node(
  script: string,
  ...args: string[]
): Promise<{ child: ChildProcess; said: { token?: string; cookie?: string } }> {
  const child = spawn(
    process.execPath,
    ['--conditions=topsdl-source', join(here, script), ...args],
    { stdio: ['ignore', 'pipe', 'inherit'] }
  );
  children.push(child);
  return new Promise((resolve, reject) => {
    child.stdout.once('data', (line: Buffer) =>
      resolve({ child, said: JSON.parse(line.toString()) as object })
    );
    child.once('exit', code => reject(new Error(`${script} ${args[0]} ended with ${code}`)));
  });
}

/** Seconds that the threads of a process and its children, as far as they live, have run. */
function cpuSeconds(pid: number): number {
  let seconds = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const of = (name: string) => readFileSync(`/proc/${pid}/task/${task}/${name}`, 'latin1').trim();
    // In nanoseconds; /proc/<pid>/stat counts in hundredths of a second, too coarse for a round.
    seconds += Number(of('schedstat').split(' ', 1)[0]) / 1e9;
    const children = of('children');
    for (const child of children === '' ? [] : children.split(' ')) {
      seconds += cpuSeconds(Number(child));
    }
  }
  return seconds;
}

/** nginx with keep-alive to the replicas, one worker, no access log. */
async function nginx(program: string, socket: string, backends: string[]): Promise<ChildProcess> {
  const conf = join(scratch, 'nginx.conf');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map(name => `${name}_temp_path ${scratch}/${name};`)
    .join(' ');
  writeFileSync(
    conf,
    `daemon off; ${process.getuid?.() === 0 ? 'user root;' : ''} worker_processes 1; pid ${scratch}/nginx.pid; error_log ${scratch}/error.log;
events { worker_connections 1024; }
http {
  access_log off; ${temporary} keepalive_requests 1000000;
  upstream replicas { ${backends.map(path => `server unix:${path};`).join(' ')} keepalive 64; keepalive_requests 1000000; }
  server {
    listen unix:${socket};
    location /services/${SERVICE}/ {
      proxy_pass http://replicas/; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header Authorization "";
    }
  }
}`
  );
  const child = spawn(program, ['-c', conf, '-p', scratch, '-e', `${scratch}/error.log`], {
    stdio: ['ignore', 'ignore', 'inherit']
  });
  children.push(child);
  for (let i = 0; i < 100 && !existsSync(socket); i++) {
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  return child;
}

const body = (bytes: number) => JSON.stringify({ image: 'x'.repeat(bytes) });

/** A request as a program writes it, with a token. */
function fromProgram(bytes: number, token: string): string {
  return message(bytes, [
    'Host: localhost',
    'User-Agent: load',
    'Accept: */*',
    `Authorization: Bearer ${token}`
  ]);
}

/** The same from a page in JupyterLab, as Jupyter's proxy passes it on. */
function fromBrowser(bytes: number, token: string, cookie: string): string {
  const host = 'jupyter.example.org:8888';
  return message(bytes, [
    'Host: localhost',
    'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
    'Accept: application/json, text/plain, */*',
    'Accept-Encoding: gzip, deflate, br, zstd',
    'Accept-Language: zh-CN,zh;q=0.9,en;q=0.8',
    `Referer: http://${host}/lab/tree/Start%20here.ipynb`,
    'Sec-Fetch-Dest: empty',
    'Sec-Fetch-Mode: cors',
    'Sec-Fetch-Site: same-origin',
    `Cookie: ${cookie}=${token}`,
    'X-TopsDL-Client: lab',
    `X-XSRFToken: 2|5f3c9a1e|${'0'.repeat(32)}|1790000000`,
    'X-Forwarded-For: 10.1.2.3',
    `X-Forwarded-Host: ${host}`,
    'X-Forwarded-Proto: http',
    'X-Forwarded-Prefix: /topsdl',
    ...(bytes > 0 ? [`Origin: http://${host}`] : [])
  ]);
}

/** @param bytes of a body; 0 makes it a GET */
function message(bytes: number, fields: readonly string[]): string {
  const line = `${bytes > 0 ? 'POST' : 'GET'} /services/${SERVICE}/predict?a=1 HTTP/1.1`;
  const content = bytes > 0 ? body(bytes) : '';
  const described = ['Content-Type: application/json', `Content-Length: ${content.length}`];
  return [line, ...fields, ...(bytes > 0 ? described : []), '', content].join('\r\n');
}

interface Load {
  /** Of the requests of a round. */
  readonly share: number;
  readonly request: (token: string, cookie: string) => string;
}

const loads: Record<string, Load> = {
  'GET by a program': { share: 1, request: token => fromProgram(0, token) },
  'POST 1 kB by a program': { share: 1, request: token => fromProgram(1000, token) },
  'GET by a browser': { share: 1, request: (token, cookie) => fromBrowser(0, token, cookie) },
  'POST 1 kB by a browser': {
    share: 1,
    request: (token, cookie) => fromBrowser(1000, token, cookie)
  },
  'POST 200 kB by a browser': {
    share: 1 / 4,
    request: (token, cookie) => fromBrowser(200_000, token, cookie)
  }
};
const [only] = process.argv.slice(4);

const median = (values: number[]): number =>
  values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

const backends = [0, 1].map(i => join(scratch, `b${i}.sock`));
for (const path of backends) {
  await node('backend.ts', path);
}
const proxies = new Map<string, { pid: number; socket: string; token: string; cookie: string }>();
const kinds = [
  'gateway, short way',
  'gateway, node:http',
  'http-proxy-middleware',
  'http-proxy-middleware, keep-alive',
  'node:http',
  'undici'
];
for (const [index, kind] of kinds.entries()) {
  const socket = join(scratch, `p${index}.sock`);
  const { child, said } = await node('proxy.ts', kind, socket, SERVICE, ...backends);
  const { token = '0'.repeat(54), cookie = 'topsdl-000000000000' } = said;
  proxies.set(kind, { pid: child.pid!, socket, token, cookie });
}
const found = spawnSync('sh', ['-c', 'command -v nginx || ls /usr/sbin/nginx']).stdout.toString();
if (found.trim() !== '') {
  const socket = join(scratch, 'n.sock');
  const child = await nginx(found.trim(), socket, backends);
  const secrets = { token: '0'.repeat(54), cookie: 'topsdl-000000000000' };
  proxies.set('nginx', { pid: child.pid!, socket, ...secrets });
} else {
  console.log('nginx is not installed, and not measured: apt-get install nginx-light');
}
for (const [name, load] of Object.entries(loads)) {
  if (only !== undefined && !name.startsWith(only)) {
    continue;
  }
  const requests = Math.round(most * load.share);
  const rate = new Map<string, number[]>();
  const busy = new Map<string, number[]>();
  const latency = new Map<string, number[]>();
  const failed = new Map<string, number>();
  const warm = Math.round(WARM * load.share);
  for (let round = 0; round <= rounds; round++) {
    for (const [kind, { pid, socket, token, cookie }] of proxies) {
      const request = Buffer.from(load.request(token, cookie));
      const before = cpuSeconds(pid);
      const result = await run({
        socketPath: socket,
        request,
        requests: round === 0 ? warm : requests,
        connections: CONNECTIONS
      });
      const spent = cpuSeconds(pid) - before;
      failed.set(kind, (failed.get(kind) ?? 0) + result.failed);
      if (round > 0) {
        rate.set(kind, [...(rate.get(kind) ?? []), requests / spent]);
        busy.set(kind, [...(busy.get(kind) ?? []), (100 * spent) / result.seconds]);
        latency.set(kind, [
          ...(latency.get(kind) ?? []),
          result.latencies[Math.floor(result.latencies.length / 2)]!
        ]);
      }
    }
  }
  const peer = median(rate.get('http-proxy-middleware')!);
  const kept = median(rate.get('http-proxy-middleware, keep-alive')!);
  console.log(
    `\n${name}, 200 bytes back; ${rounds} rounds of ${requests} requests, ${CONNECTIONS} connections`
  );
  // A proxy that is seldom busy waits for the load and the replicas, and pays for waking up more often.
  console.log(
    '  requests per proxy CPU second   × hpm   × hpm keep-alive   busy %   p50 ms   failed'
  );
  for (const kind of proxies.keys()) {
    const value = median(rate.get(kind)!);
    console.log(
      `  ${kind.padEnd(34)}${value.toFixed(0).padStart(7)}${(value / peer).toFixed(2).padStart(8)}` +
        `${(value / kept).toFixed(2).padStart(12)}${median(busy.get(kind)!).toFixed(0).padStart(14)}` +
        `${median(latency.get(kind)!).toFixed(2).padStart(9)}` +
        `${String(failed.get(kind)).padStart(8)}`
    );
    if (kind.startsWith('gateway') && failed.get(kind)! > 0) {
      process.exitCode = 1;
    }
  }
}
// The replicas and proxies would go on for ever.
process.exit();
