import { expect, test } from '../../fixtures.ts';
import { shapesArchive } from '../../material/archive.ts';
import { Form } from '../../pages/Form.ts';
import { Labeling } from '../../pages/Labeling.ts';

test('a name of 50 Chinese characters is taken, one of 51 refused at its field', async ({
  lab,
  t,
  page
}) => {
  const name = `${Date.now()}`.padEnd(50, '数据集的名称');
  const data = await lab.section('data', 'Datasets');
  await data.press(t('New Dataset'));
  const form = new Form(page.locator('#jp-main-dock-panel'), t, 'New Dataset');
  await form.fill('name', `${name}长`);
  await form.submit('Create');
  await expect(form.fault('name')).toBeVisible();
  await form.fill('name', name);
  await expect(form.fault('name')).toBeHidden();
  await form.submit('Create');
  await expect(form.root).toBeHidden();
  await expect(data.row(name)).toBeVisible();
});

test('a name that is taken is said at its field', async ({ lab, t, unique, page }) => {
  const name = unique('twice');
  const data = await lab.section('data', 'Datasets');
  const form = new Form(page.locator('#jp-main-dock-panel'), t, 'New Dataset');
  await data.press(t('New Dataset'));
  await form.fill('name', name);
  await form.submit('Create');
  await expect(data.row(name)).toBeVisible();
  await data.press(t('New Dataset'));
  await form.fill('name', name);
  await form.submit('Create');
  await expect(form.fault('name')).toBeVisible();
});

test('images are labeled by keyboard only, and are there after a reload', async ({
  lab,
  t,
  unique,
  page
}) => {
  const name = unique('keys');
  const data = await lab.section('data', 'Datasets');
  await data.press(t('New Dataset'));
  const form = new Form(page.locator('#jp-main-dock-panel'), t, 'New Dataset');
  await form.fill('name', name);
  await form.submit('Create and Import');
  const panel = page.locator('.topsdl-Import:visible');
  await panel.locator('input[type=file]').setInputFiles(shapesArchive(1, 2));
  await panel.getByRole('button', { name: t('Import'), exact: true }).click();
  const open = page.getByRole('button', { name: t('Open the Images') });
  await expect(open).toBeVisible({ timeout: 120_000 });
  const kept = lab.keeps('"topsdl:dataset-version:');
  await open.press('Enter');
  const labeling = new Labeling(lab);
  await labeling.counts(6, 3);
  await labeling.shown(6);
  const key = await labeling.keyOf('circle');
  await labeling.grid.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Shift+ArrowRight');
  await labeling.selected(2);
  await page.keyboard.press(key);
  await labeling.counts(4, 5);
  await labeling.saved();

  await kept;
  await page.reload();
  await lab.ready();
  await expect(lab.tab(`${name} v1`)).toBeVisible();
  await lab.tab(`${name} v1`).click();
  await labeling.counts(4, 5);
});
