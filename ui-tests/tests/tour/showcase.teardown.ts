import { test } from '@playwright/test';
import { Showcase } from './showcase.ts';

test('what the showcase holds is given back', async () => {
  await (await Showcase.find()).rest();
});
