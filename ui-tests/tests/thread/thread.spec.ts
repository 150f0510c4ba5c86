import { expect, test } from '../../fixtures.ts';
import { shapesArchive } from '../../material/archive.ts';
import { drawing } from '../../material/png.ts';
import { Form } from '../../pages/Form.ts';
import { Labeling } from '../../pages/Labeling.ts';

/** Programs have to start and end; on a busy machine that takes a while. */
const RUN = { timeout: 120_000 };
const SPEC = 'Dev Only';
const SERVE = 'python3 /workspace/algorithm/digits/serve.py --port 8080';

test('from an archive of images to a service that is swapped', async ({ lab, t, unique, page }) => {
  const name = unique('shapes');
  const form = (title: string) => new Form(page.locator('#jp-main-dock-panel'), t, title);
  const header = page.locator('.topsdl-Detail-header:visible');
  const badge = header.locator('.topsdl-Badge');
  const data = await lab.section('data', 'Datasets');

  await test.step('the public sets of the demo are there', async () => {
    await expect(data.row('digits')).toContainText(t('public'));
    const algorithms = await lab.section('develop', 'Algorithm Sets');
    await expect(algorithms.row('digits')).toContainText(t('public'));
  });

  await test.step('a dataset is created and an archive imported after a look', async () => {
    await lab.area('data');
    await data.press(t('New Dataset'));
    const create = form('New Dataset');
    await create.fill('name', name);
    await create.submit('Create and Import');
    const panel = page.locator('.topsdl-Import:visible');
    await panel.locator('input[type=file]').setInputFiles(shapesArchive(24, 4, true));
    await panel.getByRole('button', { name: t('Look First') }).click();
    const report = page.getByRole('region', { name: t('Import report') });
    const figure = (word: string) =>
      report.locator('.topsdl-Report-figures div').filter({ hasText: word }).locator('dd');
    await expect(figure(t('would be taken'))).toHaveText('84', RUN);
    await expect(figure(t('refused'))).toHaveText('1');
    await expect(report.getByRole('cell', { name: 'circle/torn.png' })).toBeVisible();
    await report.getByRole('button', { name: t('Import'), exact: true }).click();
    await expect(figure(t('taken'))).toHaveText('84', RUN);
    await report.getByRole('button', { name: t('Open the Images') }).click();
  });

  await test.step('the open images are labeled by mouse and number keys', async () => {
    const labeling = new Labeling(lab);
    await labeling.counts(12, 72);
    const [circle, square, stripes] = [
      await labeling.keyOf('circle'),
      await labeling.keyOf('square'),
      await labeling.keyOf('stripes')
    ];
    await labeling.image(0).click();
    await labeling.selected(1);
    await labeling.image(3).click({ modifiers: ['Shift'] });
    await labeling.selected(4);
    await page.keyboard.press(circle);
    await labeling.counts(8, 76);

    await labeling.shown(8);
    await labeling.drag(0, 3);
    await labeling.selected(4);
    await page.keyboard.press(square);
    await labeling.counts(4, 80);

    await page.keyboard.press('ControlOrMeta+z');
    await labeling.counts(8, 76);
    await page.keyboard.press('ControlOrMeta+Shift+z');
    await labeling.counts(4, 80);

    await labeling.shown(4);
    await labeling.image(0).click();
    await labeling.image(1).click({ modifiers: ['ControlOrMeta'] });
    await labeling.image(2).click({ modifiers: ['ControlOrMeta'] });
    await labeling.image(3).click({ modifiers: ['ControlOrMeta'] });
    await labeling.selected(4);
    await page.keyboard.press(stripes);
    await labeling.counts(0, 84);
    await labeling.saved();
    await expect(labeling.root.getByText(t('Everything is labeled.'))).toBeVisible();
  });

  await test.step('training data is generated', async () => {
    await header.getByRole('button', { name: t('Export and Training Data…') }).click();
    await form('Generate').submit('Generate Training Data');
    await expect(page.locator('.topsdl-Output:visible')).toContainText('train_label_file.txt', RUN);
  });

  await test.step('a model set is made', async () => {
    const models = await lab.section('develop', 'Model Sets');
    await models.press(t('New Model Set'));
    await form('New Model Set').fill('name', name);
    await form('New Model Set').submit('Create');
    await expect(form('New Model Set').root).toBeHidden();
  });

  await test.step('a training is defined and started on two nodes', async () => {
    const training = await lab.section('train', 'Training');
    await training.press(t('New Training'));
    const create = form('New Training');
    await create.fill('name', name);
    await create.choose('datasetVersionIds', `${name} v1`, name);
    await create.choose('algorithmVersionIds', 'digits v1', 'digits');
    await create.spec(SPEC);
    await create.fill('nodes', '2');
    await create.fill(
      'command',
      'mpirun --hostfile /etc/mpi/hostfile --allow-run-as-root -np 2 ' +
        'python3 /workspace/algorithm/digits/train.py ' +
        `--data_dir=/workspace/dataset/${name} --epochs=40`
    );
    await create.choose('saveModelSetId', name);
    await create.submit('Create and Start');
  });

  await test.step('the run is watched until it is completed', async () => {
    await expect(header.getByRole('heading', { name: `${name} #1`, exact: true })).toBeVisible();
    const log = page.locator('.topsdl-Log:visible');
    await page.getByRole('tab', { name: t('Logs'), exact: true }).click();
    await expect(log).toContainText('epoch 40/40', RUN);
    await expect(badge).toHaveText(t('Completed'), RUN);
    await page.getByRole('tab', { name: t('Metrics'), exact: true }).click();
    // Curves whose tags begin alike share a chart, in which they are called by the rest.
    const chart = page.getByRole('figure', { name: 'accuracy', exact: true });
    await expect(chart).toContainText('validation');
    await expect(chart.getByRole('img')).toBeVisible();
  });

  await test.step('TensorBoard shows the run', async () => {
    await header.getByRole('button', { name: 'TensorBoard', exact: true }).click();
    const board = page.frameLocator('iframe[title="TensorBoard"]');
    await expect(board.locator('app-header, mat-toolbar').first()).toContainText(
      'TensorBoard',
      RUN
    );
    await header.getByRole('button', { name: t('Stop'), exact: true }).click();
  });

  await test.step('Netron shows the model that the run left', async () => {
    await header.getByRole('button', { name: t('Open the Model') }).click();
    const file = page.getByRole('treeitem').filter({ hasText: 'model.onnx' });
    await file.hover();
    await file.getByRole('button', { name: t('Visualise') }).click();
    const netron = page.frameLocator('iframe[title="model.onnx"]');
    await expect(netron.locator('#canvas .node').first()).toBeVisible(RUN);
  });

  await test.step('a package is built around the model', async () => {
    const packages = await lab.section('serve', 'Model Packages');
    await packages.press(t('New Model Package'));
    await form('New Model Package').fill('name', name);
    await form('New Model Package').submit('Create');
    const version = form('New Package Version');
    await version.choose('modelVersionIds', `${name} v1`, name);
    await version.choose('algorithmVersionIds', 'digits v1', 'digits');
    await version.chips('arguments', SERVE);
    await version.submit('Create and Build');
    await expect(badge).toHaveText(t('Completed'), RUN);
  });

  await test.step('a service has a production and a gray version', async () => {
    const services = await lab.section('serve', 'Online Services');
    await services.press(t('New Online Service'));
    await form('New Online Service').fill('name', name);
    await form('New Online Service').submit('Create');
    for (const role of ['production', 'gray'] as const) {
      const words = role === 'gray' ? 'Add Gray Version' : 'Add Production Version';
      await page
        .locator('.topsdl-PanelBody:visible')
        .getByRole('button', { name: t(`${words}…`) })
        .click();
      const add = form(words);
      await add.choose('packageVersionId', `${name} v1`, name);
      await add.spec(SPEC);
      await add.pair('environment', 'MODEL_TAG', role);
      await add.submit('Add');
      const card = page.getByRole('region', {
        name: t(role === 'gray' ? 'Gray' : 'Production'),
        exact: true
      });
      await expect(card.locator('.topsdl-Badge')).toHaveText(t('Serving'), RUN);
    }
  });

  await test.step('it answers, and the versions are swapped', async () => {
    const production = page.getByRole('region', { name: t('Production'), exact: true });
    await page.getByRole('tab', { name: t('Try it'), exact: true }).click();
    const trial = page.locator('.topsdl-TryIt:visible');
    await trial
      .getByLabel(t('File to send'))
      .setInputFiles({ name: 'q.png', mimeType: 'image/png', buffer: drawing('square', 3) });
    await trial.getByRole('button', { name: t('Production'), exact: true }).click();
    const answer = trial.getByRole('region', { name: t('Answer') });
    const ask = async (tag: string) => {
      await trial.getByRole('button', { name: t('Send'), exact: true }).click();
      await expect(answer).toContainText('200');
      await expect(answer).toContainText(tag);
    };
    await ask('production');
    await expect(answer).toContainText(/"label": "(circle|square|stripes)"/);

    await header.getByRole('button', { name: t('Swap Production and Gray') }).click();
    await lab.accept(t('Swap'));
    await expect(production).toContainText('MODEL_TAG=gray', RUN);
    await ask('gray');
  });

  await test.step('the service is taken away', async () => {
    for (const role of ['Gray', 'Production']) {
      const card = page.getByRole('region', { name: t(role), exact: true });
      await card.getByRole('button', { name: t('Delete…') }).click();
      await lab.accept(t('Delete'));
      await expect(card).toBeHidden(RUN);
    }
  });
});
