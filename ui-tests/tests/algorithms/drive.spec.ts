import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { operations } from '@topsdl/contract';
import { expect, test } from '../../fixtures.ts';
import { Files } from '../../pages/Files.ts';
import type { Lab } from '../../pages/Lab.ts';
import { Seed } from '../../seed.ts';

const { createVersion } = operations.algorithms;

/** Makes an algorithm set of some texts and shows its first version in the drive. */
async function browse(lab: Lab, name: string, texts: Record<string, string>): Promise<Files> {
  const seed = await Seed.signIn();
  const { id } = await seed.firstProject();
  const files = Object.entries(texts).map(([path, text]) => [path, Buffer.from(text)] as const);
  await seed.files('algorithms', id, name, new Map(files));
  await lab.command('topsdl:algorithms:browse', { path: `${name}/v1` });
  return new Files(lab.page, 'topsdl-algorithms');
}

test('a version is worked on as any folder: made, written, renamed, uploaded to, deleted from', async ({
  lab,
  page,
  unique
}) => {
  const name = unique('drive');
  const files = await browse(lab, name, { 'train.py': 'epochs = 3\n' });

  await files.item('train.py').dblclick();
  const editor = page.locator('.jp-FileEditor:visible .cm-content');
  await expect(editor).toContainText('epochs = 3');
  await editor.press('Control+End');
  await page.keyboard.type('print(epochs)');
  await page.keyboard.press('Control+s');
  await expect(page.getByText('Saving completed')).toBeVisible();

  await files.press('new-directory');
  await files.name('lib');
  await files.item('train.py').click();
  await page.keyboard.press('F2');
  await files.name('main.py');
  await expect(lab.tab('main.py')).toBeVisible();

  const here = mkdtempSync(join(tmpdir(), 'drive-'));
  mkdirSync(join(here, '包/inner'), { recursive: true });
  writeFileSync(join(here, '包/inner/数据.txt'), 'x');
  writeFileSync(join(here, '包/inner/weights.bin'), Buffer.alloc(9 * 1024 * 1024));
  await files.drop([join(here, '包')]);
  await files.item('包').dblclick();
  await files.item('inner').dblclick();
  await expect(files.item('数据.txt')).toBeVisible();
  await expect(files.item('weights.bin')).toBeVisible();
  rmSync(here, { recursive: true });

  const kept = lab.keeps(`${name}/v1"`);
  await lab.command('topsdl:algorithms:browse', { path: `${name}/v1` });
  await files.item('lib').click();
  await page.keyboard.press('Delete');
  await page.locator('.jp-Dialog .jp-mod-accept').click();
  await expect(files.item('lib')).toBeHidden();

  // The browser is there again, where it was.
  await kept;
  await page.reload();
  await lab.ready();
  await expect(files.item('包')).toBeVisible();
  await files.item('main.py').dblclick();
  await expect(editor).toContainText('print(epochs)');
});

test('a drive is where it was although the companion came later than the page', async ({
  lab,
  page,
  unique
}) => {
  const name = unique('late');
  const kept = lab.keeps(`${name}/v1"`);
  const files = await browse(lab, name, { 'train.py': '' });
  await expect(files.item('train.py')).toBeVisible();
  await kept;
  const session = /\/account\/session$/;
  await page.route(session, route => route.abort());
  const refused = page.waitForEvent('requestfailed', request => session.test(request.url()));
  await page.reload();
  await refused;
  await page.unroute(session);
  await lab.ready();
  await expect(files.item('train.py')).toBeVisible();
});

test('a name that is taken is asked about, and a file is saved under another', async ({
  lab,
  page,
  unique
}) => {
  const name = unique('names');
  const files = await browse(lab, name, { 'new.py': 'new\n', 'old.py': 'old\n' });
  const dialog = page.locator('.jp-Dialog');
  const editor = page.locator('.jp-FileEditor:visible .cm-content');

  await files.item('new.py').click();
  await page.keyboard.press('F2');
  await files.name('old.py');
  await expect(dialog).toContainText('already exists, overwrite?');
  await dialog.getByRole('button', { name: 'Overwrite' }).click();
  // JupyterLab moves it aside, deletes the other, and then gives it the name.
  await expect(files.root.locator('.jp-DirListing-itemName')).toHaveText(['old.py']);
  await files.item('old.py').dblclick();
  await expect(editor).toContainText('new');

  await page.keyboard.press('Control+Shift+s');
  await dialog.locator('input').fill(`${name}/v1/另存.py`);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(files.item('另存.py')).toBeVisible();
  await expect(lab.tab('另存.py')).toBeVisible();
});

test('what cannot be changed says why', async ({ lab, page }) => {
  await lab.command('topsdl:algorithms:browse', { path: 'digits ~public/v1' });
  const files = new Files(page, 'topsdl-algorithms');
  const dialog = page.locator('.jp-Dialog');
  await files.item('train.py').dblclick();
  await expect(page.getByText('file is read-only')).toBeVisible();
  await files.item('train.py').click();
  await page.keyboard.press('Delete');
  await dialog.locator('.jp-mod-accept').click();
  await expect(dialog).toContainText('Public objects are changed by administrators only.');
  await dialog.getByRole('button', { name: 'Close' }).click();

  await lab.command('topsdl:algorithms:browse');
  await files.item('digits ~public').click();
  await page.keyboard.press('Delete');
  await dialog.locator('.jp-mod-accept').click();
  await expect(dialog).toContainText('in the sidebar Develop');
});

test('what another window writes appears in the list', async ({ lab, page, unique }) => {
  const name = unique('live');
  const seed = await Seed.signIn();
  const { id } = await seed.firstProject();
  const set = await seed.files('algorithms', id, name, new Map());
  await lab.command('topsdl:algorithms:browse', { path: name });
  const files = new Files(page, 'topsdl-algorithms');
  await expect(files.item('v1')).toBeVisible();
  await seed.client.call(createVersion, { params: { setId: set.id }, body: {} });
  await expect(files.item('v2')).toBeVisible();
});
