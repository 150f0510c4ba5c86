import { expect, test } from '../../fixtures.ts';
import { Files } from '../../pages/Files.ts';
import { Form } from '../../pages/Form.ts';

test('a folder of the file browser becomes a set, and one file of it the next version', async ({
  lab,
  page,
  t,
  unique
}) => {
  const name = unique('saved');
  const files = new Files(page);
  const write = (path: string, text: string) => files.write(`${name}/${path}`, Buffer.from(text));
  await write('train.py', 'print(1)');
  await write('lib/__init__.py', '');
  await write('lib/__pycache__/train.pyc', 'compiled');
  await files.show();
  await files.menu([name], t('Save as New Algorithm Version…'));
  const form = new Form(lab.panel, t, 'Save as New Algorithm Version');
  await expect(form.field('name').locator('input')).toHaveValue(name);
  await expect(form.root).toContainText('lib/__init__.py');
  await expect(form.root).not.toContainText('pycache');
  await form.submit('Save');
  await expect(lab.tab(`${name} v1`)).toBeVisible();
  await expect(lab.panel).toContainText('2 files');

  await write('train.py', 'print(1 + 1)');
  await files.item(name).dblclick();
  await files.menu(['train.py'], t('Save as New Algorithm Version…'));
  await form.choose('setId', new RegExp(name), name);
  // A single file is most likely one of those that are there.
  await expect(form.field('keep').getByRole('switch')).toBeChecked();
  await form.submit('Save');
  await expect(lab.tab(`${name} v2`)).toBeVisible();
  await expect(lab.panel).toContainText('2 files');
  await expect(lab.panel).toContainText('12 B');
  await files.remove(name);
});
