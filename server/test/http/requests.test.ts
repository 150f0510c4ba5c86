import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { operations } from '@topsdl/contract';
import { startCompanion, type Companion } from '@topsdl/testing';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

// Real processes on a machine that may have others to run.
jest.setTimeout(60_000);

let companion: Companion;
let bearer: string;
let cookie: string;

beforeAll(async () => {
  companion = await startCompanion();
  bearer = await companion.ownerToken();
  const response = await companion.fetch('/api/account/owner-session', {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      'X-Forwarded-Prefix': '/base/topsdl',
      'X-Forwarded-Host': 'lab.example:8888',
      'X-Forwarded-Proto': 'https'
    },
    body: JSON.stringify({ secret: companion.secret })
  });
  cookie = response.headers.get('set-cookie') ?? '';
}, 60_000);

afterAll(() => companion.stop());

const post = (path: string, headers: Record<string, string>, body = '{"name":"a token"}') =>
  companion.fetch(path, { method: 'POST', headers, body });

const json = { 'Content-Type': 'application/json' };
const code = async (response: Response) => {
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  return `${response.status} ${((await response.json()) as { code: string }).code}`;
};

test('the cookie is for scripts out of reach and for this path alone', () => {
  expect(cookie).toMatch(/^topsdl-[0-9a-f]{12}=/);
  for (const attribute of ['Path=/base/topsdl/', 'HttpOnly', 'SameSite=Strict', 'Secure']) {
    expect(cookie).toContain(attribute);
  }
});

test('a cookie alone changes nothing', async () => {
  const sent = cookie.split(';')[0]!;
  const lab = { ...json, Cookie: sent, 'X-Forwarded-Host': 'lab.example:8888' };
  const refused: Record<string, string>[] = [
    {},
    { 'X-TopsDL-Client': 'topsdl', Origin: 'https://evil.example' },
    { 'X-TopsDL-Client': 'topsdl', Origin: 'null' },
    { 'X-TopsDL-Client': 'topsdl', 'Sec-Fetch-Site': 'cross-site' }
  ];
  for (const headers of refused) {
    expect(await code(await post('/api/account/tokens', { ...lab, ...headers }))).toBe(
      '403 csrf-refused'
    );
  }
  const own = { 'X-TopsDL-Client': 'topsdl', Origin: 'https://lab.example:8888' };
  expect((await post('/api/account/tokens', { ...lab, ...own })).status).toBe(201);
  expect(
    (await companion.fetch('/api/account/session', { headers: { Cookie: sent } })).status
  ).toBe(200);
  const planted = { Cookie: `${sent}; ${sent.split('=')[0]}=planted` };
  expect(await code(await companion.fetch('/api/account/session', { headers: planted }))).toBe(
    '401 not-signed-in'
  );
  expect(
    await code(await post('/api/account/tokens', { ...lab, ...own, 'Content-Type': 'text/plain' }))
  ).toBe('415 wrong-content-type');
});

test('a bad body is a problem with the field at fault, in the reader’s language', async () => {
  const headers = { ...json, Authorization: `Bearer ${bearer}` };
  const response = await post(
    '/api/account/tokens',
    { ...headers, 'Accept-Language': 'zh-CN,zh;q=0.9,en;q=0.8' },
    JSON.stringify({ name: 'a/b', expiresInDays: 0, extra: true, more: 1 })
  );
  expect(response.status).toBe(400);
  const problem = (await response.json()) as {
    detail: string;
    fields: { field: string; code: string; detail: string }[];
  };
  expect(problem.detail).toBe('部分字段无效。');
  expect(problem.fields.map(({ field, code: rule, detail }) => [field, rule, detail])).toEqual([
    ['body.name', 'rule.name', '1–50 个字符，不能全为空白，且不能包含 / : * ? " < > | \' \\'],
    ['body.expiresInDays', 'rule.minimum', '不能小于 1。'],
    ['body.extra', 'rule.unknownField', '未知字段。'],
    ['body.more', 'rule.unknownField', '未知字段。']
  ]);
});

test('bodies are bounded in size, depth and form', async () => {
  const headers = { ...json, Authorization: `Bearer ${bearer}` };
  const send = async (body: string) => code(await post('/api/account/tokens', headers, body));
  expect(await send(`{"name":"${'x'.repeat(1024 * 1024)}"}`)).toBe('413 too-large');
  expect(await send('['.repeat(100_000))).toBe('400 malformed-json');
  expect(await send('{"name":')).toBe('400 malformed-json');
  expect(await send('{"name":"a","__proto__":{"polluted":1}}')).toBe('400 invalid');
  expect(await send('')).toBe('400 malformed-json');
  expect(await send('{"name":"\\ud83d"}')).toBe('400 malformed-json');
  expect((await post('/api/account/tokens', headers, '{"name":"\\ud83d\\udd11"}')).status).toBe(
    201
  );
});

test('unknown addresses, methods and parameters', async () => {
  const headers = { Authorization: `Bearer ${bearer}` };
  const get = async (path: string, method = 'GET') =>
    code(await companion.fetch(path, { method, headers }));
  expect(await get('/api/nothing')).toBe('404 not-found');
  expect(await get('/nothing')).toBe('404 not-found');
  expect(await get('/api/account/session', 'PUT')).toBe('405 method-not-allowed');
  expect(await get('/api/datasets/sample-archive', 'PATCH')).toBe('405 method-not-allowed');
  expect(await get('/api/projects?sort=owner.password')).toBe('400 invalid');
  expect(await get('/api/projects?limit=5&limit=6')).toBe('400 invalid');
  expect(await get('/api/projects?limit=0')).toBe('400 invalid');
  expect(await get('/api/projects?cursor=bm9uc2Vuc2U')).toBe('400 bad-cursor');
  const elsewhere = Buffer.from('["another list","x"]').toString('base64url');
  expect(await get(`/api/projects?cursor=${elsewhere}`)).toBe('404 bad-cursor');
  expect(await get('/api/projects/%ff')).toBe('404 not-found');
  expect(await get('/api/projects/1')).toBe('400 invalid');
});

test('an offer of HTTP/2 takes nothing from a request', async () => {
  const body = '{"name":"of a client with other wishes"}';
  const socket = connect(companion.socket);
  socket.write(
    `POST /api/account/tokens HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${bearer}\r\n` +
      'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAAAA\r\n' +
      `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  );
  const [first] = (await once(socket, 'data')) as [Buffer];
  expect(String(first)).toMatch(/^HTTP\/1.1 201 /);
  socket.destroy();
});

test('every answer has the headers that keep browsers from guessing', async () => {
  for (const path of ['/api/projects', '/api/nothing', '/health', '/openapi.json', '/nothing']) {
    const { headers } = await companion.fetch(path);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('access-control-allow-origin')).toBeNull();
  }
});

test.each([
  ['is declared', 'Content-Length: 3000000', (text: string) => text],
  [
    'comes in pieces',
    'Transfer-Encoding: chunked',
    (text: string) => `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`
  ]
])(
  'who sends too much, which %s, can read why before all is sent, and after',
  async (_, header, framed) => {
    const socket = connect(companion.socket);
    const lines = createInterface({ input: socket });
    const body = Buffer.from(framed('x'.repeat(3_000_000)));
    const head = `POST /api/account/tokens HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${bearer}\r\nContent-Type: application/json\r\n${header}\r\n\r\n`;
    const statuses: string[] = [];
    try {
      socket.write(head);
      socket.write(body.subarray(0, 2_000_000));
      for await (const line of lines) {
        // The second answer begins where the body of the first one ends.
        const status = /HTTP\/1\.1 (\d+)/.exec(line)?.[1];
        if (status === undefined) {
          continue;
        }
        if (statuses.push(status) === 2) {
          break;
        }
        socket.write(body.subarray(2_000_000));
        socket.write('GET /health HTTP/1.1\r\nHost: x\r\n\r\n');
      }
    } finally {
      socket.destroy();
    }
    expect(statuses).toEqual(['413', '200']);
  }
);

/** What comes back for bytes that no HTTP client would send. */
const sendRaw = (bytes: string): Promise<string> =>
  new Promise(resolve => {
    const socket = connect(companion.socket);
    let text = '';
    socket.on('data', data => (text += data.toString()));
    socket.on('close', () => resolve(text));
    socket.on('error', () => {});
    socket.write(bytes);
  });

test.each([
  [
    'a head that never ends',
    431,
    'head-too-large',
    `GET /health HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(100_000)}`
  ],
  ['what is not HTTP', 400, 'malformed-request', 'GET /health HTTP/1.1\r\nHost x\r\n\r\n'],
  [
    'an upgrade that nobody serves',
    404,
    'not-found',
    'GET /health HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n'
  ]
])('%s is refused with a problem', async (_, status, code, bytes) => {
  const answer = await sendRaw(bytes);
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(head).toContain('Content-Type: application/problem+json');
  expect(head).toContain('X-Content-Type-Options: nosniff');
  expect(head).toContain(`Content-Length: ${Buffer.byteLength(body)}`);
  expect(JSON.parse(body)).toMatchObject({ status, code });
});

test('secrets are in no log', async () => {
  await companion.client().call(operations.account.signIn, {
    body: { name: 'admin', password: companion.adminPassword }
  });
  await post('/api/account/sessions', json, '{"name":"admin","password":"guessed-secret"}');
  for (const secret of [bearer, companion.secret, companion.adminPassword, 'guessed-secret']) {
    expect(companion.stderr).not.toContain(secret);
  }
});
