import { expect, test } from '../../fixtures.ts';
import { Seed } from '../../seed.ts';

test('a list is sorted by name where one wants it, with what comes later in its place', async ({
  lab,
  page,
  t,
  unique
}) => {
  const seed = await Seed.signIn();
  const { id } = await seed.project(unique('sorting'));
  for (const name of ['beta', 'Alpha', 'gamma']) {
    await seed.dataset(id, name);
  }
  await lab.project(id);
  const data = await lab.section('data', 'Datasets');
  const names = data.root.locator('[role="treeitem"] .topsdl-Row-label');
  await data.root.getByRole('button', { name: t('Project'), exact: true }).click();
  await expect(names).toHaveText(['gamma', 'Alpha', 'beta']);
  await data.press(t('Sort by name'));
  await expect(names).toHaveText(['Alpha', 'beta', 'gamma']);
  await seed.dataset(id, 'alpha 2');
  await expect(names).toHaveText(['Alpha', 'alpha 2', 'beta', 'gamma']);

  await page.reload();
  await lab.ready();
  await expect(names).toHaveText(['Alpha', 'alpha 2', 'beta', 'gamma']);
  await data.press(t('Sort by name'));
  await expect(names).toHaveText(['alpha 2', 'gamma', 'Alpha', 'beta']);
});
