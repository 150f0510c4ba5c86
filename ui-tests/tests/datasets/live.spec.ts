import { expect, test } from '../../fixtures.ts';
import { wordsOf } from '../../catalog.ts';
import { Form } from '../../pages/Form.ts';
import { Lab } from '../../pages/Lab.ts';

test('what another window does appears by itself', async ({ lab, t, unique, page, baseURL }) => {
  const name = unique('live');
  const data = await lab.section('data', 'Datasets');
  await expect(data.row('digits')).toBeVisible();

  const other = await page.context().newPage();
  // This window has the settings of a new user, whom JupyterLab asks about its news.
  const news = other.getByRole('button', { name: 'No', exact: true });
  await other.addLocatorHandler(news, button => button.click());
  await other.goto(`${baseURL}/lab?reset`);
  const there = new Lab(other, wordsOf('en'));
  await there.ready();
  const section = await there.section('data', 'Datasets');
  await section.press('New Dataset');
  const form = new Form(other.locator('#jp-main-dock-panel'), there.t, 'New Dataset');
  await form.fill('name', name);
  await form.submit('Create');
  await expect(data.row(name)).toBeVisible();
  await expect(data.row(name)).not.toContainText(t('public'));
});
