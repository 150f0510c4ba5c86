import { expect, test } from '../../fixtures.ts';
import { shapesArchive } from '../../material/archive.ts';
import { Form } from '../../pages/Form.ts';
import { Labeling } from '../../pages/Labeling.ts';
import { LONG, Showcase } from './showcase.ts';
import { Tour } from './tour.ts';

test('datasets and labeling', async ({ lab, page, t }, info) => {
  const tour = new Tour(page, info);
  const showcase = await Showcase.find();
  await lab.project(showcase.projectId);
  const data = await lab.section('data', 'Datasets');
  await data.unfold('road-signs');
  await tour.look('data-sidebar', '#topsdl-data');
  await data.press(t('Search by name'));
  await data.root.getByRole('searchbox').fill('nothing is called so');
  await expect(data.root).toContainText(t('Nothing matches.'));
  await tour.look('data-sidebar-search', '#topsdl-data');
  await data.root.getByRole('searchbox').press('Escape');

  await data.press(t('New Dataset'));
  const form = new Form(page.locator('#jp-main-dock-panel'), t, 'New Dataset');
  await tour.look('dataset-form');
  await form.fill('name', `${LONG.zh}长`);
  await form.submit('Create');
  await expect(form.fault('name')).toBeVisible();
  await tour.look('dataset-form-fault');
  await lab.tidy();

  const versions = await showcase.versions('road-signs');
  const [newest = '', first = ''] = [versions[0], versions.at(-1)];
  await lab.open('dataset-import', newest);
  await tour.look('dataset-import');
  const panel = page.locator('.topsdl-Import:visible');
  await panel.locator('input[type=file]').setInputFiles(shapesArchive(1, 1, true));
  await panel.getByRole('button', { name: t('Look First') }).click();
  await expect(panel.getByRole('cell', { name: 'circle/torn.png' })).toBeVisible();
  await tour.look('dataset-import-report');

  await lab.open('dataset-version', first);
  const labeling = new Labeling(lab);
  await labeling.counts(12, 72);
  await labeling.drag(1, 4);
  await tour.look('dataset-version');
  await labeling.tab('Labeled %1', 72).click();
  await expect(labeling.grid.getByRole('option').first()).toContainText('circle');
  await tour.look('dataset-version-labeled');
  await labeling.image(0).dblclick();
  await tour.look('dataset-version-image');
  await page.keyboard.press('Escape');
  await labeling.root.locator('.topsdl-LabelBar-label').first().click({ button: 'right' });
  await expect(page.getByRole('form', { name: t('Edit Label') })).toBeVisible();
  await tour.look('label-form');
  await lab.tidy();

  await lab.open('dataset-output', first);
  await expect(page.locator('.topsdl-Output:visible')).toContainText('train_label_file.txt');
  await tour.look('dataset-output');
  await lab.open('dataset-versions', await showcase.dataset('road-signs'));
  await expect(page.getByRole('row')).toHaveCount(8);
  await tour.look('dataset-versions');
  await lab.open('dataset-version', (await showcase.versions(LONG.zh))[0] ?? '');
  await labeling.counts(6, 6);
  await tour.look('dataset-version-long');
  await lab.open('dataset-version', (await showcase.versions(LONG.en))[0] ?? '');
  await labeling.counts(6, 6);
  await tour.look('dataset-version-long-english');
  tour.end();
});
