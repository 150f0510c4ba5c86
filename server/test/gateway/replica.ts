import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createRawServer } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { WebSocketServer } from 'ws';

/**
 * A real replica in a process of its own: `node replica.ts <socket> <name> [raw response]`. With a raw
 * response it answers every request with these very bytes and closes.
 */
const [socketPath, name, raw] = process.argv.slice(2);

async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const url = new URL(req.url ?? '/', 'http://localhost');
  const number = (key: string): number => Number(url.searchParams.get(key) ?? 0);
  switch (url.pathname) {
    case '/big': {
      const piece = Buffer.alloc(64 * 1024, 'b');
      const count = number('bytes') / piece.length;
      res.writeHead(
        200,
        url.searchParams.has('length') ? { 'content-length': number('bytes') } : {}
      );
      await pipeline(
        Readable.from(
          (function* () {
            for (let i = 0; i < count; i++) {
              yield piece;
            }
          })()
        ),
        res
      );
      return;
    }
    case '/upload': {
      const hash = createHash('sha256');
      let length = 0;
      for await (const chunk of req as AsyncIterable<Buffer>) {
        hash.update(chunk);
        length += chunk.length;
      }
      res.end(JSON.stringify({ name, length, sha256: hash.digest('hex') }));
      return;
    }
    case '/refuse-body':
      res.writeHead(413, { 'content-type': 'text/plain' });
      res.end('too large');
      return;
    case '/status':
      res.writeHead(number('code'), url.searchParams.has('etag') ? { etag: '"x"' } : {});
      res.end();
      return;
    case '/pieces':
      res.write('one,');
      setTimeout(() => res.write('two,'), 20);
      setTimeout(() => res.end('three'), 40);
      return;
    case '/sleep':
      setTimeout(() => res.end(name), number('ms'));
      return;
    case '/half':
      res.writeHead(200, { 'content-length': 1000 });
      res.write('half');
      setTimeout(() => res.destroy(), 20);
      return;
    case '/die':
      process.exit(1);
      return;
    case '/hang':
      process.stdout.write('hanging\n');
      req.socket.on('close', () => process.stdout.write('client gone\n'));
      return;
    case '/cookies':
      res.writeHead(
        200,
        [
          ['Set-Cookie', 'a=1'],
          ['Set-Cookie', 'b=2'],
          ['Connection', 'X-Hop'],
          ['X-Hop', 'ends here'],
          ['X-Stays', 'yes'],
          ['X-TopsDL-Version', 'lies'],
          ['Strict-Transport-Security', 'max-age=1'],
          ['Content-Security-Policy', "default-src 'self'"]
        ].flat()
      );
      res.end('ok');
      return;
    default: {
      let body = '';
      for await (const chunk of req as AsyncIterable<Buffer>) {
        body += chunk.toString('latin1');
      }
      const { method, headers } = req;
      res.setHeader('content-type', 'application/json');
      res.end(JSON.stringify({ name, method, url: req.url, headers, body }));
    }
  }
}

if (raw === undefined) {
  const server = createServer((req, res) => {
    answer(req, res).catch(() => res.destroy());
  });
  server.keepAliveTimeout = 3000;
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket, req) => {
    socket.send(JSON.stringify({ name, url: req.url, headers: req.headers }));
    socket.on('message', (data, isBinary) => socket.send(data as Buffer, { binary: isBinary }));
  });
  server.listen(socketPath, () => process.stdout.write('ready\n'));
} else {
  createRawServer(socket => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () => socket.end(Buffer.from(raw, 'latin1')));
  }).listen(socketPath, () => process.stdout.write('ready\n'));
}
