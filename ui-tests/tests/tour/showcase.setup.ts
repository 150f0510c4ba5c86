import { test } from '@playwright/test';
import { Showcase } from './showcase.ts';

test('the showcase is made', async () => {
  test.setTimeout(600_000);
  await Showcase.make();
  const showcase = await Showcase.find();
  await showcase.serve();
  await showcase.work();
});
