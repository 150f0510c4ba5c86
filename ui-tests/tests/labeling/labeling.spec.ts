import { expect, test } from '../../fixtures.ts';
import { zip } from '../../material/archive.ts';
import { drawing } from '../../material/png.ts';
import { Labeling } from '../../pages/Labeling.ts';
import { Seed } from '../../seed.ts';

test('images of one folder get its label where one says so, and are found by who labeled them', async ({
  lab,
  t,
  unique,
  page
}) => {
  const seed = await Seed.signIn();
  const { id } = await seed.project(unique('folders'));
  const version = await seed.version(await seed.dataset(id, unique('one')));
  // The project at hand stays another: what is imported goes to that of the dataset.
  const panel = await lab.open('dataset-import', version.id);
  const entries = new Map(
    Array.from({ length: 3 }, (_, i) => [`circle/${i}.png`, drawing('circle', i)] as const)
  );
  entries.set('open.png', drawing('square', 7));
  const archive = { name: 'circle.zip', mimeType: 'application/zip', buffer: zip(entries) };
  await panel.locator('input[type=file]').setInputFiles(archive);
  await panel.getByLabel(t('Folders')).selectOption(t('are labels'));
  await panel.getByRole('button', { name: t('Import'), exact: true }).click();
  await page.getByRole('button', { name: t('Open the Images') }).click({ timeout: 120_000 });
  const labeling = new Labeling(lab);
  await labeling.counts(1, 3);

  await labeling.image(0).click();
  await labeling.grid.press(await labeling.keyOf('circle'));
  await labeling.counts(0, 4);
  await labeling.tab('Labeled %1', 4).click();
  await labeling.shown(4);
  const filter = (name: string) => labeling.root.getByLabel(t(name));
  await filter('Filter by where labels come from').selectOption(t('By hand'));
  await labeling.shown(1);
  await filter('Filter by where labels come from').selectOption(t('Imported'));
  await labeling.shown(3);
  await filter('Filter by where labels come from').selectOption('');
  await expect(filter('Filter by who labeled').getByRole('option')).toHaveCount(2);
  await filter('Filter by who labeled').selectOption({ index: 1 });
  await labeling.shown(4);
});
