import { defineConfig } from 'drizzle-kit';

// Every `table.ts` below `src` is part of the one schema.
export default defineConfig({
  dialect: 'sqlite',
  schema: './src/**/table.ts',
  out: './migrations'
});
