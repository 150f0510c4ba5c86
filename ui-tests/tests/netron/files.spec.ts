import { expect, test } from '../../fixtures.ts';
import { onnxModel } from '../../material/onnx.ts';
import { Files } from '../../pages/Files.ts';

// Requests that leave the origin fail every test: see the fixture `watched`.
test('a model of the file browser opens in Netron, also after a reload', async ({
  lab,
  page,
  t,
  unique
}) => {
  const name = `${unique('model')}.onnx`;
  const files = new Files(page);
  await files.write(name, onnxModel());
  await files.show();
  await files.menu([name], t('Open with Netron'));
  const canvas = page.frameLocator(`iframe[title="${name}"]`).locator('#canvas');
  await expect(canvas).toContainText('Softmax', { timeout: 60_000 });
  await page.getByRole('tab', { name }).locator('.lm-TabBar-tabCloseIcon').click();
  const kept = lab.keeps(name);
  await files.item(name).dblclick();
  await expect(canvas).toContainText('Softmax', { timeout: 60_000 });
  await kept;
  await page.reload();
  await lab.ready();
  await lab.tab(name).click();
  await expect(canvas).toContainText('Softmax', { timeout: 60_000 });
  await files.remove(name);
});
