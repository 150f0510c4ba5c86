import { test as galata, expect, galata as helpers } from '@jupyterlab/galata';

/** What a project of the configuration says about how JupyterLab looks. */
export interface TopsOptions {
  topsLocale: 'en' | 'zh_CN';
  topsTheme: 'light' | 'dark';
}

const THEMES = { light: 'JupyterLab Light', dark: 'JupyterLab Dark' };

/** Galata's test with JupyterLab in the language and theme of the project. */
export const test = galata.extend<TopsOptions>({
  topsLocale: ['en', { option: true }],
  topsTheme: ['light', { option: true }],
  mockSettings: async ({ topsLocale, topsTheme }, use) => {
    await use({
      ...helpers.DEFAULT_SETTINGS,
      '@jupyterlab/translation-extension:plugin': { locale: topsLocale },
      '@jupyterlab/apputils-extension:themes': { theme: THEMES[topsTheme] }
    });
  }
});

export { expect };
