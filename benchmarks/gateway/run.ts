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
 *     node --conditions=topsdl-source benchmarks/gateway/run.ts [rounds] [requests a round]
 */
const [rounds = 5, requests = 8000] = process.argv.slice(2).map(Number);
const CONNECTIONS = 32;
const SERVICE = '01900000-0000-7000-8000-000000000001';
/** Clock ticks a second of /proc/<pid>/stat; 100 on every Linux that Node runs on. */
const TICKS = 100;

const here = dirname(fileURLToPath(import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'topsdl-gateway-'));
const children: ChildProcess[] = [];

function node(script: string, ...args: string[]): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    ['--conditions=topsdl-source', join(here, script), ...args],
    { stdio: ['ignore', 'pipe', 'inherit'] }
  );
  children.push(child);
  return new Promise((resolve, reject) => {
    child.stdout.once('data', () => resolve(child));
    child.once('exit', code => reject(new Error(`${script} ${args[0]} ended with ${code}`)));
  });
}

/** CPU seconds of a process and its children that live. */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  let ticks = Number(fields[11]) + Number(fields[12]);
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const kids = readFileSync(`/proc/${pid}/task/${task}/children`, 'latin1').trim();
    for (const kid of kids === '' ? [] : kids.split(' ')) {
      ticks += cpuSeconds(Number(kid)) * TICKS;
    }
  }
  return ticks / TICKS;
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

const common =
  'Host: localhost\r\nUser-Agent: load\r\nAccept: */*\r\nAuthorization: Bearer 0123456789\r\n';
const body = JSON.stringify({ image: 'x'.repeat(1000) });
const loads = {
  'GET, 200 bytes back': `GET /services/${SERVICE}/predict?a=1 HTTP/1.1\r\n${common}\r\n`,
  'POST 1 kB, 200 bytes back': `POST /services/${SERVICE}/predict HTTP/1.1\r\n${common}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
};

const median = (values: number[]): number =>
  values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

try {
  const backends = [0, 1].map(i => join(scratch, `b${i}.sock`));
  for (const path of backends) {
    await node('backend.ts', path);
  }
  const proxies = new Map<string, { pid: number; socket: string }>();
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
    const child = await node('proxy.ts', kind, socket, SERVICE, ...backends);
    proxies.set(kind, { pid: child.pid!, socket });
  }
  const found = spawnSync('sh', ['-c', 'command -v nginx || ls /usr/sbin/nginx']).stdout.toString();
  if (found.trim() !== '') {
    const socket = join(scratch, 'n.sock');
    const child = await nginx(found.trim(), socket, backends);
    proxies.set('nginx', { pid: child.pid!, socket });
  }
  for (const [name, text] of Object.entries(loads)) {
    const request = Buffer.from(text);
    const rate = new Map<string, number[]>();
    const latency = new Map<string, number[]>();
    const failed = new Map<string, number>();
    for (let round = 0; round <= rounds; round++) {
      for (const [kind, { pid, socket }] of proxies) {
        const before = cpuSeconds(pid);
        const result = await run({
          socketPath: socket,
          request,
          requests,
          connections: CONNECTIONS
        });
        const spent = cpuSeconds(pid) - before;
        failed.set(kind, (failed.get(kind) ?? 0) + result.failed);
        // The first round warms the compilers up.
        if (round > 0) {
          rate.set(kind, [...(rate.get(kind) ?? []), requests / spent]);
          latency.set(kind, [
            ...(latency.get(kind) ?? []),
            result.latencies[Math.floor(result.latencies.length / 2)]!
          ]);
        }
      }
    }
    const peer = median(rate.get('http-proxy-middleware')!);
    const kept = median(rate.get('http-proxy-middleware, keep-alive')!);
    console.log(`\n${name}; ${rounds} rounds of ${requests} requests, ${CONNECTIONS} connections`);
    console.log('  requests per proxy CPU second   × hpm   × hpm keep-alive   p50 ms   failed');
    for (const kind of proxies.keys()) {
      const value = median(rate.get(kind)!);
      console.log(
        `  ${kind.padEnd(34)}${value.toFixed(0).padStart(7)}${(value / peer).toFixed(2).padStart(8)}` +
          `${(value / kept).toFixed(2).padStart(12)}${median(latency.get(kind)!).toFixed(2).padStart(14)}` +
          `${String(failed.get(kind)).padStart(8)}`
      );
      if (kind.startsWith('gateway') && failed.get(kind)! > 0) {
        process.exitCode = 1;
      }
    }
  }
} finally {
  for (const child of children) {
    child.kill();
  }
  rmSync(scratch, { recursive: true, force: true });
}
