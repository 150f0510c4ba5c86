import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { SERVICE, Stage } from './stage.ts';

// Slow machines are slow at moving tens of megabytes.
jest.setTimeout(60_000);

describe.each([
  ['the short way', true],
  ['node:http', false]
])('forwarding by %s', (_, short) => {
  const stage = new Stage(short);
  beforeAll(async () => {
    await stage.listen();
    await stage.replica('a');
    stage.route(['a']);
  });
  afterAll(() => stage.close());

  test('method, path, query, fields and body arrive', async () => {
    const seen = await stage.echo({
      path: '/predict/%E4%BD%A0?x=1&y=%20',
      method: 'PUT',
      headers: { 'Content-Type': 'text/plain', 'X-Custom': 'a, b' },
      body: 'hello'
    });
    expect(seen).toMatchObject({
      name: 'a',
      method: 'PUT',
      url: '/predict/%E4%BD%A0?x=1&y=%20',
      body: 'hello'
    });
    expect(seen.headers).toMatchObject({
      host: 'localhost',
      'content-type': 'text/plain',
      'x-custom': 'a, b',
      'x-forwarded-prefix': `/services/${SERVICE}`,
      'x-forwarded-host': 'localhost',
      'x-forwarded-proto': 'http',
      'x-forwarded-for': '127.0.0.1'
    });
  });

  test.each([
    ['', '/'],
    ['?a=1', '/?a=1'],
    ['/', '/'],
    ['/../x', '/../x'],
    ['//x', '//x']
  ])('below the service %p is %p', async (path, url) => {
    expect((await stage.echo({ path })).url).toBe(url);
  });

  test('what belongs to the platform or to this hop does not reach the replica', async () => {
    const { headers } = await stage.echo({
      headers: {
        Authorization: 'Bearer secret',
        Cookie: 'topsdl-x=secret; _xsrf=y',
        'X-TopsDL-Client': 'lab',
        'X-XSRFToken': 'y',
        'Proxy-Authorization': 'Basic x',
        'Proxy-Connection': 'keep-alive',
        TE: 'trailers',
        Connection: 'keep-alive, X-Hop',
        'X-Hop': 'ends here',
        Forwarded: 'for=evil',
        'X-Stays': 'yes'
      }
    });
    delete headers.connection;
    expect(Object.keys(headers).sort()).toEqual([
      'host',
      'via',
      'x-forwarded-for',
      'x-forwarded-host',
      'x-forwarded-prefix',
      'x-forwarded-proto',
      'x-stays'
    ]);
  });

  test('what Jupyter’s proxy says about the hops before is passed on', async () => {
    const { headers } = await stage.echo({
      headers: {
        'X-Forwarded-For': '10.1.2.3',
        'X-Forwarded-Proto': 'https',
        'X-Forwarded-Host': 'lab.example',
        'X-Forwarded-Prefix': '/user/li/topsdl/'
      }
    });
    expect(headers).toMatchObject({
      'x-forwarded-for': '10.1.2.3',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'lab.example',
      'x-forwarded-prefix': `/user/li/topsdl/services/${SERVICE}`
    });
  });

  test('a response may not act for the platform', async () => {
    const answer = await stage.ask({ path: '/cookies' });
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(answer.headers['strict-transport-security']).toBeUndefined();
    expect(answer.headers['x-hop']).toBeUndefined();
    expect(answer.headers['x-stays']).toBe('yes');
    expect(answer.headers['x-topsdl-version']).toBe('production');
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(answer.headers['content-security-policy']).toBe(
      "default-src 'self', sandbox allow-scripts allow-forms allow-popups allow-downloads"
    );
    expect(answer.body.toString()).toBe('ok');
  });

  test.each([200, 204, 304, 404, 500])('status %p', async code => {
    const answer = await stage.ask({ path: `/status?code=${code}&etag=1` });
    expect(answer.status).toBe(code);
    expect(answer.headers.etag).toBe('"x"');
    expect(answer.body).toHaveLength(0);
  });

  test('HEAD has the length and no body', async () => {
    const answer = await stage.ask({ method: 'HEAD', path: '/big?bytes=131072&length=1' });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-length']).toBe('131072');
    expect(answer.body).toHaveLength(0);
    expect((await stage.echo()).name).toBe('a');
  });

  test('a body in pieces of unknown length comes as it is written', async () => {
    const answer = await stage.ask({ path: '/pieces' });
    expect(answer.body.toString()).toBe('one,two,three');
    expect(answer.headers['transfer-encoding']).toBe('chunked');
  });

  test.each([
    ['with its length', '&length=1'],
    ['in chunks', '']
  ])('a big body comes whole %s', async (_how, length) => {
    const answer = await stage.ask({ path: `/big?bytes=${48 * 1024 * 1024}${length}` });
    expect(answer.body).toHaveLength(48 * 1024 * 1024);
    expect(answer.body.every(byte => byte === 98)).toBe(true);
  });

  test.each([1, 1000, 8 * 1024, 8 * 1024 + 1, 64 * 1024, 64 * 1024 + 1, 20 * 1024 * 1024])(
    'a body of %p bytes arrives whole',
    async size => {
      const body = randomBytes(size);
      const sha256 = createHash('sha256').update(body).digest('hex');
      const known = await stage.ask({ path: '/upload', body });
      expect(JSON.parse(known.body.toString())).toMatchObject({ length: size, sha256 });
      const chunked = await stage.ask({
        path: '/upload',
        body,
        headers: { 'Transfer-Encoding': 'chunked' }
      });
      expect(JSON.parse(chunked.body.toString())).toMatchObject({ length: size, sha256 });
    }
  );

  test('a body that comes byte by byte', async () => {
    const text = await stage.raw(
      `POST /services/${SERVICE}/upload HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\nConnection: close\r\n\r\nabc`,
      { after: 50, bytes: 'def' }
    );
    expect(text).toMatch(/^HTTP\/1.1 200 /);
    expect(text).toContain('"length":6');
  });

  test('a client that waits for 100 Continue is told to go on, or refused', async () => {
    for (const [path, size, status] of [
      ['/upload', 10, 200],
      ['/upload', 100_000, 200],
      ['/refuse-body', 100_000, 413]
    ] as const) {
      const req = request({
        socketPath: stage.socketPath,
        path: `/services/${SERVICE}${path}`,
        method: 'POST',
        headers: { Expect: '100-continue', 'Content-Length': size }
      });
      let proceeded = false;
      req.on('continue', () => {
        proceeded = true;
        req.end(Buffer.alloc(size));
      });
      req.flushHeaders();
      const [res] = (await once(req, 'response')) as [IncomingMessage];
      res.resume();
      await once(res, 'end');
      expect(res.statusCode).toBe(status);
      // node:http as a replica proceeds whatever the handler thinks of it.
      expect(proceeded || status === 413).toBe(true);
      req.destroy();
    }
  });

  test('a slow reader holds the replica back', async () => {
    const before = process.memoryUsage().rss;
    const socket = connect(stage.socketPath);
    socket.write(
      `GET /services/${SERVICE}/big?bytes=${256 * 1024 * 1024} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`
    );
    await once(socket, 'readable');
    await new Promise(resolve => setTimeout(resolve, 300));
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
    let length = 0;
    socket.on('data', chunk => (length += chunk.length));
    await once(socket, 'close');
    expect(length).toBeGreaterThan(256 * 1024 * 1024);
  });

  test('a client that goes away ends the request at the replica', async () => {
    const socket = connect(stage.socketPath);
    socket.write(`GET /services/${SERVICE}/hang HTTP/1.1\r\nHost: x\r\n\r\n`);
    await stage.underWay(1);
    await stage.said('a', 'hanging');
    const before = stage.gateway.snapshot(SERVICE)!.totals.production;
    socket.destroy();
    await stage.said('a', 'client gone');
    expect(stage.gateway.snapshot(SERVICE)!.totals.production).toEqual(before);
    await stage.underWay(0);
  });

  test('a response that breaks off is seen to break off', async () => {
    await expect(stage.ask({ path: '/half' })).rejects.toThrow();
    expect((await stage.echo()).name).toBe('a');
  });

  test('a replica that does not answer in time', async () => {
    const hasty = await new Stage(short, { timeouts: { firstByteMs: 500 } }).listen();
    await hasty.replica('a');
    hasty.route(['a']);
    const answer = await hasty.ask({ path: '/hang', headers: { 'Accept-Language': 'zh-CN' } });
    expect(answer.status).toBe(504);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(JSON.parse(answer.body.toString())).toMatchObject({
      code: 'backend-timeout',
      status: 504,
      detail: '副本响应超时。'
    });
    await hasty.close();
  });

  test('many requests on one connection, written at once', async () => {
    const line = (i: number): string =>
      `GET /services/${SERVICE}/${i} HTTP/1.1\r\nHost: x\r\n${i === 19 ? 'Connection: close\r\n' : ''}\r\n`;
    const text = await stage.raw(Array.from({ length: 20 }, (_unused, i) => line(i)).join(''));
    const urls = [...text.matchAll(/"url":"\/(\d+)"/g)].map(match => Number(match[1]));
    expect(urls).toEqual(Array.from({ length: 20 }, (_unused, i) => i));
  });

  test('requests to the server itself are not touched, on the same connection', async () => {
    const text = await stage.raw(
      `GET /services/${SERVICE}/1 HTTP/1.1\r\nHost: x\r\n\r\n` +
        `POST /api/things HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc` +
        `GET /services/${SERVICE}/2 HTTP/1.1\r\nHost: x\r\n\r\n` +
        'GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
    );
    expect(text).toMatch(/"url":"\/1".*own POST \/api\/things.*"url":"\/2".*own GET \/health/s);
  });

  test('an unknown service, and a version that is none', async () => {
    const unknown = await stage.raw(
      'GET /services/01900000-0000-7000-8000-00000000ffff/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
    );
    expect(unknown).toMatch(/^HTTP\/1.1 404 /);
    const answer = await stage.ask({ headers: { 'X-TopsDL-Version': 'blue' } });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body.toString())).toMatchObject({ field: 'header.X-TopsDL-Version' });
  });
});
