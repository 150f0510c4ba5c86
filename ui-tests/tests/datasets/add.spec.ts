import { expect, test } from '../../fixtures.ts';
import { shapesArchive } from '../../material/archive.ts';
import { drawing } from '../../material/png.ts';
import { Files } from '../../pages/Files.ts';
import { Form } from '../../pages/Form.ts';
import { Labeling } from '../../pages/Labeling.ts';

test('an archive of the file browser becomes a dataset, a folder of images the next version', async ({
  lab,
  page,
  t,
  unique
}) => {
  const name = unique('added');
  const files = new Files(page);
  const write = (path: string, content: Buffer) => files.write(`${name}/${path}`, content);
  await write('shapes.zip', shapesArchive(1, 2).buffer);
  await write('more/circle/one.png', drawing('circle', 50));
  await write('more/square/two.png', drawing('square', 51));
  await write('more/notes.txt', Buffer.from('no image'));
  await files.show();
  await files.item(name).dblclick();
  const form = new Form(page.locator('#jp-main-dock-panel'), t, 'Add to Dataset');
  const labeling = new Labeling(lab);
  const imported = async () => {
    await lab.panel.getByRole('button', { name: t('Import'), exact: true }).click();
    await page.getByRole('button', { name: t('Open the Images') }).click({ timeout: 120_000 });
  };
  await files.menu(['shapes.zip'], t('Add to Dataset…'));
  await form.fill('name', name);
  await form.submit('Go On');
  await imported();
  await labeling.counts(6, 3);

  await files.menu(['more'], t('Add to Dataset…'));
  await form.choose('datasetId', new RegExp(name), name);
  await form.field('newVersion').getByRole('switch').click();
  await form.submit('Go On');
  await imported();
  await labeling.counts(6, 5);
  await expect(lab.tab(`${name} v2`)).toBeVisible();
  await files.remove(name);
});
