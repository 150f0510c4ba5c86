import { expect, test } from '../../fixtures.ts';
import { Seed } from '../../seed.ts';

test('the newest five versions are in the sidebar, the others beside them, each with its menu', async ({
  lab,
  t,
  unique,
  page
}) => {
  const seed = await Seed.signIn();
  const { id } = await seed.project(unique('versions'));
  const dataset = await seed.dataset(id, unique('many'));
  for (let count = 0; count < 7; count++) {
    await seed.version(dataset);
  }
  await lab.project(id);
  const data = await lab.section('data', 'Datasets');
  await data.unfold(dataset.name);
  await expect(data.row('v7')).toBeVisible();
  await expect(data.row('v3')).toBeVisible();
  await expect(data.row('v2')).toBeHidden();
  await data.row(t('%1 older versions', 2)).click();

  const row = lab.panel.getByRole('row').filter({ hasText: /^v2/ });
  await row.click({ button: 'right' });
  await expect(page.getByRole('menuitem')).toContainText([
    t('Open'),
    t('Import…'),
    t('Export and Training Data…'),
    t('New Version from This One'),
    t('Delete…')
  ]);
  await page.getByRole('menuitem', { name: t('Delete…') }).click();
  await lab.accept(t('Delete'));
  await expect(row).toBeHidden();
  await expect(data.row(t('%1 older version', 1))).toBeVisible();
});
