import preset from './packages/testing/jest-preset.mjs';

export default {
  ...preset,
  testMatch: ['**/test/**/*.test.ts', '**/test/**/*.test.tsx']
};
