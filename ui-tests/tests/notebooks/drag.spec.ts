import { operations } from '@topsdl/contract';
import { expect, test } from '../../fixtures.ts';
import { Notebook } from '../../pages/Notebook.ts';
import { Seed } from '../../seed.ts';

test('things are dragged into cells, and the cells run', async ({ lab, page, t, unique }) => {
  const name = unique('dragged');
  const seed = await Seed.signIn();
  const { id: projectId } = await seed.firstProject();
  const params = { projectId };
  await seed.files('models', projectId, name, new Map([['m.onnx', Buffer.from('model')]]));
  const specs = await seed.client.call(operations.admin.listSpecs, { query: { limit: 50 } });
  const definition = await seed.client.call(operations.training.create, {
    params,
    body: { name, command: 'true', specId: specs.items[0]!.id, nodes: 1 }
  });
  const { trainingId } = { trainingId: definition.id };
  await seed.client.call(operations.training.startRun, { params: { trainingId } });
  await seed.client.call(operations.serving.createService, { params, body: { name } });

  const notebook = new Notebook(page);
  await notebook.create();

  // Into the empty cell of a notebook that knows nothing of the package.
  const models = await lab.section('develop', 'Model Sets');
  await models.unfold(name);
  await notebook.drag(models.row(name), notebook.code(0));
  await expect(notebook.code(0)).toContainText(`topsdl.model("${name}"`);
  await expect(notebook.code(0)).toContainText('import topsdl');

  // Below all cells: a cell of its own, without a second import.
  const services = await lab.section('serve', 'Online Services');
  await notebook.drag(services.row(name), notebook.root.locator('.jp-WindowedPanel-outer'), 'end');
  await expect(notebook.code(1)).toHaveText(new RegExp(`^topsdl.service\\("${name}"`));

  const training = await lab.section('train', 'Training');
  await training.unfold(name);
  await notebook.drag(training.row('1'), notebook.root.locator('.jp-WindowedPanel-outer'), 'end');
  await expect(notebook.code(2)).toContainText('number=1');

  // From the keyboard: the same, by the menu of the row.
  const data = await lab.section('data', 'Datasets');
  await data.row('digits').focus();
  await page.keyboard.press('Shift+F10');
  await lab.menu(t('Copy as Python'));
  await notebook.code(2).click();
  await page.keyboard.press('Control+End');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Control+v');
  await expect(notebook.code(2)).toContainText('topsdl.dataset("digits"');

  await notebook.runAll();
  await expect(notebook.output(0)).toContainText('m.onnx', { timeout: 60_000 });
  await expect(notebook.output(1)).toContainText(name);
  await expect(notebook.output(2)).toContainText('digits', { timeout: 60_000 });
  await expect(notebook.root.locator('.jp-RenderedText[data-mime-type*="stderr"]')).toHaveCount(0);
  await expect(page.locator('.cm-dropCursor')).toHaveCount(0);

  await notebook.discard();
});
