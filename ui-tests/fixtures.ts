import { test as galata, expect, galata as helpers } from '@jupyterlab/galata';
import { wordsOf, type Words } from './catalog.ts';
import { Lab } from './pages/Lab.ts';

/** What a project of the configuration says about how JupyterLab looks. */
export interface TopsOptions {
  topsLocale: 'en' | 'zh_CN';
  topsTheme: 'light' | 'dark';
  /** What the browser may write as an error, because the spec provokes it. */
  provoked: RegExp | null;
}

export interface TopsFixtures {
  /** The strings of the language. */
  t: Words;
  /** JupyterLab, signed in and connected. */
  lab: Lab;
  /** A name that no other test and no earlier run has: the companion outlives the tests. */
  unique: (name: string) => string;
  /** Fails the test for what went wrong unseen, and for requests that left the origin. */
  watched: void;
}

const THEMES = { light: 'JupyterLab Light', dark: 'JupyterLab Dark' };

/** What the browser writes about answers that a spec provokes; panels show those, and are asked about them. */
const ANSWERED = /Failed to load resource/;

/** Galata's test with JupyterLab in the language and theme of the project. */
export const test = galata.extend<TopsOptions & TopsFixtures>({
  topsLocale: ['en', { option: true }],
  topsTheme: ['light', { option: true }],
  provoked: [null, { option: true }],
  mockSettings: async ({ topsLocale, topsTheme }, use) => {
    await use({
      ...helpers.DEFAULT_SETTINGS,
      '@jupyterlab/translation-extension:plugin': { locale: topsLocale },
      '@jupyterlab/apputils-extension:themes': { theme: THEMES[topsTheme] },
      '@jupyterlab/apputils-extension:notification': { fetchNews: 'false', checkForUpdates: false }
    });
  },
  // No test leaves files, kernels or terminals on the server.
  tmpPath: '',
  autoGoto: false,
  sessions: null,
  terminals: null,
  // Galata's own waits for a tab called “Launcher”, which is called otherwise in other languages.
  waitForApplication: async ({}, use) => {
    await use(async page => {
      await page.locator('#jupyterlab-splash').waitFor({ state: 'detached', timeout: 120_000 });
    });
  },
  t: async ({ topsLocale }, use) => {
    await use(wordsOf(topsLocale));
  },
  unique: async ({ topsLocale }, use) => {
    const mark = `${topsLocale === 'en' ? 'en' : 'zh'}${Date.now().toString(36)}`;
    await use(name => `${name}-${mark}`);
  },
  lab: async ({ page, t }, use) => {
    const lab = new Lab(page, t);
    await page.goto();
    await lab.ready();
    await use(lab);
  },
  watched: [
    async ({ page, baseURL, provoked }, use) => {
      const wrong: string[] = [];
      const origin = new URL(baseURL ?? 'http://127.0.0.1').origin;
      const own = (url: string) =>
        !/^(https?|wss?):/.test(url) || new URL(url.replace(/^ws/, 'http')).origin === origin;
      page.on('pageerror', error => wrong.push(`error: ${error.stack ?? error.message}`));
      page.on('console', message => {
        const text = message.text();
        if (message.type() === 'error' && !ANSWERED.test(text) && !provoked?.test(text)) {
          wrong.push(`console: ${text}`);
        }
      });
      page.context().on('request', request => {
        if (!own(request.url())) {
          wrong.push(`left the origin: ${request.url()}`);
        }
      });
      page.on('websocket', socket => {
        if (!own(socket.url())) {
          wrong.push(`left the origin: ${socket.url()}`);
        }
      });
      await use();
      expect(wrong).toEqual([]);
    },
    { auto: true }
  ]
});

export { expect };
