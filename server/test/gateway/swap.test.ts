import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { once } from 'node:events';
import { connect } from 'node:net';
import { WebSocket } from 'ws';
import { SERVICE, Stage, type Answer } from './stage.ts';

jest.setTimeout(60_000);

describe.each([
  ['the short way', true],
  ['node:http', false]
])('routing by %s', (_, short) => {
  const stage = new Stage(short);
  const replicas = ['a', 'b', 'c', 'd'];
  beforeAll(async () => {
    await stage.listen();
    await Promise.all(replicas.map(name => stage.replica(name)));
  });
  afterEach(() => {
    stage.gateway.remove(SERVICE);
  });
  afterAll(() => stage.close());

  /** Sends `count` requests, some at a time; says after each how many were answered. */
  async function load(
    count: number,
    together: number,
    method = 'POST',
    onAnswered: (answered: number) => void = () => undefined
  ): Promise<Answer[]> {
    const answers: Answer[] = [];
    let left = count;
    const worker = async (): Promise<void> => {
      while (left-- > 0) {
        answers.push(
          await stage.ask({ path: '/echo', method, ...(method === 'POST' ? { body: '{}' } : {}) })
        );
        onAnswered(answers.length);
      }
    };
    await Promise.all(Array.from({ length: together }, worker));
    return answers;
  }

  /** A load of 2,000 requests, and when a quarter of them has been answered. */
  function longLoad(method?: string): { answers: Promise<Answer[]>; inTheMiddle: Promise<void> } {
    const { promise: inTheMiddle, resolve } = Promise.withResolvers<void>();
    const answers = load(2000, 16, method, answered => answered === 500 && resolve());
    return { answers, inTheMiddle };
  }

  const roles = (answers: Answer[]): Record<string, number> => {
    const counted: Record<string, number> = {};
    for (const { headers, status } of answers) {
      const key = status === 200 ? String(headers['x-topsdl-version']) : String(status);
      counted[key] = (counted[key] ?? 0) + 1;
    }
    return counted;
  };

  test('2,000 requests are split exactly', async () => {
    stage.route(['a', 'b'], ['c'], 0.1);
    expect(roles(await load(2000, 16))).toEqual({ production: 1800, gray: 200 });
    const { totals } = stage.gateway.snapshot(SERVICE)!;
    expect(totals).toEqual({
      production: { requests: 1800, errors: 0 },
      gray: { requests: 200, errors: 0 }
    });
  });

  test('a request can insist on a version, and does not count for the split', async () => {
    stage.route(['a'], ['b'], 0.5);
    for (let i = 0; i < 5; i++) {
      expect((await stage.echo({ headers: { 'X-TopsDL-Version': 'gray' } })).name).toBe('b');
      expect((await stage.echo({ headers: { 'x-topsdl-version': 'production' } })).name).toBe('a');
    }
    expect(roles(await load(10, 1))).toEqual({ production: 5, gray: 5 });
  });

  test('what is not ready gets nothing', async () => {
    stage.route(['a', '!b'], ['!c'], 0.5);
    const names = new Set<string>();
    for (let i = 0; i < 20; i++) {
      names.add((await stage.echo()).name);
    }
    expect([...names]).toEqual(['a']);
    stage.route(['!a'], ['c'], 0);
    const answer = await stage.ask();
    expect(answer.status).toBe(503);
    expect(JSON.parse(answer.body.toString())).toMatchObject({ code: 'service-unavailable' });
    expect((await stage.ask({ headers: { 'X-TopsDL-Version': 'gray' } })).status).toBe(200);
  });

  test('replicas take turns, and a busy one is spared', async () => {
    stage.route(['a', 'b', 'c']);
    const counted: Record<string, number> = {};
    for (let i = 0; i < 30; i++) {
      const { name } = await stage.echo();
      counted[name] = (counted[name] ?? 0) + 1;
    }
    expect(counted).toEqual({ a: 10, b: 10, c: 10 });
    const slow = stage.ask({ path: '/sleep?ms=2000' });
    await stage.underWay(1);
    const others = new Set<string>();
    for (let i = 0; i < 12; i++) {
      others.add((await stage.echo()).name);
    }
    expect(others.size).toBe(2);
    expect(others).not.toContain((await slow).body.toString());
  });

  test('swapping again and again under load loses nothing and knows no third state', async () => {
    stage.route(['a', 'b'], ['c', 'd'], 0.1);
    let swaps = 0;
    const answers = await load(3000, 16, 'POST', answered => {
      if (answered % 20 === 0) {
        swaps++;
        if (swaps % 2 === 1) {
          stage.route(['c', 'd'], ['a', 'b'], 0.1, ['v2', 'v1']);
        } else {
          stage.route(['a', 'b'], ['c', 'd'], 0.1);
        }
      }
    });
    expect(swaps).toBe(150);
    expect(roles(answers)).toEqual({ production: 2700, gray: 300 });
  });

  test('a version that is removed ends its requests, and then is drained', async () => {
    stage.route(['a'], ['b'], 1);
    const slow = stage.ask({ path: '/sleep?ms=2000' });
    await stage.underWay(1);
    stage.route(['a']);
    let drained = false;
    const drain = stage.gateway.drained('v2').then(result => {
      drained = true;
      return result;
    });
    expect((await stage.echo()).name).toBe('a');
    expect(drained).toBe(false);
    expect((await slow).body.toString()).toBe('b');
    expect(await drain).toEqual({ cut: 0 });
    expect(await stage.gateway.drained('never there')).toEqual({ cut: 0 });
  });

  test('one replica of a version is drained, the others go on', async () => {
    stage.route(['a', 'b']);
    const slow = [1, 2].map(() => stage.ask({ path: '/sleep?ms=1000' }));
    await stage.underWay(2);
    stage.route(['b']);
    const start = performance.now();
    await stage.gateway.drained('v1', { endpoint: { socketPath: stage.socketOf('a') } });
    expect(performance.now() - start).toBeGreaterThan(100);
    expect((await Promise.all(slow)).map(answer => answer.status)).toEqual([200, 200]);
  });

  test('a drain that waits no longer cuts', async () => {
    stage.route(['a'], ['b'], 1);
    const slow = stage.ask({ path: '/hang' });
    await stage.underWay(1);
    stage.route(['a']);
    expect(await stage.gateway.drained('v2', { abortAfterMs: 50 })).toEqual({ cut: 1 });
    expect((await slow).status).toBe(503);
  });

  test('a replica that is killed in the middle of the load costs at most what it was working on', async () => {
    await stage.replica('victim');
    stage.route(['a', 'victim']);
    const { answers, inTheMiddle } = longLoad();
    await inTheMiddle;
    await stage.kill('victim');
    const counted = roles(await answers);
    const lost = counted['502'] ?? 0;
    expect(counted.production! + lost).toBe(2000);
    expect(lost).toBeLessThanOrEqual(16);
    // Those that come later do not notice.
    expect(roles(await load(300, 16))).toEqual({ production: 300 });
  });

  test('of reads, which may be done twice, not one is lost', async () => {
    await stage.replica('victim2');
    stage.route(['a', 'victim2']);
    await load(200, 16, 'GET');
    const { answers, inTheMiddle } = longLoad('GET');
    await inTheMiddle;
    await stage.kill('victim2');
    expect(roles(await answers)).toEqual({ production: 2000 });
  });

  test('a replica that is stopped after its drain costs nothing', async () => {
    await stage.replica('leaving');
    stage.route(['a', 'leaving']);
    const { answers, inTheMiddle } = longLoad();
    await inTheMiddle;
    stage.route(['a']);
    await stage.gateway.drained('v1', { endpoint: { socketPath: stage.socketOf('leaving') } });
    await stage.kill('leaving');
    expect(roles(await answers)).toEqual({ production: 2000 });
  });

  test('a gray version that cannot be reached costs nothing', async () => {
    stage.route(['a'], ['nobody'], 0.5);
    expect(roles(await load(100, 4))).toEqual({ production: 100 });
    expect((await stage.ask({ headers: { 'X-TopsDL-Version': 'gray' } })).status).toBe(502);
  });

  test('a request that kills its replica is not taken to the next one', async () => {
    await stage.replica('mortal1');
    await stage.replica('mortal2');
    stage.route(['mortal1', 'mortal2']);
    expect((await stage.ask({ path: '/die', body: '{}' })).status).toBe(502);
    expect((await stage.ask({ path: '/echo' })).status).toBe(200);
  });

  test('connections that the replica closed as idle are not noticed', async () => {
    stage.route(['a']);
    await load(16, 16);
    for (let i = 0; i < 3; i++) {
      await new Promise(resolve => setTimeout(resolve, 1000));
      expect(roles(await load(4, 4))).toEqual({ production: 4 });
    }
  });

  test('a WebSocket passes, and holds its version until it ends', async () => {
    stage.route(['a'], ['b'], 1);
    const socket = new WebSocket(`ws+unix://${stage.socketPath}:/services/${SERVICE}/ws?x=1`, {
      headers: { Cookie: 'secret=1', Authorization: 'Bearer secret' }
    });
    const [hello] = (await once(socket, 'message')) as [Buffer];
    const seen = JSON.parse(String(hello)) as { name: string; url: string; headers: object };
    expect(seen).toMatchObject({ name: 'b', url: '/ws?x=1' });
    expect(Object.keys(seen.headers)).not.toEqual(expect.arrayContaining(['cookie']));
    expect(Object.keys(seen.headers)).not.toEqual(expect.arrayContaining(['authorization']));
    const big = Buffer.alloc(3_000_000, 7);
    socket.send(big);
    const [echo] = (await once(socket, 'message')) as [Buffer];
    expect(echo.equals(big)).toBe(true);
    stage.route(['a']);
    let drained = false;
    const drain = stage.gateway.drained('v2').then(() => (drained = true));
    socket.send('still here');
    expect(String((await once(socket, 'message'))[0])).toBe('still here');
    expect(drained).toBe(false);
    socket.close();
    await drain;
  });

  test('an upgrade that the replica or the gateway refuses', async () => {
    stage.route(['a']);
    const plain = await stage.raw(
      `GET /services/${SERVICE}/ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h9\r\n\r\n`
    );
    expect(plain).toMatch(/^HTTP\/1.1 400 [^]*Invalid Upgrade header/);
    stage.route(['!a']);
    const none = await stage.raw(
      `GET /services/${SERVICE}/ HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`
    );
    expect(none).toMatch(/^HTTP\/1.1 503 /);
  });
});

test('connections that are closed as idle while requests come are not used', async () => {
  const stage = await new Stage(true, { timeouts: { idleMs: 1 } }).listen();
  await stage.replica('a');
  stage.route(['a']);
  const until = performance.now() + 4000;
  const statuses = new Set<number>();
  const worker = async (pause: number): Promise<void> => {
    while (performance.now() < until) {
      statuses.add((await stage.ask({ path: '/echo', body: '{}' })).status);
      await new Promise(resolve => setTimeout(resolve, pause));
    }
  };
  await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(worker));
  expect([...statuses]).toEqual([200]);
  await stage.close();
});

test('a table that cannot be served is refused', () => {
  const { gateway } = new Stage(false);
  const production = { versionId: 'v1', backends: [] };
  const base = { serviceId: SERVICE, production, gray: null, grayShare: 0 };
  const remote = { versionId: 'v1', backends: [{ host: '10.0.0.1', port: 80, ready: true }] };
  expect(() => gateway.apply(SERVICE, { ...base, grayShare: 2 })).toThrow(/grayShare/);
  expect(() => gateway.apply(SERVICE, { ...base, gray: production })).toThrow(/same version/);
  expect(() => gateway.apply(SERVICE, { ...base, production: null, gray: production })).toThrow(
    /needs/
  );
  expect(() => gateway.apply(SERVICE, { ...base, production: remote })).toThrow(/loopback/);
});

test('closing lets the request under way end', async () => {
  const stage = await new Stage(true).listen();
  await stage.replica('a');
  stage.route(['a']);
  const idle = connect(stage.socketPath);
  await once(idle, 'connect');
  const slow = stage.ask({ path: '/sleep?ms=1000' });
  await stage.underWay(1);
  stage.server.close();
  stage.gateway.close();
  await once(idle.resume(), 'close');
  expect((await slow).body.toString()).toBe('a');
  await stage.close();
});
