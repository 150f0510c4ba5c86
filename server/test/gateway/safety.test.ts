import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { ChunkedDecoder } from '../../src/gateway/chunked.ts';
import { BadHead, HeadFields } from '../../src/gateway/head.ts';
import { SERVICE, Stage } from './stage.ts';

jest.setTimeout(60_000);

const stage = new Stage(true);
beforeAll(async () => {
  await stage.listen();
  await stage.replica('a');
  stage.route(['a']);
});
afterAll(() => stage.close());

const line = `POST /services/${SERVICE}/upload HTTP/1.1\r\nHost: x\r\n`;

describe('a request that two programs may read differently is refused', () => {
  test.each([
    [
      'both lengths',
      'Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /evil HTTP/1.1\r\n\r\n'
    ],
    [
      'both lengths, the other way',
      'Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n5c\r\nGPOST / HTTP/1.1\r\n'
    ],
    ['two lengths', 'Content-Length: 3\r\nContent-Length: 30\r\n\r\nabc'],
    ['a list of lengths', 'Content-Length: 3, 30\r\n\r\nabc'],
    ['a signed length', 'Content-Length: +3\r\n\r\nabc'],
    ['a hexadecimal length', 'Content-Length: 0x3\r\n\r\nabc'],
    ['an unknown coding', 'Transfer-Encoding: xchunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n'],
    ['a coding twice', 'Transfer-Encoding: chunked, chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n'],
    ['a coding with a vertical tab', 'Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n'],
    ['a space before the colon', 'Content-Length : 3\r\n\r\nabc'],
    ['a folded line', 'X-A: b\r\n Content-Length: 3\r\n\r\nabc'],
    ['a bare carriage return', 'X-A: b\rContent-Length: 3\r\n\r\nabc'],
    ['a NUL', 'X-A: \0b\r\nContent-Length: 3\r\n\r\nabc'],
    ['a name that is none', 'X A: b\r\n\r\n'],
    ['an empty name', ': b\r\n\r\n']
  ])('%s', async (_, rest) => {
    const text = await stage.raw(`${line}${rest.replace('\r\n', '\r\nConnection: close\r\n')}`);
    expect(text).toMatch(/^(HTTP\/1.1 400 [^]*)?$/);
    expect(text).not.toContain('evil');
    expect(text.match(/HTTP\/1.1/g)?.length ?? 0).toBeLessThanOrEqual(1);
  });

  test.each([
    ['an absolute URI', `GET http://169.254.169.254/services/${SERVICE}/ HTTP/1.1\r\nHost: x\r\n`],
    ['CONNECT', 'CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: x\r\n'],
    ['TRACE', `TRACE /services/${SERVICE}/ HTTP/1.1\r\nHost: x\r\n`],
    ['a path around the service', `GET /services/${SERVICE}x/ HTTP/1.1\r\nHost: x\r\n`],
    ['no Host', `GET /services/${SERVICE}/ HTTP/1.1\r\n`],
    ['bare line feeds', `GET /services/${SERVICE}/ HTTP/1.1\nHost: x\nConnection: close\n\n`]
  ])('%s does not reach a replica', async (_, head) => {
    const text = await stage.raw(`${head}Connection: close\r\n\r\n`);
    expect(text).not.toContain('"name":"a"');
  });

  test('a second Host is not passed on', async () => {
    const text = await stage.raw(
      `GET /services/${SERVICE}/ HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n`
    );
    expect(text).not.toMatch(/"host":"(a|b)"/);
  });

  test('what is refused by the short check goes through the whole one', async () => {
    const answer = await stage.ask({ headers: { Authorization: 'Bearer unknown' } });
    expect(answer.headers['x-topsdl-version']).toBe('production');
  });

  test('what follows a wish to change protocols is not taken for a request', async () => {
    let seen = '';
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const replica = createServer(socket => {
      socket.on('data', chunk => {
        seen += String(chunk);
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
      });
      socket.on('close', () => resolve());
    }).listen(stage.socketOf('plain'));
    await once(replica, 'listening');
    stage.route(['plain']);
    const text = await stage.raw(
      `GET /services/${SERVICE}/ HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n` +
        'GET /evil HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n'
    );
    await ended;
    replica.close();
    stage.route(['a']);
    expect(text).toMatch(/^HTTP\/1.1 200 /);
    expect(seen).toContain('upgrade: other');
    expect(seen).not.toContain('evil');
  });

  test('heads beyond the limit are refused', async () => {
    const text = await stage.raw(`${line}X-A: ${'a'.repeat(70_000)}\r\n\r\n`);
    expect(text).toMatch(/^HTTP\/1.1 431 /);
  });

  test('afterwards everything still works', async () => {
    expect((await stage.echo()).name).toBe('a');
  });
});

describe('a replica that answers nonsense', () => {
  test.each([
    ['no HTTP', 'SSH-2.0-OpenSSH\r\n\r\n'],
    [
      'both lengths',
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'
    ],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!'],
    ['a bare line feed', 'HTTP/1.1 200 OK\r\nX: a\nSet-Cookie: x=1\r\n\r\n'],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
    ['an upgrade nobody asked for', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n'],
    [
      'a head without end',
      `HTTP/1.1 200 OK\r\n${'X-A: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n'.repeat(2000)}`
    ],
    ['nothing', '']
  ])('%s is a 502', async (name, raw) => {
    const replica = name.replaceAll(' ', '-');
    await stage.replica(replica, raw);
    stage.route([replica], [], 0, [replica, 'v2']);
    const answer = await stage.ask();
    expect(answer.status).toBe(502);
    expect(JSON.parse(answer.body.toString())).toMatchObject({ code: 'backend-failed' });
  });

  test.each([
    ['HTTP/1.0 without a length', 'HTTP/1.0 200 OK\r\n\r\nall of it', 'all of it'],
    ['a status line without a reason', 'HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok', 'ok'],
    [
      'an interim response first',
      'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
      'ok'
    ],
    [
      'chunks with extensions and trailers',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\nok\r\n0\r\nX-T: 1\r\n\r\n',
      'ok'
    ],
    [
      'more than it announced',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil',
      'ok'
    ]
  ])('%s is understood', async (name, raw, body) => {
    const replica = name.replaceAll(/[^a-z]/g, '');
    await stage.replica(replica, raw);
    stage.route([replica], [], 0, [replica, 'v2']);
    expect((await stage.ask()).body.toString()).toBe(body);
  });

  test('a chunk that is malformed cuts the response', async () => {
    const raw = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\nzz\r\n';
    await stage.replica('cut', raw);
    stage.route(['cut'], [], 0, ['cut', 'v2']);
    await expect(stage.ask()).rejects.toThrow();
  });
});

test('chunks are put together however they are cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
      (pieces, cuts) => {
        const wire = Buffer.concat([
          ...pieces.flatMap(piece => [
            Buffer.from(`${piece.length.toString(16)}\r\n`),
            piece,
            Buffer.from('\r\n')
          ]),
          Buffer.from('0\r\n\r\nnext')
        ]);
        const decoder = new ChunkedDecoder();
        const out: Buffer[] = [];
        let at = 0;
        let turn = 0;
        while (!decoder.done && at < wire.length) {
          const end = Math.min(wire.length, at + cuts[turn++ % cuts.length]!);
          at = decoder.read(wire, at, end, (from, to) =>
            out.push(Buffer.from(wire.subarray(from, to)))
          );
        }
        expect(decoder.done).toBe(true);
        expect(wire.subarray(at).toString()).toBe('next');
        expect(Buffer.concat(out).equals(Buffer.concat(pieces))).toBe(true);
      }
    )
  );
});

test('no bytes whatever make the reader of heads do anything but read or refuse', () => {
  const fields = new HeadFields();
  const part = fc.constantFrom(
    'content-length',
    'Connection',
    ': ',
    ':',
    '\r\n',
    '\n',
    '\r',
    ' ',
    '5',
    'chunked',
    'é',
    '\0',
    'x'
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 40 }), parts => {
      const bytes = Buffer.from(`\r\n${parts.join('')}\r\n\r\n`, 'latin1');
      try {
        expect(fields.read(bytes, 2, bytes.length)).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(BadHead);
        return;
      }
      expect(fields.end).toBe(bytes.indexOf('\r\n\r\n') + 4);
      for (let i = 0; i < fields.count; i++) {
        const value = bytes.toString('latin1', fields.valueStart[i]!, fields.valueEnd[i]!);
        expect(value).not.toMatch(/[\r\n\0]/);
      }
    })
  );
});
