import { expect, test } from '../../fixtures.ts';
import { shapesArchive } from '../../material/archive.ts';
import { Form } from '../../pages/Form.ts';

test('whoever looks elsewhere is told that their import has ended', async ({
  lab,
  t,
  unique,
  page
}) => {
  const name = unique('ended');
  const data = await lab.section('data', 'Datasets');
  await data.press(t('New Dataset'));
  const form = new Form(page.locator('#jp-main-dock-panel'), t, 'New Dataset');
  await form.fill('name', name);
  await form.submit('Create and Import');
  const panel = page.locator('.topsdl-Import:visible');
  await panel.locator('input[type=file]').setInputFiles(shapesArchive(1, 2));
  await panel.getByRole('button', { name: t('Import'), exact: true }).click();
  await expect(panel.getByRole('region', { name: t('Import report') })).toBeVisible();
  await lab.command('launcher:create');

  const notice = page.getByRole('alert').filter({ hasText: `${name} v1` });
  await expect(notice).toContainText(
    t('%1 is completed.', t('%1 (%2)', t('Import'), `${name} v1`))
  );
  await notice.getByRole('button', { name: t('Open'), exact: true }).click();
  await expect(panel).toBeVisible();
});
