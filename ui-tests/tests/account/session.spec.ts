import { expect, test } from '../../fixtures.ts';

test('who signs out sees nothing any more, and continues as the owner', async ({
  lab,
  t,
  page
}) => {
  const data = await lab.section('data', 'Datasets');
  await expect(data.row('digits')).toBeVisible();
  await lab.command('topsdl:sign-out');
  const status = page.locator('.topsdl-Status');
  await expect(status).toContainText(t('Signed out'));
  await expect(page.getByRole('treeitem').filter({ hasText: 'digits' })).toHaveCount(0);
  await lab.command('topsdl:continue-as-owner');
  await expect(status).toContainText(t('Connected'));
  await lab.area('data');
  await expect(data.row('digits')).toBeVisible();
});
