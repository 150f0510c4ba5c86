import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startCompanion, type Companion } from '@topsdl/testing';
import { adapt } from '../../src/features/netron/page.ts';
import { withPython } from '../training/python.ts';

let companion: Companion;
let authorization: string;

beforeAll(async () => {
  companion = await startCompanion(withPython());
  authorization = `Bearer ${await companion.ownerToken()}`;
}, 60_000);

afterAll(() => companion?.stop(), 60_000);

const fetch = (path: string, headers: Record<string, string> = { authorization }) =>
  companion.fetch(path, { headers, redirect: 'manual' });

test('the page neither calls out nor expires, and asks for no consent', async () => {
  const page = await fetch('/netron/?url=x&identifier=model.onnx', {
    authorization,
    'x-forwarded-prefix': '/user/topsdl'
  });
  expect(page.status).toBe(200);
  const html = await page.text();
  expect(html).toContain('<meta name="version" content="0.0.0">');
  expect(html).not.toMatch(/<meta name="date"/);
  expect(page.headers.get('set-cookie')).toBe(
    'consent=1; Path=/user/topsdl/netron/; SameSite=Strict'
  );
  const policy = page.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("connect-src 'self'");
  expect(policy).toContain("frame-ancestors 'self'");
  expect(policy).not.toMatch(/https?:|\*|unsafe-eval/);
});

test('only files of the application are served, to those who are signed in', async () => {
  const script = await fetch('/netron/index.js');
  expect(script.status).toBe(200);
  expect(script.headers.get('content-type')).toContain('text/javascript');
  expect((await fetch('/netron/index.html', {})).status).toBe(401);
  expect((await fetch('/netron?url=x')).headers.get('location')).toBe('netron/?url=x');
  for (const path of [
    '/netron/__init__.py',
    '/netron/..%2f..%2fetc%2fpasswd',
    '/netron/../secret',
    '/netron/%2e%2e/secret',
    '/netron//etc/passwd',
    '/netron/nothing.js',
    '/netron/index.js%00.html'
  ]) {
    expect([path, (await fetch(path)).status]).toEqual([path, 404]);
  }
});

test('adapts nothing but what it names', () => {
  const html =
    '<meta charset="utf-8">\n<meta name="version" content="9.3.3">\n' +
    '<meta name="date" content="2026-10-23 19:50:08">\n<title>Netron</title>';
  expect(adapt(html)).toBe(
    '<meta charset="utf-8">\n<meta name="version" content="0.0.0">\n<title>Netron</title>'
  );
});
