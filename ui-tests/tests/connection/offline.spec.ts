import { expect, test } from '../../fixtures.ts';
import { Form } from '../../pages/Form.ts';

test.use({
  provoked:
    /WebSocket connection|ERR_INTERNET_DISCONNECTED|Failed to fetch|NetworkError|ChunkLoadError/
});

test('without a connection buttons say so, and nothing that was typed is lost', async ({
  lab,
  page,
  t,
  unique
}) => {
  const name = unique('offline');
  const data = await lab.section('data', 'Datasets');
  await expect(data.row('digits')).toBeVisible();
  await data.press(t('New Dataset'));
  const form = new Form(page.locator('#jp-main-dock-panel'), t, 'New Dataset');
  await form.fill('name', name);

  await page.context().setOffline(true);
  const status = page.locator('.topsdl-Status');
  await form.submit('Create');
  const told = form.root.locator('.topsdl-Form-told');
  await expect(told).toContainText('The server cannot be reached.');
  await expect(form.field('name').locator('input')).toHaveValue(name);
  // What was asked for before it broke off stays on the screen.
  await expect(data.row('digits')).toBeVisible();
  // What was not needed before cannot be brought now, and comes by itself later.
  const develop = await lab.area('develop');
  await expect(develop).toContainText('This part of the page could not be loaded.');
  await expect(status).not.toContainText(t('Connected'), { timeout: 60_000 });

  await page.context().setOffline(false);
  await expect(status).toContainText(t('Connected'), { timeout: 60_000 });
  await form.submit('Create');
  await expect(form.root).toBeHidden();
  await lab.area('data');
  await expect(data.row(name)).toBeVisible();
  await lab.area('develop');
  await expect(develop).not.toContainText('could not be loaded');
  await expect(develop).toContainText('digits');
});
