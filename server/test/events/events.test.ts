import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { operations, type ServerMessage } from '@topsdl/contract';
import type { Client } from '@topsdl/client';
import { openSocket, startCompanion, type Companion } from '@topsdl/testing';
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { WebSocket } from 'ws';

const { admin: administration } = operations;

// Real processes on a machine that may have others to run.
jest.setTimeout(60_000);

let companion: Companion;
let admin: Client;
let token: string;

beforeAll(async () => {
  companion = await startCompanion();
  admin = await companion.admin();
  token = await companion.ownerToken();
}, 60_000);

afterAll(() => companion.stop());

const GIB = 1024 ** 3;
let specs = 0;
const change = async () =>
  (
    await admin.call(administration.createSpec, {
      body: {
        name: `spec ${++specs}`,
        model: '',
        cpu: 1,
        memoryBytes: GIB,
        cards: 0,
        cardResource: null,
        ib: false,
        roce: false
      }
    })
  ).id;

const changeOf = (id: string) => (message: ServerMessage) =>
  message.type === 'change' && message.event.id === id;

const seqOf = (message: ServerMessage) => (message.type === 'change' ? message.event.seq : 0);

test('a socket resumes where it was left, each event once and in order', async () => {
  const first = await openSocket(companion, token);
  const seen = await change();
  const seq = seqOf(await first.message(changeOf(seen)));
  first.close();
  const missed = [await change(), await change()];
  const second = await openSocket(companion, token, seq);
  const later = await change();
  await second.message(changeOf(later));
  const changes = second.messages.filter(({ type }) => type === 'change');
  expect(changes.map(m => (m.type === 'change' ? m.event.id : ''))).toEqual([...missed, later]);
  second.close();
});

test('it resumes across a restart of the companion', async () => {
  const socket = await openSocket(companion, token);
  const id = await change();
  const seq = seqOf(await socket.message(changeOf(id)));
  const missed = await change();
  await companion.kill();
  await companion.start();
  admin = await companion.admin();
  const resumed = await openSocket(companion, token, seq);
  await resumed.message(changeOf(missed));
  expect(resumed.messages.some(({ type }) => type === 'reset')).toBe(false);
  resumed.close();
}, 30_000);

test('it says that it lives, for those who could not tell silence from a broken wire', async () => {
  const socket = await openSocket(companion, token);
  await socket.message(({ type }) => type === 'alive');
  socket.close();
}, 120_000);

test('a number that is not known any more, or not yet, resets', async () => {
  const socket = await openSocket(companion, token, 999_999_999);
  const reset = await socket.message(({ type }) => type === 'reset');
  const id = await change();
  const next = await socket.message(changeOf(id));
  expect(seqOf(next)).toBeGreaterThan(reset.type === 'reset' ? reset.seq : Infinity);
  socket.close();
});

test('server-sent events carry the same, with ids to resume by', async () => {
  const headers = { Authorization: `Bearer ${token}`, Accept: 'text/event-stream' };
  const aborter = new AbortController();
  const read = async (response: Response, until: string) => {
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += decoder.decode(chunk, { stream: true });
      if (text.includes(until)) {
        return text;
      }
    }
    return text;
  };
  const stream = await companion.fetch('/events', { headers, signal: aborter.signal });
  expect(stream.headers.get('content-type')).toContain('text/event-stream');
  const id = await change();
  const text = await read(stream, id);
  expect(text).toMatch(/^event: welcome\n/);
  const last = /id: (\d+)\nevent: change\n/.exec(text)?.[1];
  expect(last).toBeDefined();
  const missed = await change();
  const resumed = await companion.fetch('/events', {
    headers: { ...headers, 'Last-Event-ID': last! },
    signal: aborter.signal
  });
  const again = await read(resumed, missed);
  expect(again).not.toContain(id);
  aborter.abort();
  const bad = await companion.fetch('/events?since=x', { headers });
  expect(bad.status).toBe(400);
});

test('nobody listens without a session or from another origin', async () => {
  const refused = async (headers: Record<string, string>) => {
    const socket = new WebSocket(`ws+unix:${companion.socket}:/ws`, { headers });
    const [, response] = (await once(socket, 'unexpected-response').catch(() => [])) as [
      unknown,
      { statusCode: number }
    ];
    return response.statusCode;
  };
  const bearer = { Authorization: `Bearer ${token}` };
  expect(await refused({})).toBe(401);
  expect(await refused({ Authorization: 'Bearer forged' })).toBe(401);
  expect(await refused({ ...bearer, Origin: 'https://evil.example' })).toBe(403);
  expect(await refused({ ...bearer, Origin: 'null' })).toBe(403);
  expect((await companion.fetch('/events')).status).toBe(401);
});

test('what is not of the protocol ends the socket, and only it', async () => {
  const bad = await openSocket(companion, token);
  bad.send({ type: 'subscribe', topic: 'x'.repeat(101) });
  expect(await bad.closed()).toBe(1008);
  const good = await openSocket(companion, token);
  good.send({ type: 'subscribe', topic: 'no.topic:01890a5d-ac96-774b-bcce-b302099a8057' });
  const end = await good.message(({ type }) => type === 'end');
  expect(end).toMatchObject({ problem: { code: 'not-found' } });
  good.close();
});

test('events about users are for administrators and for themselves', async () => {
  const socket = await openSocket(companion, token);
  const user = await admin.call(administration.createUser, {
    body: { name: 'watched', password: 'password', permissions: [] }
  });
  const marker = await change();
  await socket.message(changeOf(marker));
  expect(socket.messages.some(changeOf(user.id))).toBe(false);
  socket.close();
});

test('clients that never read are dropped, and others get on', async () => {
  const deaf: Socket[] = [];
  for (let i = 0; i < 20; i++) {
    const socket = connect(companion.socket);
    socket.pause();
    socket.on('error', () => {});
    socket.write(
      `GET /events?since=0 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`
    );
    deaf.push(socket);
  }
  const socket = await openSocket(companion, token);
  const id = await change();
  const began = performance.now();
  await socket.message(changeOf(id));
  expect(performance.now() - began).toBeLessThan(1000);
  deaf.forEach(each => each.destroy());
  socket.close();
});
