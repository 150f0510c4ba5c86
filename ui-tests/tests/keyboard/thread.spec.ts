import { userInfo } from 'node:os';
import { expect, test } from '../../fixtures.ts';
import { shapesArchive } from '../../material/archive.ts';
import { drawing } from '../../material/png.ts';
import { Keyboard } from '../../pages/Keyboard.ts';
import { Labeling } from '../../pages/Labeling.ts';
import { adminPassword } from '../../seed.ts';

/** Programs have to start and end; on a busy machine that takes a while. */
const RUN = { timeout: 120_000 };
const SPEC = 'Dev Only';
const SERVE = 'python3 /workspace/algorithm/digits/serve.py --port 8080';

test('the whole thread without a pointer', async ({ page, lab, t, unique }) => {
  test.setTimeout(480_000);
  const name = unique('keys');
  const keys = new Keyboard(page, t);
  await keys.watch();
  await page.reload();
  await lab.ready();
  await keys.ready();
  const main = page.locator('#jp-main-dock-panel');
  const form = (title: string) => keys.form(main.getByRole('form', { name: t(title) }));
  const header = page.locator('.topsdl-Detail-header:visible');
  const badge = header.locator('.topsdl-Badge');
  const status = page.locator('.topsdl-Status');
  const region = (title: string) => page.getByRole('region', { name: t(title), exact: true });
  const tabTo = async (title: string) => {
    await keys.to(page.locator('.topsdl-Tabs:visible [role="tab"][aria-selected="true"]'));
    const tab = page.getByRole('tab', { name: t(title), exact: true });
    for (let left = 8; left > 0 && (await tab.getAttribute('aria-selected')) !== 'true'; left--) {
      await keys.press('ArrowRight');
    }
    await expect(tab).toHaveAttribute('aria-selected', 'true');
  };

  await test.step('an administrator makes a project', async () => {
    await keys.palette(t('Sign In as Another User…'));
    const signIn = form('Sign In to TopsDL');
    await signIn.fill('name', 'admin');
    await signIn.fill('password', adminPassword());
    await keys.press('Enter');
    await expect(signIn.root).toBeHidden();
    await keys.palette(t('Administration'));
    await keys.button(main.getByRole('button', { name: t('Add Project'), exact: true }));
    const project = form('New Project');
    await project.fill('name', name);
    // The owner is called as the system's user is.
    await project.choose('memberIds', userInfo().username);
    await project.send();
    await expect(main.getByRole('row').filter({ hasText: name })).toBeVisible();
    await keys.palette(t('Continue as the Owner'));
    await expect(status).toContainText(t('Connected'));
    await keys.palette(t('Switch Project…'));
    await expect(page.locator('.jp-Dialog select')).toBeFocused();
    await page.keyboard.type(name);
    await keys.press('Enter');
    await expect(status).toContainText(name);
  });

  await test.step('a dataset is created and an archive imported after a look', async () => {
    await keys.palette(t('New Dataset…'));
    const create = form('New Dataset');
    await create.fill('name', name);
    await create.submit('Create and Import');
    const panel = page.locator('.topsdl-Import:visible');
    const chooser = panel.getByRole('button', { name: t('Choose Files…') });
    await keys.file(chooser, shapesArchive(24, 4, true));
    await keys.button(panel.getByRole('button', { name: t('Look First') }));
    const report = region('Import report');
    await expect(report.getByRole('cell', { name: 'circle/torn.png' })).toBeVisible(RUN);
    await keys.button(report.getByRole('button', { name: t('Import'), exact: true }));
    const open = report.getByRole('button', { name: t('Open the Images') });
    await expect(open).toBeVisible(RUN);
    await keys.button(open);
  });

  await test.step('the open images are labeled, and a label is edited', async () => {
    const labeling = new Labeling(lab);
    await labeling.counts(12, 72);
    const shapes = ['circle', 'square', 'stripes'];
    for (const [turn, shape] of shapes.entries()) {
      await labeling.shown(12 - turn * 4);
      await keys.to(labeling.grid);
      await keys.press('Home');
      await keys.press('Shift+ArrowRight', 3);
      await labeling.selected(4);
      await keys.press(await labeling.keyOf(shape));
      await labeling.counts(8 - turn * 4, 76 + turn * 4);
      if (turn === 0) {
        await keys.press('ControlOrMeta+z');
        await labeling.counts(12, 72);
        await keys.press('ControlOrMeta+Shift+z');
        await labeling.counts(8, 76);
      }
    }
    await labeling.saved();
    const label = (called: string) =>
      labeling.root
        .locator('.topsdl-LabelBar-label')
        .filter({ hasText: called })
        .getByRole('button');
    await keys.to(label('stripes'), 'Shift+Tab');
    await keys.press('F2');
    await form('Edit Label').fill('name', 'bands');
    await form('Edit Label').send();
    await expect(label('bands')).toBeVisible();
  });

  await test.step('training data is generated', async () => {
    await keys.button(header.getByRole('button', { name: t('Export and Training Data…') }));
    await form('Generate').submit('Generate Training Data');
    await expect(page.locator('.topsdl-Output:visible')).toContainText('train_label_file.txt', RUN);
  });

  await test.step('a model set is made', async () => {
    await keys.palette(t('New Model Set…'));
    await form('New Model Set').fill('name', name);
    await form('New Model Set').send();
    await expect(form('New Model Set').root).toBeHidden();
  });

  await test.step('a training is defined, started on two nodes and watched', async () => {
    await keys.palette(t('New Training…'));
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
    await create.send();
    await expect(header.getByRole('heading', { name: `${name} #1`, exact: true })).toBeVisible();
    await tabTo('Logs');
    await expect(page.locator('.topsdl-Log:visible')).toContainText('epoch 40/40', RUN);
    await expect(badge).toHaveText(t('Completed'), RUN);
    await tabTo('Metrics');
    await expect(page.locator('.topsdl-Chart:visible').first()).toBeVisible();
  });

  await test.step('TensorBoard shows the run', async () => {
    await keys.button(header.getByRole('button', { name: 'TensorBoard', exact: true }));
    const board = page.frameLocator('iframe[title="TensorBoard"]');
    await expect(board.locator('app-header, mat-toolbar').first()).toContainText(
      'TensorBoard',
      RUN
    );
    await keys.button(header.getByRole('button', { name: t('Stop'), exact: true }));
    await expect(header.getByRole('heading', { name: `${name} #1`, exact: true })).toBeVisible();
  });

  await test.step('Netron shows the model that the run left', async () => {
    await keys.button(header.getByRole('button', { name: t('Open the Model') }));
    const files = page.getByRole('tree', { name: t('Files') });
    await keys.row(files, 'model.onnx');
    await keys.menu(t('Visualise'));
    const netron = page.frameLocator('iframe[title="model.onnx"]');
    await expect(netron.locator('#canvas .node').first()).toBeVisible(RUN);
  });

  await test.step('a package is built around the model', async () => {
    await keys.palette(t('New Model Package…'));
    await form('New Model Package').fill('name', name);
    await form('New Model Package').send();
    const version = form('New Package Version');
    await version.choose('modelVersionIds', `${name} v1`, name);
    await version.choose('algorithmVersionIds', 'digits v1', 'digits');
    await version.fill('arguments', SERVE);
    await version.send();
    await expect(badge).toHaveText(t('Completed'), RUN);
  });

  await test.step('a service has a production and a gray version', async () => {
    await keys.palette(t('New Online Service…'));
    await form('New Online Service').fill('name', name);
    await form('New Online Service').send();
    for (const role of ['production', 'gray'] as const) {
      const words = role === 'gray' ? 'Add Gray Version' : 'Add Production Version';
      const body = page.locator('.topsdl-PanelBody:visible');
      await keys.button(body.getByRole('button', { name: t(`${words}…`) }));
      const add = form(words);
      await add.choose('packageVersionId', `${name} v1`, name);
      await add.spec(SPEC);
      await add.pair('environment', 'MODEL_TAG', role);
      await add.send();
      const card = region(role === 'gray' ? 'Gray' : 'Production');
      await expect(card.locator('.topsdl-Badge')).toHaveText(t('Serving'), RUN);
    }
  });

  await test.step('it answers, and the versions are swapped', async () => {
    await tabTo('Try it');
    const trial = page.locator('.topsdl-TryIt:visible');
    const image = { name: 'q.png', mimeType: 'image/png', buffer: drawing('square', 3) };
    await keys.button(trial.getByRole('button', { name: t('Production'), exact: true }));
    await keys.file(trial.getByRole('button', { name: t('Choose a File…') }), image);
    const answer = trial.getByRole('region', { name: t('Answer') });
    const ask = async (tag: string) => {
      await keys.button(trial.getByRole('button', { name: t('Send'), exact: true }));
      await expect(answer).toContainText('200');
      await expect(answer).toContainText(tag);
    };
    await ask('production');
    await keys.button(header.getByRole('button', { name: t('Swap Production and Gray') }));
    await keys.accept(t('Swap'));
    await expect(region('Production')).toContainText('MODEL_TAG=gray', RUN);
    await ask('gray');
  });

  await test.step('the service is taken away', async () => {
    for (const role of ['Gray', 'Production']) {
      await keys.button(region(role).getByRole('button', { name: t('Delete…') }));
      await keys.accept(t('Delete'));
      await expect(region(role)).toBeHidden(RUN);
    }
  });

  expect(keys.faults).toEqual([]);
});
