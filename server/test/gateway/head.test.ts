import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BadHead, HeadFields } from '../../src/gateway/head.ts';
import { ResponseHead } from '../../src/gateway/response.ts';
import { ShortRequest } from '../../src/gateway/short.ts';

const SERVICE = '01900000-0000-7000-8000-000000000001';

/** What a reader of heads says of bytes: nothing, the fields with their values, or that they are bad. */
function fieldsOf(bytes: Buffer, end: number): string[] | 'incomplete' | 'bad' {
  const fields = new HeadFields();
  try {
    if (!fields.read(bytes, 0, end)) {
      return 'incomplete';
    }
  } catch (error) {
    expect(error).toBeInstanceOf(BadHead);
    return 'bad';
  }
  return Array.from({ length: fields.count }, (_, i) =>
    bytes.toString('latin1', fields.nameStart[i], fields.valueEnd[i])
  );
}

test('nothing behind the end is looked at, and no head is complete before it is', () => {
  const head = Buffer.from('Host: x\r\nContent-Length: 3\r\nX-A:  b \r\nConnection: close\r\n\r\n');
  fc.assert(
    fc.property(fc.nat(head.length), fc.uint8Array({ maxLength: 12 }), (cut, behind) => {
      const bytes = Buffer.concat([head.subarray(0, cut), behind]);
      expect(fieldsOf(bytes, cut)).toEqual(
        cut < head.length
          ? 'incomplete'
          : ['Host: x', 'Content-Length: 3', 'X-A:  b', 'Connection: close']
      );
    })
  );
});

test('one reader reads many heads, and takes nothing over from one to the next', () => {
  const fields = new HeadFields();
  const read = (text: string): boolean => fields.read(Buffer.from(text), 0, text.length);
  expect(read('A: b\r\nHost: a\r\nHost: b\r\nConnection: close\r\nContent-Length: 5\r\n\r\n')).toBe(
    true
  );
  expect([fields.repeated, fields.close, fields.contentLength]).not.toEqual([0, false, -1]);
  expect(() => read('Host: a\r\nTransfer-Encoding: no\r\n\r\n')).toThrow(BadHead);
  expect(read('Accept: c\r\n\r\n')).toBe(true);
  expect([fields.count, fields.repeated, fields.close, fields.contentLength]).toEqual([
    1,
    0,
    false,
    -1
  ]);
  expect([...fields.first]).toEqual(Array.from({ length: 32 }, () => 0));
});

test.each([
  ['timeout=5', 5],
  ['Timeout=72, max=100', 72],
  ['max=100, timeout=12', 12],
  ['timeout=1234567', 123456],
  ['timeout=', -1],
  ['timeout', -1],
  ['max=5', -1],
  ['timeout = 5', -1]
])('Keep-Alive: %s', (value, seconds) => {
  const bytes = Buffer.from(
    `HTTP/1.1 200 OK\r\nKeep-Alive: ${value}\r\nContent-Length: 0\r\n\r\n5555`
  );
  const head = new ResponseHead();
  expect(head.read(bytes, 0, bytes.length, false)).toBe(bytes.length - 4);
  expect(head.keepAliveSeconds(bytes)).toBe(seconds);
});

test('the short way takes the lines of requests to services, and no others', () => {
  const plain = new RegExp(
    `^(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) /services/${SERVICE}(/[!"$-~]*|\\?[!"$-~]*)? HTTP/1\\.1$`
  );
  const request = new ShortRequest();
  const part = fc.constantFrom(
    '/',
    '?',
    'a',
    '#',
    ' ',
    '%20',
    'é',
    '\t',
    '\r',
    '\n',
    '\0',
    '"',
    '~'
  );
  const odd = fc.constantFrom('', ' ', 'GET', 'get', 'TRACE', 'POST', 'HTTP/1.0', 'HTTP/1.1', 'x');
  const usually = (value: string) => fc.oneof({ weight: 8, arbitrary: fc.constant(value) }, odd);
  const line = fc
    .tuple(
      usually('GET'),
      usually(' '),
      usually('/services/'),
      usually(SERVICE),
      fc.array(part, { maxLength: 6 }),
      usually(' '),
      usually('HTTP/1.1')
    )
    .map(([method, ...rest]) => method + rest.flat().join(''));
  fc.assert(
    fc.property(line, text => {
      const bytes = Buffer.from(`${text}\r\nHost: x\r\n\r\n`, 'latin1');
      expect(request.read(bytes)).toBe(plain.test(text));
    }),
    { numRuns: 1000 }
  );
});

test('the short way asks for what the request asks for, whichever service was asked before', () => {
  const request = new ShortRequest();
  const other = SERVICE.replaceAll('0', 'f');
  for (const id of [SERVICE, SERVICE, other, SERVICE]) {
    const bytes = Buffer.from(`GET /services/${id}?a HTTP/1.1\r\nHost: x\r\n\r\n`);
    expect(request.read(bytes)).toBe(true);
    expect(request.serviceId).toBe(id);
  }
  expect(
    request.read(Buffer.from(`GET /services/${SERVICE.slice(1)} HTTP/1.1\r\nHost: x\r\n\r\n`))
  ).toBe(false);
  expect(request.read(Buffer.from(`GET /services/${SERVICE}`))).toBe(false);
});
