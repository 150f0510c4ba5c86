import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from '@playwright/test';
import type { TopsOptions } from './fixtures.ts';

/** Where screenshots and reports go: outside the tree, unless told otherwise, and in a directory of each user's own. */
const artifacts = (process.env['TOPSDL_UI_ARTIFACTS'] ??= join(
  tmpdir(),
  `topsdl-ui-artifacts-${userInfo().uid}`
));
const port = (process.env['TOPSDL_UI_PORT'] ??= String(18800 + (process.pid % 1000)));
const data = (process.env['TOPSDL_UI_DATA'] ??= mkdtempSync(join(tmpdir(), 'topsdl-ui-')));
const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync
);

/** Languages and themes in which every screen is looked at; the last two when asked for, as they take long. */
const LOOKS = [
  { name: 'english-light', topsLocale: 'en', topsTheme: 'light' },
  { name: 'chinese-dark', topsLocale: 'zh_CN', topsTheme: 'dark' },
  { name: 'english-dark', topsLocale: 'en', topsTheme: 'dark' },
  { name: 'chinese-light', topsLocale: 'zh_CN', topsTheme: 'light' }
] as const;
const looks = process.env['TOPSDL_UI_LOOKS'] === 'all' ? LOOKS : LOOKS.slice(0, 2);

export default defineConfig<TopsOptions>({
  testDir: 'tests',
  outputDir: join(artifacts, 'results'),
  reporter: [['list'], ['json', { outputFile: join(artifacts, 'report.json') }]],
  // One JupyterLab and one companion for all: the specs make projects and names of their own.
  workers: 1,
  timeout: 240_000,
  expect: { timeout: 20_000 },
  retries: 0,
  use: {
    // Without a slash at the end: galata puts paths after it.
    baseURL: `http://127.0.0.1:${port}`,
    actionTimeout: 20_000,
    viewport: { width: 1440, height: 900 },
    video: 'off',
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: {
      ...(chromium ? { executablePath: chromium } : {}),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync'
      ]
    }
  },
  projects: [
    { name: 'english-light', use: { topsLocale: 'en', topsTheme: 'light' } },
    {
      name: 'chinese-dark',
      use: { topsLocale: 'zh_CN', topsTheme: 'dark' },
      testMatch: /thread\/.*\.spec\.ts/
    },
    { name: 'showcase', testMatch: /showcase\.setup\.ts/, teardown: 'showcase-end' },
    { name: 'showcase-end', testMatch: /showcase\.teardown\.ts/ },
    ...looks.map(({ name, ...use }) => ({
      name: `screens-${name}`,
      use,
      testMatch: /\.screens\.ts/,
      dependencies: ['showcase']
    }))
  ],
  webServer: {
    command: `../scripts/start --no-browser --port ${port} --data ${data}`,
    url: `http://127.0.0.1:${port}/api`,
    timeout: 600_000,
    reuseExistingServer: process.env['TOPSDL_UI_REUSE'] === '1',
    stdout: 'ignore',
    stderr: 'pipe',
    gracefulShutdown: { signal: 'SIGTERM', timeout: 15_000 },
    env: { JUPYTER_CONFIG_DIR: join(import.meta.dirname, 'jupyter_config') }
  }
});
