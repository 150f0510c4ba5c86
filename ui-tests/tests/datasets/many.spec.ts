import { expect, test } from '../../fixtures.ts';
import { Seed } from '../../seed.ts';

const MANY = 10_000;

test('ten thousand datasets scroll, of which those in sight are drawn', async ({
  lab,
  page,
  t,
  unique
}) => {
  test.setTimeout(600_000);
  const seed = await Seed.signIn();
  const { id } = await seed.project(unique('many'));
  const named = (at: number) => `set ${String(at).padStart(5, '0')}`;
  // The first and the last one alone, so that it is them that the list ends with.
  await seed.dataset(id, named(1));
  let made = 1;
  const worker = async () => {
    while (made < MANY - 1) {
      made += 1;
      await seed.dataset(id, named(made));
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  await seed.dataset(id, named(MANY));

  await lab.project(id);
  const data = await lab.section('data', 'Datasets');
  const list = data.root.getByRole('tree');
  await data.root.getByRole('button', { name: t('Project'), exact: true }).click();
  await expect(data.row(named(MANY))).toBeVisible();
  // Pages come as the end comes into sight.
  await expect(async () => {
    await list.evaluate(node => node.scrollTo(0, node.scrollHeight));
    await expect(data.row(named(1))).toBeVisible({ timeout: 100 });
  }).toPass({ timeout: 120_000, intervals: [50] });
  expect(await list.getByRole('treeitem').count()).toBeLessThan(120);

  await list.getByRole('treeitem').first().focus();
  await page.keyboard.press('End');
  await expect(data.row(named(1))).toBeFocused();
  await page.keyboard.press('Home');
  await expect(data.row(named(MANY))).toBeFocused();
  await data.press(t('Search by name'));
  await data.root.getByRole('searchbox').fill('set 07777');
  await expect(list.getByRole('treeitem')).toHaveText([/set 07777/]);
});
