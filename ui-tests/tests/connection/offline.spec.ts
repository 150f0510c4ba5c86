import { expect, test as base } from '../../fixtures.ts';
import { Form } from '../../pages/Form.ts';
import { Wire } from '../../wire.ts';

const test = base.extend<{ wire: Wire }>({
  wire: async ({}, use) => {
    const wire = await Wire.to(Number(process.env['TOPSDL_UI_PORT']));
    await use(wire);
    await wire.cut();
  },
  baseURL: async ({ wire }, use) => {
    await use(wire.url);
  }
});

test.use({
  provoked:
    /WebSocket connection|ERR_CONNECTION|ERR_EMPTY|Failed to fetch|NetworkError|ChunkLoadError/
});

test('without a connection buttons say so, and nothing that was typed is lost', async ({
  lab,
  page,
  t,
  unique,
  wire
}) => {
  const name = unique('offline');
  const data = await lab.section('data', 'Datasets');
  await expect(data.row('digits')).toBeVisible();
  await data.press(t('New Dataset'));
  const form = new Form(page.locator('#jp-main-dock-panel'), t, 'New Dataset');
  await form.fill('name', name);

  await wire.cut();
  const status = page.locator('.topsdl-Status');
  await expect(status).not.toContainText(t('Connected'));
  await form.submit('Create');
  const told = form.root.locator('.topsdl-Form-told');
  await expect(told).toContainText('The server cannot be reached.');
  await expect(form.field('name').locator('input')).toHaveValue(name);
  // What was asked for before it broke off stays on the screen.
  await expect(data.row('digits')).toBeVisible();
  // What was not needed before cannot be brought now, and comes by itself later.
  const develop = await lab.area('develop');
  await expect(develop).toContainText('This part of the page could not be loaded.');

  await wire.mend();
  await expect(status).toContainText(t('Connected'), { timeout: 60_000 });
  await expect(develop).toContainText('digits');
  await expect(develop).not.toContainText('could not be loaded');
  await form.submit('Create');
  await expect(form.root).toBeHidden();
  await lab.area('data');
  await expect(data.row(name)).toBeVisible();
});
