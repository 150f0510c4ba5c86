/**
 * What the suite adds to JupyterLab's start: the JavaScript of its extensions that a browser loads before
 * anything is clicked, each file compressed by itself as a server would send it.
 *
 *   node benchmarks/startup/measure.mjs http://127.0.0.1:8888/lab [LIMIT]
 *
 * Prints one line of JSON; ends with status 1 above the limit (bytes of gzip, 60000 unless given).
 */
import { existsSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';

const [address, limit = '60000'] = process.argv.slice(2);
if (!address) {
  console.error('usage: measure.mjs ADDRESS-OF-JUPYTERLAB [LIMIT]');
  process.exit(2);
}
const executablePath = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(existsSync);
const browser = await chromium.launch({
  ...(executablePath && { executablePath }),
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage']
});
try {
  const page = await browser.newPage();
  const bodies = new Map();
  page.on('response', response => {
    const file = /\/extensions\/(@topsdl\/[^?]+\.js)/.exec(response.url())?.[1];
    if (file) {
      bodies.set(file, response.body());
    }
  });
  await page.goto(address);
  await page.locator('.topsdl-Status-dot.topsdl-mod-good').waitFor({ timeout: 120_000 });
  // The status bar has its figures: all that is loaded by itself has been asked for.
  await page.waitForLoadState('networkidle').catch(() => undefined);
  const files = await Promise.all(
    [...bodies].map(async ([file, body]) => [file, gzipSync(await body, { level: 9 }).length])
  );
  const bytes = files.reduce((sum, [, size]) => sum + size, 0);
  console.log(JSON.stringify({ files: files.length, bytes, limit: Number(limit) }));
  process.exitCode = files.length > 0 && bytes <= Number(limit) ? 0 : 1;
} finally {
  await browser.close();
}
