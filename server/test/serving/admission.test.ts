import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createClient, type Client } from '@topsdl/client';
import { operations } from '@topsdl/contract';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import {
  Agent,
  createServer,
  request,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse
} from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Agent as FetchAgent, fetch as fetchOver } from 'undici';
import type { App } from '../../src/app.ts';
import { createCompanion } from '../../src/companion.ts';
import { readConfig } from '../../src/config.ts';
import type { Feature } from '../../src/feature.ts';
import { features } from '../../src/features/index.ts';
import { Admissions } from '../../src/features/serving/admission.ts';
import { trafficMount } from '../../src/features/serving/traffic.ts';
import { DataDirectory } from '../../src/files/layout.ts';
import { createGateway } from '../../src/gateway/index.ts';

const SERVICE = '01900000-0000-7000-8000-000000000001';
const HOST = 'jupyter.example.org:8888';

const data = mkdtempSync(join(tmpdir(), 'topsdl-admission-'));
const socketPath = join(data, 'c.sock');
const replica = createServer(answer);
let app: App;
let admin: Client;
let projectId: string;
/** Requests that node:http has read: those that did not take the short way. */
let long = 0;
let people = 0;

/** Streams go on for ever; everything else is answered with what came. */
function answer(req: IncomingMessage, res: ServerResponse): void {
  if (req.url === '/stream') {
    res.write('first');
    return;
  }
  req.resume().on('end', () => res.end(JSON.stringify(req.headers)));
}

beforeAll(async () => {
  replica.on('upgrade', (_req, socket) => {
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n'
    );
  });
  replica.listen(join(data, 'replica.sock'));
  const gateway = createGateway();
  gateway.apply(SERVICE, {
    serviceId: SERVICE,
    production: {
      versionId: 'v',
      backends: [{ socketPath: join(data, 'replica.sock'), ready: true }]
    },
    gray: null,
    grayShare: 0
  });
  const services: Feature = {
    name: 'serving',
    register(made) {
      const callers = {
        access: made.access,
        authenticator: made.authenticator,
        projectOf: (id: string) => (id === SERVICE ? { projectId } : undefined)
      };
      const admissions = new Admissions(callers);
      made.http.mount('services', trafficMount(callers, admissions, gateway));
      made.http.onServer((server: Server) => {
        gateway.attach(server, credentials => admissions.admits(credentials));
        server.on('request', (req: IncomingMessage) => {
          long += req.url?.startsWith('/services') ? 1 : 0;
        });
      });
      made.access.live.onRecheck(() => gateway.recheck());
      made.life.onStop('gateway', () => gateway.close());
    }
  };
  app = await createCompanion({
    options: { data },
    config: readConfig(join(data, 'config.toml'), {}),
    files: new DataDirectory(data),
    log: pino({ level: 'silent' }),
    features: [
      ...features.filter(({ name }) => ['account', 'projects', 'admin'].includes(name)),
      services
    ]
  });
  await app.http.listen({ path: socketPath }, true);
  const password = readFileSync(app.files.file('admin-password'), 'utf8').trim();
  admin = client((await signIn('admin', password)).token);
  projectId = (await admin.call(operations.projects.list, { query: {} })).items[0]!.id;
}, 60_000);

afterAll(async () => {
  await app.life.stop();
  replica.closeAllConnections();
  replica.close();
  rmSync(data, { recursive: true, force: true });
});

beforeEach(() => {
  long = 0;
});

function client(token?: string): Client {
  const dispatcher = new FetchAgent({ connect: { socketPath } });
  return createClient({
    baseUrl: 'http://localhost/',
    headers: () => (token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    fetch: (input, init) =>
      fetchOver(input as string, { ...init, dispatcher } as never) as unknown as Promise<Response>
  });
}

async function signIn(name: string, password: string): Promise<{ token: string }> {
  return client().call(operations.account.signIn, { body: { name, password } });
}

/** Somebody with a session, in the project. */
async function person() {
  const name = `person ${++people}`;
  const { id } = await admin.call(operations.admin.createUser, {
    body: { name, password: 'password', permissions: ['platform'] }
  });
  await setMembers([...members(), id]);
  const { token } = await signIn(name, 'password');
  return { id, name, token, cookie: `${app.authenticator.cookieName}=${token}` };
}

function members(): string[] {
  return app.db.sqlite
    .prepare<[string], string>('SELECT user_id FROM project_members WHERE project_id = ?')
    .pluck()
    .all(projectId);
}

async function setMembers(memberIds: string[]): Promise<void> {
  await admin.call(operations.projects.update, { params: { projectId }, body: { memberIds } });
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Requests over one connection, as a browser behind Jupyter's proxy makes them. */
class Browser {
  readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });

  async ask(
    headers: Record<string, string | string[]>,
    { method = 'GET', body = '' } = {}
  ): Promise<Answer> {
    const req = request({
      socketPath,
      agent: this.agent,
      method,
      path: `/services/${SERVICE}/predict`,
      headers: {
        'X-Forwarded-Host': HOST,
        ...(body === '' ? {} : { 'Content-Length': String(body.length) }),
        ...headers
      }
    });
    req.end(body);
    const [res] = (await once(req, 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of res) {
      text += String(chunk);
    }
    return { status: res.statusCode!, headers: res.headers, body: text };
  }
}

describe('what comes with a session or a token', () => {
  test('a page’s requests take the short way, and their cookie ends here', async () => {
    const { cookie } = await person();
    const browser = new Browser();
    for (const origin of [`http://${HOST}`, `https://${HOST}`]) {
      const page = {
        Cookie: cookie,
        Origin: origin,
        'Sec-Fetch-Site': 'same-origin',
        'X-TopsDL-Client': 'lab'
      };
      for (const method of ['GET', 'POST', 'DELETE']) {
        const { status, body } = await browser.ask(page, {
          method,
          body: method === 'POST' ? 'x' : ''
        });
        expect(status).toBe(200);
        expect(JSON.parse(body)).not.toHaveProperty('cookie');
        expect(JSON.parse(body)).not.toHaveProperty('x-topsdl-client');
      }
    }
    expect(long).toBe(0);
  });

  test('a program’s requests do, too; its token counts alone', async () => {
    const { token, cookie } = await person();
    const browser = new Browser();
    const authorization = { Authorization: `Bearer ${token}` };
    expect((await browser.ask(authorization, { method: 'POST', body: 'x' })).status).toBe(200);
    expect(long).toBe(0);
    const wrong = { Authorization: 'Bearer nobody', Cookie: cookie };
    expect((await browser.ask(wrong)).status).toBe(401);
  });

  test.each<[string, Record<string, string | string[]>, string, number]>([
    ['nothing', {}, 'GET', 401],
    ['a change without the client’s field', { Cookie: '$' }, 'POST', 403],
    ['a change with an empty one', { Cookie: '$', 'X-TopsDL-Client': '' }, 'POST', 403],
    [
      'a page elsewhere',
      { Cookie: '$', 'X-TopsDL-Client': 'lab', Origin: 'http://evil.example' },
      'POST',
      403
    ],
    [
      'a page of another port',
      { Cookie: '$', 'X-TopsDL-Client': 'lab', Origin: 'http://jupyter.example.org' },
      'POST',
      403
    ],
    [
      'a frame without an origin',
      { Cookie: '$', 'X-TopsDL-Client': 'lab', Origin: 'null' },
      'POST',
      403
    ],
    [
      'another site',
      { Cookie: '$', 'X-TopsDL-Client': 'lab', 'Sec-Fetch-Site': 'cross-site' },
      'PUT',
      403
    ],
    [
      'a sibling site',
      { Cookie: '$', 'X-TopsDL-Client': 'lab', 'Sec-Fetch-Site': 'same-site' },
      'DELETE',
      403
    ],
    [
      'two origins',
      { Cookie: '$', 'X-TopsDL-Client': 'lab', Origin: [`http://${HOST}`, 'http://evil.example'] },
      'POST',
      403
    ],
    ['two sessions', { Cookie: '$; @=planted' }, 'GET', 401],
    ['two fields of cookies', { Cookie: ['$', '@=planted'] }, 'GET', 401],
    ['another instance’s cookie', { Cookie: 'topsdl-000000000000=$' }, 'GET', 401]
  ])('%s is refused, whatever was admitted before', async (_, headers, method, status) => {
    const { cookie } = await person();
    const browser = new Browser();
    expect((await browser.ask({ Cookie: cookie })).status).toBe(200);
    const fill = (value: string) =>
      value.replace('$', cookie).replace('@', app.authenticator.cookieName);
    const filled = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.map(fill) : fill(value)
      ])
    );
    expect((await browser.ask(filled, { method })).status).toBe(status);
  });
});

describe('what ends access ends it for the very next request', () => {
  type Person = Awaited<ReturnType<typeof person>>;
  const endings: Record<string, [(who: Person) => Promise<unknown>, number]> = {
    'signing out': [({ token }) => client(token).call(operations.account.signOut, {}), 401],
    'a new password': [
      ({ id }) =>
        admin.call(operations.admin.updateUser, {
          params: { userId: id },
          body: { password: 'password2' }
        }),
      401
    ],
    'the user’s deletion': [
      ({ id }) => admin.call(operations.admin.deleteUser, { params: { userId: id } }),
      401
    ],
    'leaving the project': [
      async ({ id }) => setMembers(members().filter(member => member !== id)),
      404
    ],
    'losing the permission': [
      ({ id }) =>
        admin.call(operations.admin.updateUser, {
          params: { userId: id },
          body: { permissions: ['label'] }
        }),
      403
    ]
  };

  test.each(Object.entries(endings))('%s', async (_, [end, status]) => {
    for (const by of ['cookie', 'bearer'] as const) {
      const who = await person();
      const browser = new Browser();
      const headers: Record<string, string> =
        by === 'cookie' ? { Cookie: who.cookie } : { Authorization: `Bearer ${who.token}` };
      for (let i = 0; i < 3; i++) {
        expect((await browser.ask(headers)).status).toBe(200);
      }
      await end(who);
      expect((await browser.ask(headers)).status).toBe(status);
    }
  });

  test('a session that expires', async () => {
    const { cookie, id } = await person();
    const browser = new Browser();
    const until = Date.now() + 400;
    app.db.sqlite.prepare('UPDATE sessions SET expires_at = ? WHERE user_id = ?').run(until, id);
    expect((await browser.ask({ Cookie: cookie })).status).toBe(200);
    while (Date.now() <= until) {
      await browser.ask({ Cookie: cookie });
    }
    expect((await browser.ask({ Cookie: cookie })).status).toBe(401);
  });

  test.each([
    ['an answer that streams, on the short way', 'stream', ''],
    [
      'an answer that streams, by node:http',
      'stream',
      'Expect: 100-continue\r\nContent-Length: 0\r\n'
    ],
    ['a WebSocket', 'ws', 'Connection: Upgrade\r\nUpgrade: echo\r\n']
  ])('%s is cut', async (_, path, fields) => {
    const { cookie, token } = await person();
    const socket = connect(socketPath);
    socket.on('error', () => undefined);
    socket.write(
      `GET /services/${SERVICE}/${path} HTTP/1.1\r\nHost: ${HOST}\r\nCookie: ${cookie}\r\n${fields}\r\n`
    );
    let text = '';
    for await (const chunk of socket) {
      text += String(chunk);
      if (text.includes('first') || text.includes(' 101 ')) {
        break;
      }
    }
    expect(text).toMatch(/ (200|101) /);
    const other = connect(socketPath);
    other.on('error', () => undefined);
    other.write(
      `GET /services/${SERVICE}/${path} HTTP/1.1\r\nHost: ${HOST}\r\nCookie: ${cookie}\r\n${fields}\r\n`
    );
    await once(other, 'data');
    await client(token).call(operations.account.signOut, {});
    other.resume();
    await once(other, 'close');
  });
});
