import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tryService, type Answer } from '../src/trying.ts';

let address = '';
let stream: ServerResponse | undefined;
const server = createServer((req, res) => {
  res.setHeader('X-TopsDL-Version', 'gray');
  res.setHeader('Content-Type', 'text/plain');
  if (req.url === '/stream') {
    stream = res;
    res.write('data: 数');
  } else {
    res.end(req.url === '/json' ? '{"label":7}' : 'x'.repeat(100_000));
  }
});

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => server.close());

async function last(path: string): Promise<Answer | undefined> {
  let answer: Answer | undefined;
  await tryService(`${address}${path}`, {}, seen => (answer = seen));
  return answer;
}

test('an answer says who gave it, and JSON is laid out', async () => {
  const answer = await last('/json');
  expect(answer).toMatchObject({ status: 200, role: 'gray', text: '{\n  "label": 7\n}' });
});

test('of a long answer the beginning is shown', async () => {
  const { text = '' } = (await last('/long')) ?? {};
  expect(text.endsWith('x\n…')).toBe(true);
  expect(text.length).toBeLessThan(70_000);
});

test('an answer is shown as it comes, and can be left', async () => {
  const controller = new AbortController();
  const { promise: came, resolve } = Promise.withResolvers<string>();
  const answers = tryService(
    `${address}/stream`,
    { signal: controller.signal },
    ({ text }) => text !== '' && resolve(text)
  );
  expect(await came).toBe('data: 数');
  controller.abort();
  await expect(answers).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
  stream?.end();
});
