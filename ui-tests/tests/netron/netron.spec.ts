import { expect, test } from '../../fixtures.ts';
import { onnxModel } from '../../material/onnx.ts';
import { Lab } from '../../pages/Lab.ts';
import { Seed } from '../../seed.ts';

// Requests that leave the origin fail every test: see the fixture `watched`.
test('Netron shows an ONNX file in the year 2031, too, and asks nobody', async ({
  page,
  t,
  unique
}) => {
  const name = unique('netron');
  const seed = await Seed.signIn();
  const project = await seed.project(name);
  await seed.files('models', project.id, name, new Map([['chain.onnx', onnxModel()]]));

  // Released versions of Netron stop to show anything after a while, by the clock.
  await page.clock.setFixedTime(new Date('2031-06-01T12:00:00Z'));
  await page.goto();
  const lab = new Lab(page, t);
  await lab.ready();
  await lab.command('topsdl:choose-project', { projectId: project.id });
  const models = await lab.section('develop', 'Model Sets');
  await models.unfold(name);
  await models.row('v1').click();
  const file = page.getByRole('treeitem').filter({ hasText: 'chain.onnx' });
  await file.hover();
  await file.getByRole('button', { name: t('Visualise') }).click();
  const netron = page.frameLocator('iframe[title="chain.onnx"]');
  await expect(netron.locator('#canvas')).toContainText('Softmax', { timeout: 60_000 });
  expect(await page.evaluate(() => new Date().getFullYear())).toBe(2031);
});
