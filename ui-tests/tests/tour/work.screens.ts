import { expect, test } from '../../fixtures.ts';
import { Form } from '../../pages/Form.ts';
import { LONG, Showcase } from './showcase.ts';
import { Tour } from './tour.ts';

/** Tabs of a run, by the names of their pictures. */
const TABS = {
  configuration: 'Configuration',
  logs: 'Logs',
  monitoring: 'Monitoring',
  events: 'Events',
  metrics: 'Metrics',
  files: 'Files'
} as const;

test('algorithms and models', async ({ lab, page, t }, info) => {
  const tour = new Tour(page, info);
  const showcase = await Showcase.find();
  await lab.project(showcase.projectId);
  const models = await lab.section('develop', 'Model Sets');
  await models.unfold('sign-classifier');
  await tour.look('develop-sidebar', '#topsdl-develop');
  await lab.command('topsdl:algorithms:create');
  await tour.look('algorithm-form');
  await lab.command('topsdl:models:create');
  await tour.look('model-form');
  await lab.tidy();
  const files = page.locator('.topsdl-Files:visible');
  const code = await showcase.files('algorithms', 'digits');
  await lab.open('algorithm-version', code.version);
  await expect(files).toContainText('train.py');
  await tour.look('algorithm-version');
  await lab.open('algorithm', code.set);
  await tour.look('algorithm');
  const model = await showcase.files('models', 'sign-classifier');
  await lab.open('model-version', model.version);
  await expect(files).toContainText('model.onnx');
  await tour.look('model-version');
  await files.getByRole('treeitem').filter({ hasText: 'model.onnx' }).hover();
  await files
    .getByRole('treeitem')
    .filter({ hasText: 'model.onnx' })
    .getByRole('button', { name: t('Visualise') })
    .click();
  const netron = page.frameLocator('iframe[title="model.onnx"]');
  await expect(netron.locator('#canvas .node').first()).toBeVisible({ timeout: 60_000 });
  await tour.look('netron');
  await lab.tidy();
  await models.unfold(LONG.zh);
  await models.row(LONG.zh).click({ button: 'right' });
  await tour.look('develop-menu', '.lm-Menu');
  await page.keyboard.press('Escape');
  tour.end();
});

test('training', async ({ lab, page, t }, info) => {
  test.setTimeout(480_000);
  const tour = new Tour(page, info);
  const showcase = await Showcase.find();
  await lab.project(showcase.projectId);
  const section = await lab.section('train', 'Training');
  for (const name of ['signs-mpi', LONG.zh, 'signs-busy']) {
    await section.unfold(name);
  }
  await tour.look('train-sidebar', '#topsdl-train');

  await section.press(t('New Training'));
  const form = new Form(page.locator('#jp-main-dock-panel'), t, 'New Training');
  await tour.look('training-form');
  await form.fill('name', 'signs/again');
  await form.choose('datasetVersionIds', 'road-signs v7', 'road');
  await form.choose('algorithmVersionIds', 'digits v1', 'digits');
  await form.spec('T10x8');
  await form.fill('command', 'python3 /workspace/algorithm/digits/train.py');
  await form.submit('Create and Start');
  await expect(form.fault('name')).toBeVisible();
  await tour.look('training-form-fault');
  await lab.tidy();

  const { runs, id } = await showcase.definition('signs-mpi');
  const tab = (name: string) => page.getByRole('tab', { name: t(name), exact: true });
  await lab.open('training-run', String(runs[0]?.id));
  for (const [name, title] of Object.entries(TABS)) {
    await tab(title).click();
    await expect(page.getByRole('tabpanel').locator(':scope > *').first()).toBeVisible();
    await tour.look(`run-${name}`);
  }
  await tab('Logs').click();
  await lab.open('training', id);
  await tour.look('training-runs');
  await lab.tidy();

  for (const [name, training] of [
    ['failed', 'signs-broken'],
    ['long', LONG.zh],
    ['running', 'signs-busy'],
    ['waiting', 'signs-large']
  ] as const) {
    const run = (await showcase.definition(training)).runs[0];
    await lab.open('training-run', String(run?.id));
    await tour.look(`run-${name}`);
  }
  await tab('Configuration').click();
  await tour.look('run-waiting-configuration');
  await tab('Logs').click();
  await lab.tidy();

  await lab.command('topsdl:tensorboard:open', { runId: String(runs[0]?.id) });
  const board = page.frameLocator('iframe[title="TensorBoard"]');
  await expect(board.locator('mat-toolbar, app-header').first()).toBeVisible({ timeout: 120_000 });
  await expect(board.locator('tb-app, .plugins, router-outlet').first()).toBeAttached();
  await tour.look('tensorboard');
  tour.end();
});
