import { expect, test } from '../../fixtures.ts';
import { Seed } from '../../seed.ts';

const MANY = 10_000;

test('ten thousand datasets scroll, of which those in sight are drawn', async ({
  lab,
  page,
  t,
  unique
}) => {
  test.setTimeout(300_000);
  const seed = await Seed.signIn();
  const { id } = await seed.project(unique('many'));
  let made = 0;
  const worker = async () => {
    while (made < MANY) {
      made += 1;
      await seed.dataset(id, `set ${String(made).padStart(5, '0')}`);
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));

  await lab.project(id);
  const data = await lab.section('data', 'Datasets');
  const list = data.root.getByRole('tree');
  await expect(list).toBeVisible();
  // Pages come as the end comes into sight.
  await expect(async () => {
    await list.evaluate(node => node.scrollTo(0, node.scrollHeight));
    await expect(data.row('set 00001')).toBeVisible({ timeout: 100 });
  }).toPass({ timeout: 120_000, intervals: [50] });
  expect(await list.getByRole('treeitem').count()).toBeLessThan(120);

  /** Milliseconds between frames while the list is scrolled through, the longest first. */
  const frames = await list.evaluate(
    node =>
      new Promise<number[]>(resolve => {
        const gaps: number[] = [];
        let before = performance.now();
        let turn = 0;
        const step = (now: number) => {
          gaps.push(now - before);
          before = now;
          turn += 1;
          node.scrollTop = (node.scrollHeight * turn) / 120;
          if (turn < 120) {
            requestAnimationFrame(step);
          } else {
            resolve(gaps.sort((a, b) => b - a));
          }
        };
        requestAnimationFrame(step);
      })
  );
  const median = frames[Math.floor(frames.length / 2)] ?? Infinity;
  expect(median).toBeLessThan(50);

  await list.getByRole('treeitem').first().focus();
  await page.keyboard.press('End');
  await expect(data.row('set 00001')).toBeFocused();
  await page.keyboard.press('Home');
  await expect(data.row(`set ${MANY}`)).toBeFocused();
  await data.press(t('Search by name'));
  await data.root.getByRole('searchbox').fill('set 07777');
  await expect(list.getByRole('treeitem')).toHaveText([/set 07777/]);
});
